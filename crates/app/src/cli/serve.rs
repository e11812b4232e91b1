//! `sekisho serve`: pages and JSON over HTTP. Plain HTTP is spoken on loopback only; anywhere else
//! it is TLS.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use sekisho_ledgers::House;

use super::{CliError, DataArgs, Done, say};
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
/// How often cards prove themselves again.
const REPROVE: Duration = Duration::from_secs(60);
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
        let readers = reader_api::router(Arc::clone(&what.desk), TerminalTokens::in_folder(what.folder));
        let router = web::router(Arc::clone(&what.desk), what.options).merge(readers);
        tokio::spawn(housekeeping(Arc::clone(&what.desk)));
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

async fn housekeeping(desk: Arc<Desk>) {
    let mut verify = tokio::time::interval(VERIFY);
    let mut sweep = tokio::time::interval(SWEEP);
    let mut reprove = tokio::time::interval(REPROVE);
    loop {
        let desk = Arc::clone(&desk);
        tokio::select! {
            _ = verify.tick() => drop(tokio::task::spawn_blocking(move || desk.verify_now()).await),
            _ = reprove.tick() => drop(tokio::task::spawn_blocking(move || desk.reprove()).await),
            _ = sweep.tick() => drop(tokio::task::spawn_blocking(move || {
                desk.readers().sweep();
                desk.sweep();
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
