//! Profiles: those that come with the program, and those in a folder of the municipality.

use std::collections::BTreeMap;
use std::path::Path;

use include_dir::{Dir, include_dir};
use sekisho_regulation::Profile;
use sekisho_regulation::draft::{Particulars, draft};
use sekisho_regulation::profile::{ProfileError, Settings};
use sekisho_regulation::reader::Book;

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../profiles");

/// The folder of the national vocabulary and rules, beside the profiles.
const NATIONAL: &str = "national";
/// The folder of versions in a data folder, the file that names the one in force, and a version's own
/// files.
const VERSIONS: &str = "profiles";
const CURRENT: &str = "current";
const OWN: &str = "profile";
/// Largest profile file, in bytes.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// Why a profile could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is no such profile.
    #[error("プロファイル「{0}」がありません。`sekisho profile list`で一覧を確かめてください。")]
    Unknown(String),
    /// A file cannot be read.
    #[error("プロファイルのファイル`{0}`を読めません: {1}")]
    File(String, String),
    /// The data folder's files are not those of the version that they are kept under.
    #[error("データフォルダーの規程の版`{0}`のファイルが書き換えられています。控えから戻してください。")]
    Altered(String),
    /// The profile is not sound.
    #[error(transparent)]
    Profile(#[from] ProfileError),
}

/// The text files of a profile, relative to its folder, and the national ones.
#[derive(Clone, Debug)]
pub struct Source {
    /// Files of the profile.
    pub files: BTreeMap<String, String>,
    /// The national vocabulary and rules, relative to their folder.
    pub national: BTreeMap<String, String>,
}

impl Source {
    /// Reads and checks the profile.
    ///
    /// # Errors
    /// See [`ProfileError`].
    pub fn profile(&self) -> Result<Profile, ProfileError> {
        let profile = Profile::from_files(&self.files, &self.national)?;
        // Reasons of change are the identity records' business, which the regulation does not know.
        match crate::desk::reasons(&profile) {
            Ok(_) => Ok(profile),
            Err(e) => {
                Err(ProfileError::Malformed { file: "profile.toml".to_owned(), cause: format!("change_reasons: {e}") })
            }
        }
    }
}

/// Keys of the profiles that come with the program.
#[must_use]
pub fn shipped() -> Vec<String> {
    let folders = SHIPPED.dirs().filter_map(|dir| dir.path().to_str());
    let mut keys: Vec<String> = folders.filter(|name| *name != "national").map(str::to_owned).collect();
    keys.sort();
    keys
}

/// The source of a profile by its key, or by the path of its folder.
///
/// # Errors
/// [`LoadError`] when there is no such profile or a file cannot be read.
pub fn source(name: &str) -> Result<Source, LoadError> {
    if let Some(dir) = SHIPPED.get_dir(name).filter(|_| name != NATIONAL) {
        return Ok(Source { files: text_of(dir), national: national() });
    }
    let path = Path::new(name);
    if path.join("profile.toml").is_file() {
        return Ok(Source { files: folder(path)?, national: national() });
    }
    Err(LoadError::Unknown(name.to_owned()))
}

/// The same with the national rules and books of a folder in place of those that come with the program.
///
/// # Errors
/// See [`source`].
pub fn source_with(name: &str, national: Option<&Path>) -> Result<Source, LoadError> {
    let mut source = source(name)?;
    if let Some(dir) = national {
        source.national = folder(dir)?;
    }
    Ok(source)
}

/// A profile drafted from a text.
///
/// # Errors
/// [`LoadError::Profile`] when the draft cannot be written.
pub fn drafted(book: &Book, particulars: &Particulars, base: Option<&Settings>) -> Result<Source, LoadError> {
    let national = national();
    let files = draft(book, particulars, base, &national)?;
    Ok(Source { files, national })
}

/// The version in force in a data folder. Every version that was ever adopted stays there, under its
/// digest; `current` names the one in force.
///
/// # Errors
/// See [`version`].
pub fn from_data(dir: &Path) -> Result<Source, LoadError> {
    let digest = read(&dir.join(VERSIONS).join(CURRENT))?;
    version(dir, digest.trim())
}

/// A version that is kept in a data folder.
///
/// # Errors
/// [`LoadError::File`] when a file cannot be read, [`LoadError::Altered`] when the files are not those
/// that the digest names.
pub fn version(dir: &Path, digest: &str) -> Result<Source, LoadError> {
    if digest.len() != 64 || !digest.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(LoadError::Unknown(digest.to_owned()));
    }
    let kept = dir.join(VERSIONS).join(digest);
    let source = Source { files: folder(&kept.join(OWN))?, national: folder(&kept.join(NATIONAL))? };
    let sound = source.profile().map(|profile| profile.digest == digest);
    // A file that cannot be read any more is named; one that reads differently is altered.
    if sound? { Ok(source) } else { Err(LoadError::Altered(digest.to_owned())) }
}

/// Keeps a version in a data folder. It is there whole or not at all.
///
/// # Errors
/// When a file cannot be written.
pub fn keep(source: &Source, digest: &str, dir: &Path) -> std::io::Result<()> {
    let versions = dir.join(VERSIONS);
    let (half, whole) = (versions.join(format!("{digest}.part")), versions.join(digest));
    if whole.is_dir() {
        return Ok(());
    }
    if half.is_dir() {
        std::fs::remove_dir_all(&half)?;
    }
    let write = |path: &Path, text: &str| {
        path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        std::fs::write(path, text)
    };
    source.national.iter().try_for_each(|(name, text)| write(&half.join(NATIONAL).join(name), text))?;
    source.files.iter().try_for_each(|(name, text)| write(&half.join(OWN).join(name), text))?;
    std::fs::rename(half, whole)
}

/// Names the version in force.
///
/// # Errors
/// When the file cannot be written.
pub fn put_in_force(digest: &str, dir: &Path) -> std::io::Result<()> {
    let next = dir.join(VERSIONS).join("current.part");
    std::fs::write(&next, format!("{digest}\n"))?;
    std::fs::rename(next, dir.join(VERSIONS).join(CURRENT))
}

/// The national files that come with the program.
fn national() -> BTreeMap<String, String> {
    SHIPPED.get_dir(NATIONAL).map(text_of).unwrap_or_default()
}

fn text_of(dir: &Dir<'_>) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    collect(dir, dir.path(), &mut files);
    files
}

fn collect(dir: &Dir<'_>, base: &Path, files: &mut BTreeMap<String, String>) {
    for file in dir.files() {
        let name = file.path().strip_prefix(base).ok().and_then(Path::to_str);
        if let (Some(name), Some(text)) = (name, file.contents_utf8()) {
            files.insert(name.to_owned(), text.to_owned());
        }
    }
    dir.dirs().for_each(|inner| collect(inner, base, files));
}

fn folder(path: &Path) -> Result<BTreeMap<String, String>, LoadError> {
    let mut files = BTreeMap::new();
    walk(path, path, &mut files)?;
    Ok(files)
}

fn walk(dir: &Path, base: &Path, files: &mut BTreeMap<String, String>) -> Result<(), LoadError> {
    let fail = |e: std::io::Error| LoadError::File(dir.display().to_string(), e.to_string());
    for entry in std::fs::read_dir(dir).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.is_dir() {
            walk(&path, base, files)?;
        } else if let Some(name) = path.strip_prefix(base).ok().and_then(Path::to_str) {
            files.insert(name.to_owned(), read(&path)?);
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, LoadError> {
    let fail = |cause: String| LoadError::File(path.display().to_string(), cause);
    let size = std::fs::metadata(path).map_err(|e| fail(e.to_string()))?.len();
    if size > FILE_BYTES_MAX {
        return Err(fail("大きすぎます".to_owned()));
    }
    std::fs::read_to_string(path).map_err(|e| fail(e.to_string()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use sekisho_gate::Gate;
    use sekisho_regulation::reader;

    use super::*;

    /// Texts of which a draft is made: the invented ones, and the municipalities' own where they are.
    fn texts() -> Vec<std::path::PathBuf> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let folders = [root.join("crates/regulation/tests/corpus"), root.join("../shared/seeds")];
        let files = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
        let paths = files.filter_map(|entry| Some(entry.ok()?.path()));
        let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|e| e == "txt")).collect();
        paths.sort();
        paths
    }

    #[test]
    fn every_text_becomes_a_profile_that_runs() -> Result<(), Box<dyn std::error::Error>> {
        let mut drafted = 0;
        for path in texts() {
            let book = reader::read(&std::fs::read(&path)?)?;
            let particulars = Particulars { key: "town".to_owned(), ..Particulars::default() };
            let files = draft(&book, &particulars, None, &national())?;
            let again = draft(&book, &particulars, None, &national())?;
            assert_eq!(files, again, "{} is drafted the same way each time", path.display());
            let profile = Source { files, national: national() }.profile();
            let profile = profile.map_err(|e| format!("{}: {e}", path.display()))?;
            let gate = Gate::new(Arc::new(profile)).map_err(|e| format!("{}: {e}", path.display()))?;
            for act in ["session.open", "person.register", "operator.designate", "device.register", "profile.adopt"] {
                let mut sheet = gate.sheet(act).ok_or("no such act")?;
                for (name, plain) in gate.profile().usual(act) {
                    sheet.fill(&[(name, serde_json::to_value(plain)?)].into_iter().collect());
                }
                let ruling = gate.decide(&sheet);
                assert!(ruling.allowed(), "{} {act}: {}", path.display(), ruling.decision().sentence);
            }
            drafted += 1;
        }
        assert!(drafted >= 8, "only {drafted} texts");
        Ok(())
    }
}
