//! The tokens by which the programs at the terminals prove who they are. The data folder keeps only
//! their hashes, in `terminals.toml`; a token is shown once, when it is made.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sekisho_ledgers::ports::Entropy;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::platform::random;

/// Longest id of a terminal, in bytes.
pub(super) const TERMINAL_BYTES_MAX: usize = 64;
/// Most terminals of a municipality.
const TERMINALS_MAX: usize = 10_000;

/// Why tokens cannot be read or made.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The file fails.
    #[error("`{0}`を扱えません（{1}）。場所と権限を確かめてください。")]
    File(String, String),
    /// The file is not well written.
    #[error("`{0}`が読めません: {1}")]
    Malformed(String, String),
    /// The id cannot be that of a terminal.
    #[error("端末の記号「{0}」は使えません。空白のない64バイトまでの文字にしてください。")]
    BadTerminal(String),
    /// The terminal has a token.
    #[error("端末「{0}」の合言葉はすでにあります。作り直すときは、先に`sekisho terminal remove`で取り消してください。")]
    Exists(String),
    /// The terminal has no token.
    #[error("端末「{0}」の合言葉はありません。")]
    NotThere(String),
    /// The system gives no randomness.
    #[error("乱数を得られません: {0}")]
    Entropy(#[from] sekisho_ledgers::ports::EntropyError),
}

/// `terminals.toml`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenFile {
    /// By the terminal's id.
    #[serde(default)]
    terminal: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// SHA-256 of the token, in hex.
    token_sha256: String,
}

/// The tokens of a data folder. Changes to the file take effect at once.
#[derive(Debug)]
pub struct TerminalTokens {
    path: PathBuf,
    read: Mutex<Option<(Stamp, TokenFile)>>,
}

/// By which a changed file is known.
type Stamp = (Option<SystemTime>, u64);

impl TerminalTokens {
    /// The tokens in a data folder; there may be none yet.
    #[must_use]
    pub fn in_folder(dir: &Path) -> Self {
        Self { path: dir.join("terminals.toml"), read: Mutex::default() }
    }

    /// Makes a token for a terminal and gives it; it cannot be had again.
    ///
    /// # Errors
    /// [`TokenError::Exists`] when the terminal has one.
    pub fn add(&self, terminal: &str, entropy: &dyn Entropy) -> Result<String, TokenError> {
        let plain = terminal.chars().all(|c| !c.is_whitespace() && !c.is_control());
        let mut file = self.load()?;
        if terminal.is_empty() || terminal.len() > TERMINAL_BYTES_MAX || !plain || file.terminal.len() >= TERMINALS_MAX
        {
            return Err(TokenError::BadTerminal(terminal.to_owned()));
        }
        if file.terminal.contains_key(terminal) {
            return Err(TokenError::Exists(terminal.to_owned()));
        }
        let token = URL_SAFE_NO_PAD.encode(random::<32>(entropy)?);
        file.terminal
            .insert(terminal.to_owned(), Entry { token_sha256: sekisho_regulation::digest::hex(&hash(&token)) });
        self.save(&file)?;
        Ok(token)
    }

    /// Takes a terminal's token away.
    ///
    /// # Errors
    /// [`TokenError::NotThere`] when it has none.
    pub fn remove(&self, terminal: &str) -> Result<(), TokenError> {
        let mut file = self.load()?;
        file.terminal.remove(terminal).ok_or_else(|| TokenError::NotThere(terminal.to_owned()))?;
        self.save(&file)
    }

    /// The terminals that have a token.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn terminals(&self) -> Result<Vec<String>, TokenError> {
        Ok(self.load()?.terminal.into_keys().collect())
    }

    /// Whether a token is the terminal's. Takes as long whether or not the terminal is known.
    ///
    /// # Errors
    /// When the file cannot be read: then nobody is let in.
    pub fn holds(&self, terminal: &str, token: &str) -> Result<bool, TokenError> {
        let file = self.load()?;
        let given = sekisho_regulation::digest::hex(&hash(token));
        let known = file.terminal.get(terminal).map_or("", |entry| entry.token_sha256.as_str());
        Ok(same(known.as_bytes(), given.as_bytes()))
    }

    fn load(&self) -> Result<TokenFile, TokenError> {
        let Some(stamp) = stamp(&self.path) else { return Ok(TokenFile::default()) };
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, file)) = read.as_ref().filter(|(at, _)| *at == stamp) {
            return Ok(file.clone());
        }
        let text = std::fs::read_to_string(&self.path).map_err(|e| self.file_error(&e))?;
        let parsed = toml::from_str::<TokenFile>(&text);
        let file = parsed.map_err(|e| TokenError::Malformed(self.path.display().to_string(), e.to_string()))?;
        *read = Some((stamp, file.clone()));
        Ok(file)
    }

    /// Writes the file so that it is there as a whole or not at all.
    fn save(&self, file: &TokenFile) -> Result<(), TokenError> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let mut text = String::from("# 端末の合言葉の要約。合言葉そのものは、どこにも保管していません。\n");
        for (terminal, entry) in &file.terminal {
            let quoted = |text: &str| serde_json::Value::from(text).to_string();
            text.push_str(&format!(
                "[terminal.{}]\ntoken_sha256 = {}\n",
                quoted(terminal),
                quoted(&entry.token_sha256)
            ));
        }
        let fresh = self.path.with_extension("new");
        let write = || {
            let mut options = std::fs::OpenOptions::new();
            let mut out = options.write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
            out.write_all(text.as_bytes())?;
            out.sync_all()?;
            std::fs::rename(&fresh, &self.path)
        };
        write().map_err(|e| self.file_error(&e))?;
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    fn file_error(&self, e: &std::io::Error) -> TokenError {
        TokenError::File(self.path.display().to_string(), e.to_string())
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok(), metadata.len()))
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Compares without telling by its time where the first difference lies.
fn same(known: &[u8], given: &[u8]) -> bool {
    let differs = given.iter().enumerate().fold(0, |differs, (place, byte)| {
        std::hint::black_box(differs | (byte ^ known.get(place).copied().unwrap_or(!*byte)))
    });
    differs == 0 && known.len() == given.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::SystemEntropy;

    #[test]
    fn a_token_is_made_once_held_and_taken_away() {
        let dir = tempfile::tempdir().map_err(|e| e.to_string());
        let Ok(dir) = dir else { return };
        let tokens = TerminalTokens::in_folder(dir.path());
        let entropy = SystemEntropy::new();
        assert!(matches!(tokens.holds("T-01", ""), Ok(false)));
        let token = tokens.add("T-01", &entropy).unwrap_or_default();
        assert_eq!(token.len(), 43);
        assert!(matches!(tokens.add("T-01", &entropy), Err(TokenError::Exists(_))));
        assert!(matches!(tokens.add("T 1", &entropy), Err(TokenError::BadTerminal(_))));
        let again = TerminalTokens::in_folder(dir.path());
        assert!(matches!(again.holds("T-01", &token), Ok(true)));
        assert!(matches!(again.holds("T-02", &token), Ok(false)));
        assert!(matches!(again.holds("T-01", &token.to_lowercase()), Ok(false)));
        let text = std::fs::read_to_string(dir.path().join("terminals.toml")).unwrap_or_default();
        assert!(!text.contains(&token), "the token itself is nowhere");
        assert!(tokens.remove("T-01").is_ok());
        assert!(matches!(again.holds("T-01", &token), Ok(false)), "taken away at once");
        assert!(matches!(tokens.remove("T-01"), Err(TokenError::NotThere(_))));
    }

    #[test]
    fn a_broken_file_lets_nobody_in() {
        let Ok(dir) = tempfile::tempdir() else { return };
        let tokens = TerminalTokens::in_folder(dir.path());
        for text in ["terminal = 1", "[terminal.a]\nunknown = 1", "\u{0}"] {
            assert!(std::fs::write(dir.path().join("terminals.toml"), text).is_ok());
            assert!(matches!(tokens.holds("a", "b"), Err(TokenError::Malformed(..))), "{text}");
        }
    }

    #[test]
    fn comparing_needs_every_byte() {
        assert!(same(b"abc", b"abc"));
        for (known, given) in [("abc", "abd"), ("abc", "ab"), ("ab", "abc"), ("", "abc"), ("abc", "")] {
            assert!(!same(known.as_bytes(), given.as_bytes()), "{known} {given}");
        }
    }
}
