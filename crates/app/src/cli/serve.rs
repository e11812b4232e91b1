//! `sekisho serve`: pages and JSON over HTTP. Plain HTTP is spoken on loopback only; anywhere else
//! it is TLS.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use clap::Args;
use sekisho_ledgers::House;

use super::{CliError, DataArgs, Done, say};
use tower::ServiceExt as _;

use crate::desk::Desk;
use crate::platform::SystemClock;
use crate::reader_api::{self, TerminalTokens};
use crate::readers::Readers;
use crate::site::Site;
use crate::tls::{self, TlsFiles};
use crate::web::{self, WebOptions};

/// Options of `sekisho serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    place: DataArgs,
    /// 待ち受けるアドレス
    #[arg(long, default_value = "127.0.0.1:8680")]
    listen: SocketAddr,
    /// TLSの証明書（PEM）。ループバック以外で待ち受けるときに要る
    #[arg(long, requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// TLSの秘密鍵（PEM）
    #[arg(long, requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

pub(crate) fn run(args: &ServeArgs) -> Result<Done, CliError> {
    let tls = match (&args.tls_cert, &args.tls_key) {
        (Some(certificate), Some(key)) => Some(TlsFiles { certificate: certificate.clone(), key: key.clone() }),
        _ if args.listen.ip().is_loopback() => None,
        _ => {
            let sentence = "ループバック以外で待ち受けるには、`--tls-cert`と`--tls-key`を指定してください。";
            return Err(CliError::Usage(sentence.to_owned()));
        }
    };
    let site = Site::open(&args.place.data)?;
    let store = site.store(&args.place.database())?;
    let house = House::open(site.ground(store, Arc::new(SystemClock))?)?;
    let desk = Desk::open(house, site.desk_keys()?, Arc::new(Readers::new()), false);
    let options = WebOptions {
        tls: tls.is_some(),
        operations_token: site.settings.service_token.clone(),
        ..WebOptions::default()
    };
    let scheme = if tls.is_some() { "https" } else { "http" };
    let municipality = site.profile().settings.municipality.clone();
    let greet =
        |address: SocketAddr| say(format_args!("{municipality}の関所を {scheme}://{address}/ で開いています。"));
    listen(Listening { desk, address: args.listen, options, tls, folder: site.dir(), greet: &greet })
}

/// What is served, and where.
pub(crate) struct Listening<'a> {
    pub(crate) desk: Arc<Desk>,
    pub(crate) address: SocketAddr,
    pub(crate) options: WebOptions,
    pub(crate) tls: Option<TlsFiles>,
    /// The data folder, where the terminals' tokens are.
    pub(crate) folder: &'a Path,
    /// Called with the address once connections are taken.
    pub(crate) greet: &'a dyn Fn(SocketAddr),
}

/// How often time limits and silent readers are looked at.
const SWEEP: Duration = Duration::from_secs(1);
/// How often it is looked whether something has become due.
const REMIND: Duration = Duration::from_secs(600);
/// How often cards prove themselves again.
const REPROVE: Duration = Duration::from_secs(60);
/// How long a version is due before the house opens anew with it.
const ANNOUNCED: Duration = Duration::from_secs(5);
/// How often the record verifies itself.
const VERIFY: Duration = Duration::from_secs(3600);

/// Serves until the process is told to stop.
pub(crate) fn listen(what: Listening<'_>) -> Result<Done, CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::environment)?;
    let acceptor = what.tls.as_ref().map(tls::acceptor).transpose().map_err(CliError::environment)?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(what.address).await.map_err(|e| {
            let port = what.address.port();
            CliError::Environment(format!(
                "ポート{port}で待ち受けられません（{e}）。`--port`で別の番号を指定してください。"
            ))
        })?;
        let address = listener.local_addr().map_err(CliError::environment)?;
        let open = Arc::new(Open::new(what.desk, what.options, what.folder));
        open.settle()?;
        let router = open.router();
        tokio::spawn(housekeeping(open));
        (what.greet)(address);
        match acceptor {
            None => {
                let service = router.into_make_service_with_connect_info::<SocketAddr>();
                axum::serve(listener, service).with_graceful_shutdown(stopped()).await.map_err(CliError::environment)
            }
            Some(acceptor) => tls::serve(listener, acceptor, router, stopped()).await.map_err(CliError::environment),
        }
    })?;
    Ok(Done::Well)
}

/// What is open now. When another version of the regulation comes into force, the house is opened
/// anew with it, and everybody signs in again under it.
struct Open {
    now: RwLock<(Arc<Desk>, Router)>,
    options: WebOptions,
    folder: PathBuf,
    /// When it was first seen that another version is due.
    due: Mutex<Option<Instant>>,
}

impl Open {
    fn new(desk: Arc<Desk>, options: WebOptions, folder: &Path) -> Self {
        let router = pages(&desk, &options, folder);
        Self { now: RwLock::new((desk, router)), options, folder: folder.to_owned(), due: Mutex::default() }
    }

    fn desk(&self) -> Arc<Desk> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner).0)
    }

    /// A router that hands every request to what is open at that moment.
    fn router(self: &Arc<Self>) -> Router {
        let open = Arc::clone(self);
        Router::new().fallback(move |request: Request| {
            let router = open.now.read().unwrap_or_else(PoisonError::into_inner).1.clone();
            router.oneshot(request)
        })
    }

    /// Opens the house by the version that the record says is in force, before anybody is served:
    /// whoever can write the data folder does not thereby change the rules.
    fn settle(&self) -> Result<(), CliError> {
        let old = self.desk();
        let Some(digest) = old.version_due() else { return Ok(()) };
        tracing::warn!(digest, "the folder names another version of the regulation than the record");
        self.open_with(self.reopened(&old, &digest)?);
        Ok(())
    }

    fn open_with(&self, desk: Arc<Desk>) {
        let router = pages(&desk, &self.options, &self.folder);
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = (desk, router);
    }

    /// Opens the house anew if another version is due.
    fn renew(&self) {
        let old = self.desk();
        let Some(digest) = old.version_due() else { return };
        // Who has adopted it sees first that it was.
        let since = *self.due.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(Instant::now);
        if since.elapsed() < ANNOUNCED {
            return;
        }
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = None;
        tracing::info!(digest, "another version of the regulation comes into force");
        match self.reopened(&old, &digest) {
            Ok(desk) => self.open_with(desk),
            // The old version goes on deciding, which the record shows; the cause is in the log.
            Err(error) => tracing::error!(%error, digest, "the version cannot be put in force"),
        }
    }

    fn reopened(&self, old: &Desk, digest: &str) -> Result<Arc<Desk>, CliError> {
        old.put_in_force(digest).map_err(CliError::environment)?;
        let site = Site::open(&self.folder)?;
        let before = old.house().ground();
        let ground = site.ground(Arc::clone(&before.store), Arc::clone(&before.clock))?;
        let keys = site.desk_keys()?;
        // From here on nothing is decided by the old version any more.
        old.house().close();
        Ok(Desk::open(House::open(ground)?, keys, Arc::clone(old.readers()), old.is_demo()))
    }
}

fn pages(desk: &Arc<Desk>, options: &WebOptions, folder: &Path) -> Router {
    let readers = reader_api::router(Arc::clone(desk), TerminalTokens::in_folder(folder));
    web::router(Arc::clone(desk), options.clone()).merge(readers)
}

async fn housekeeping(open: Arc<Open>) {
    let mut verify = tokio::time::interval(VERIFY);
    let mut sweep = tokio::time::interval(SWEEP);
    let mut reprove = tokio::time::interval(REPROVE);
    let mut remind = tokio::time::interval(REMIND);
    loop {
        let (desk, open) = (open.desk(), Arc::clone(&open));
        tokio::select! {
            _ = verify.tick() => drop(tokio::task::spawn_blocking(move || desk.verify_now()).await),
            _ = remind.tick() => drop(tokio::task::spawn_blocking(move || {
                if let Err(error) = desk.raise_duties() {
                    tracing::warn!(%error, "duties could not be told");
                }
            }).await),
            _ = reprove.tick() => drop(tokio::task::spawn_blocking(move || desk.reprove()).await),
            _ = sweep.tick() => drop(tokio::task::spawn_blocking(move || {
                desk.readers().sweep();
                desk.sweep();
                open.renew();
            }).await),
        }
    }
}

async fn stopped() {
    let interrupted = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
        }
        Err(_) => drop(interrupted.await),
    }
}
