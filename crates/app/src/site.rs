//! A municipality's data folder: its profile, its keys, its database, and the house on top of them.
//!
//! `keys/` holds secrets in files that only their owner may read. Whoever has them and the database
//! can rewrite the record; a checkpoint kept outside the house still tells (see SECURITY.md).

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sekisho_gate::card::OperatorCa;
use sekisho_gate::{Gate, GateError};
use sekisho_ledgers::event::NewSigner;
use sekisho_ledgers::house::Ground;
use sekisho_ledgers::identity::blind::IndexKey;
use sekisho_ledgers::identity::seal::SealKey;
use sekisho_ledgers::kinds::KINDS;
use sekisho_ledgers::ports::{Clock, Entropy, EntropyError, Store, StoreError};
use sekisho_ledgers::vault::Vault;
use sekisho_ledgers::{OpenError, Registry};
use sekisho_record::key::KeyKind;
use sekisho_record::{SignedCheckpoint, Signer as _, SigningKey};
use sekisho_regulation::{Date, Profile};
use sekisho_store::{Postgres, Sqlite};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::desk::{DeskKeys, LogKeys, Versions};
use crate::platform::{SystemEntropy, random};
use crate::profiles::{self, LoadError, Source};
use crate::virtual_card::{Authority, CardFileError};

/// Why a data folder cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// A file or folder fails.
    #[error("`{path}`を扱えません（{cause}）。場所と権限を確かめてください。")]
    File {
        /// Which.
        path: String,
        /// What the system says.
        cause: String,
    },
    /// There is something already.
    #[error("`{0}`にはすでにデータがあります。別の場所を指定するか、`sekisho serve`で開いてください。")]
    Exists(String),
    /// There is nothing yet.
    #[error("`{0}`にデータがありません。`sekisho init`で作成してください。")]
    NotThere(String),
    /// The settings are not well written.
    #[error("`{0}`の設定が読めません: {1}")]
    Settings(String, String),
    /// The profile fails.
    #[error(transparent)]
    Profile(#[from] LoadError),
    /// Its policies fail.
    #[error("プロファイルの規則に誤りがあります: {0}")]
    Gate(#[from] GateError),
    /// A key fails.
    #[error("鍵を扱えません: {0}")]
    Key(String),
    /// The system gives no randomness.
    #[error("乱数を得られません: {0}")]
    Entropy(#[from] EntropyError),
    /// The store fails.
    #[error("データベースを開けません: {0}")]
    Store(#[from] StoreError),
    /// The house fails.
    #[error("記録を開けません: {0}")]
    House(#[from] OpenError),
}

impl From<CardFileError> for SiteError {
    fn from(e: CardFileError) -> Self {
        Self::Key(e.to_string())
    }
}

/// `sekisho.toml` in the data folder. The doc comments are its manual; unknown keys are refused.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteSettings {
    /// Key of the profile that was copied into the folder.
    pub profile: String,
    /// First line of every checkpoint: names this log among all others.
    pub origin: String,
    /// Day on which the folder was made.
    pub founded_on: Date,
    /// Token that programs other than the pages send to `/access` and `/metrics` (`Bearer …`).
    #[serde(default)]
    pub service_token: Option<String>,
}

/// An opened data folder.
#[derive(Debug)]
pub struct Site {
    dir: PathBuf,
    /// Its settings.
    pub settings: SiteSettings,
    profile: Arc<Profile>,
}

/// Where the record is kept.
#[derive(Clone, Debug)]
pub enum Database {
    /// SQLite in the data folder.
    Folder,
    /// PostgreSQL by URL.
    Url(String),
}

impl Site {
    /// Makes a data folder with fresh keys for a profile.
    ///
    /// # Errors
    /// [`SiteError::Exists`] when there is one already; nothing is overwritten.
    pub fn create(dir: &Path, profile: &str, today: Date) -> Result<Self, SiteError> {
        let source = profiles::source(profile)?;
        let checked = source.profile().map_err(LoadError::from)?;
        Gate::new(Arc::new(checked.clone()))?;
        if dir.join("sekisho.toml").exists() {
            return Err(SiteError::Exists(dir.display().to_string()));
        }
        make_folder(&dir.join("keys"))?;
        let entropy = SystemEntropy::new();
        let suffix = sekisho_regulation::digest::hex(&random::<4>(&entropy)?);
        let settings = SiteSettings {
            profile: checked.settings.key.clone(),
            origin: format!("sekisho/{}/{suffix}", checked.settings.key),
            founded_on: today,
            service_token: Some(sekisho_regulation::digest::hex(&random::<24>(&entropy)?)),
        };
        let site = Self { dir: dir.to_owned(), settings, profile: Arc::new(checked) };
        site.write_keys(&entropy, today)?;
        site.write_profile(&source)?;
        let text = toml_text(&site.settings)?;
        // Written last: a folder without settings is not yet a site, so a crash before this leaves
        // nothing half made.
        write_secret(&dir.join("sekisho.toml"), text.as_bytes())?;
        Ok(site)
    }

    /// Opens a data folder.
    ///
    /// # Errors
    /// [`SiteError::NotThere`] when there is none.
    pub fn open(dir: &Path) -> Result<Self, SiteError> {
        let path = dir.join("sekisho.toml");
        if !path.exists() {
            return Err(SiteError::NotThere(dir.display().to_string()));
        }
        let text = String::from_utf8_lossy(&read(&path)?).into_owned();
        let settings =
            toml::from_str(&text).map_err(|e| SiteError::Settings(path.display().to_string(), e.to_string()))?;
        let profile = profiles::from_data(dir)?.profile().map_err(LoadError::from)?;
        Ok(Self { dir: dir.to_owned(), settings, profile: Arc::new(profile) })
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The profile.
    #[must_use]
    pub const fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }

    /// Opens the store.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be opened or belongs to somebody else.
    pub fn store(&self, database: &Database) -> Result<Arc<dyn Store>, StoreError> {
        Ok(match database {
            Database::Folder => Arc::new(Sqlite::open(&self.database_path())?),
            Database::Url(url) => Arc::new(Postgres::connect(url)?),
        })
    }

    /// Makes the store; nothing else makes one, so that a wrong path is never an empty record.
    ///
    /// # Errors
    /// [`StoreError`] when there is one already or it cannot be made.
    pub fn create_store(&self, database: &Database) -> Result<Arc<dyn Store>, StoreError> {
        Ok(match database {
            Database::Folder => Arc::new(Sqlite::create(&self.database_path())?),
            Database::Url(url) => Arc::new(Postgres::create(url)?),
        })
    }

    /// Opens the store for reading only, also while a server writes it.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be opened.
    pub fn read_store(&self, database: &Database) -> Result<Arc<dyn Store>, StoreError> {
        Ok(match database {
            Database::Folder => Arc::new(Sqlite::open_read_only(&self.database_path())?),
            Database::Url(url) => Arc::new(Postgres::connect_read_only(url)?),
        })
    }

    /// The SQLite file.
    #[must_use]
    pub fn database_path(&self) -> PathBuf {
        self.dir.join("sekisho.sqlite")
    }

    /// What a house stands on.
    ///
    /// # Errors
    /// When a key cannot be read or a policy is wrong.
    pub fn ground(&self, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Result<Ground, SiteError> {
        let signer = Arc::new(self.signer(&*store)?);
        Ok(Ground {
            gate: Arc::new(Gate::new(Arc::clone(&self.profile))?),
            registry: Arc::new(Registry::new(KINDS)),
            store,
            signer,
            vault: Arc::new(Vault::new(&*self.secret("text.key")?).map_err(|e| SiteError::Key(e.to_string()))?),
            clock,
            entropy: Arc::new(SystemEntropy::new()),
            origin: self.settings.origin.clone(),
        })
    }

    /// The key that signs checkpoints: of the two that may be there after an interrupted change of
    /// keys, the one that signed the log's last checkpoint.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn signer(&self, store: &dyn Store) -> Result<SigningKey, SiteError> {
        let key = LogKeyFiles { dir: self.dir.join("keys") };
        let next = key.next();
        if next.exists() {
            let checkpoint = store.head()?.checkpoint.unwrap_or_default();
            let signed = SignedCheckpoint::parse(checkpoint.as_bytes()).ok();
            let proposed = read_skey(&next)?;
            if signed.is_some_and(|signed| signed.verify(proposed.verifier()).is_ok()) {
                key.confirm().map_err(SiteError::Key)?;
            }
        }
        read_skey(&key.current())
    }

    /// The keys of the desk.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn desk_keys(&self) -> Result<DeskKeys, SiteError> {
        let key = |e: String| SiteError::Key(e);
        Ok(DeskKeys {
            index: IndexKey::new(&*self.secret("index.key")?),
            seal: SealKey::new(1, &*self.secret("seal.key")?).map_err(|e| key(e.to_string()))?,
            ca: OperatorCa::from_der(&read(&self.key_path("ca.der"))?).map_err(|e| key(e.to_string()))?,
            log: Box::new(LogKeyFiles { dir: self.dir.join("keys") }),
            versions: Box::new(VersionFiles { dir: self.dir.clone() }),
        })
    }

    /// The authority that issues operator cards.
    ///
    /// # Errors
    /// When its key cannot be read.
    pub fn authority(&self) -> Result<Authority, SiteError> {
        let pem = Zeroizing::new(read(&self.key_path("ca.pem"))?);
        let pem = std::str::from_utf8(&pem).map_err(|e| SiteError::Key(e.to_string()))?;
        let certificate = read(&self.key_path("ca.der"))?;
        let municipality = &self.profile.settings.municipality;
        Ok(Authority::resume(municipality, self.settings.founded_on, pem, &certificate)?)
    }

    fn write_keys(&self, entropy: &dyn Entropy, today: Date) -> Result<(), SiteError> {
        let key = SigningKey::from_seed(&self.settings.origin, KeyKind::Ed25519, random::<32>(entropy)?)
            .map_err(|e| SiteError::Key(e.to_string()))?;
        write_secret(&self.key_path("log.skey"), format!("{}\n", *key.to_skey()).as_bytes())?;
        for name in ["text.key", "index.key", "seal.key"] {
            let secret = Zeroizing::new(random::<32>(entropy)?);
            let hex = Zeroizing::new(sekisho_regulation::digest::hex(&*secret));
            write_secret(&self.key_path(name), hex.as_bytes())?;
        }
        let authority = Authority::found(&self.profile.settings.municipality, today)?;
        write_secret(&self.key_path("ca.pem"), authority.key_pem().as_bytes())?;
        write_secret(&self.key_path("ca.der"), authority.certificate())
    }

    fn write_profile(&self, source: &Source) -> Result<(), SiteError> {
        let digest = &self.profile.digest;
        let kept = profiles::keep(source, digest, &self.dir).and_then(|()| profiles::put_in_force(digest, &self.dir));
        kept.map_err(|e| file_error(&self.dir.join("profiles"), &e))
    }

    fn secret(&self, name: &str) -> Result<Zeroizing<[u8; 32]>, SiteError> {
        let path = self.key_path(name);
        let hex = Zeroizing::new(read(&path)?);
        let bad = || SiteError::Key(format!("{} is not 64 hex digits", path.display()));
        let hex = std::str::from_utf8(&hex).map_err(|_| bad())?.trim();
        let mut secret = Zeroizing::new([0; 32]);
        if hex.len() != 64 {
            return Err(bad());
        }
        for (at, byte) in secret.iter_mut().enumerate() {
            let digits = hex.get(at * 2..at * 2 + 2).ok_or_else(bad)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| bad())?;
        }
        Ok(secret)
    }

    fn key_path(&self, name: &str) -> PathBuf {
        self.dir.join("keys").join(name)
    }
}

/// Versions of the regulation in the data folder.
struct VersionFiles {
    dir: PathBuf,
}

impl Versions for VersionFiles {
    fn keep(&self, source: &Source, digest: &str) -> Result<(), String> {
        profiles::keep(source, digest, &self.dir).map_err(|e| e.to_string())
    }

    fn load(&self, digest: &str) -> Result<Source, LoadError> {
        profiles::version(&self.dir, digest)
    }

    fn put_in_force(&self, digest: &str) -> Result<(), String> {
        profiles::put_in_force(digest, &self.dir).map_err(|e| e.to_string())
    }
}

/// The signing key in files: the one in force, and beside it, during a change, the next.
struct LogKeyFiles {
    dir: PathBuf,
}

impl LogKeyFiles {
    fn current(&self) -> PathBuf {
        self.dir.join("log.skey")
    }

    fn next(&self) -> PathBuf {
        self.dir.join("log.next.skey")
    }
}

impl LogKeys for LogKeyFiles {
    fn propose(&self) -> Result<NewSigner, String> {
        let name = read_skey(&self.current()).map_err(|e| e.to_string())?.verifier().name().to_owned();
        let seed = random::<32>(&SystemEntropy::new()).map_err(|e| e.to_string())?;
        let key = SigningKey::from_seed(&name, KeyKind::Ed25519, seed).map_err(|e| e.to_string())?;
        write_secret(&self.next(), format!("{}\n", *key.to_skey()).as_bytes()).map_err(|e| e.to_string())?;
        Ok(NewSigner(Arc::new(key)))
    }

    fn confirm(&self) -> Result<(), String> {
        fs::rename(self.next(), self.current()).map_err(|e| e.to_string())
    }

    fn in_force(&self) -> Result<NewSigner, String> {
        Ok(NewSigner(Arc::new(read_skey(&self.current()).map_err(|e| e.to_string())?)))
    }
}

fn read_skey(path: &Path) -> Result<SigningKey, SiteError> {
    let skey = Zeroizing::new(read(path)?);
    let text = std::str::from_utf8(&skey).map_err(|e| SiteError::Key(e.to_string()))?;
    SigningKey::parse_skey(text.trim()).map_err(|e| SiteError::Key(e.to_string()))
}

fn toml_text(settings: &SiteSettings) -> Result<String, SiteError> {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let token =
        settings.service_token.as_deref().map_or_else(String::new, |t| format!("service_token = {}\n", quoted(t)));
    Ok(format!(
        "profile = {}\norigin = {}\nfounded_on = \"{}\"\n{token}",
        quoted(&settings.profile),
        quoted(&settings.origin),
        settings.founded_on
    ))
}

fn file_error(path: &Path, e: &std::io::Error) -> SiteError {
    SiteError::File { path: path.display().to_string(), cause: e.to_string() }
}

fn read(path: &Path) -> Result<Vec<u8>, SiteError> {
    fs::read(path).map_err(|e| file_error(path, &e))
}

fn make_folder(path: &Path) -> Result<(), SiteError> {
    use std::os::unix::fs::DirBuilderExt as _;
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|e| file_error(path, &e))
}

/// Writes a file that only its owner may read, so that it is there as a whole or not at all.
pub(crate) fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), SiteError> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let fresh = path.with_extension("new");
    let write = || {
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&fresh, path)
    };
    write().map_err(|e| file_error(path, &e))
}
