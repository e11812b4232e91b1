//! Profiles: those that come with the program, and those in a folder of the municipality.

use std::collections::BTreeMap;
use std::path::Path;

use include_dir::{Dir, include_dir};
use sekisho_regulation::Profile;
use sekisho_regulation::profile::ProfileError;

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../profiles");

/// The file with the national vocabulary, relative to the folder of all profiles.
const VOCABULARY: &str = "national/facts.toml";
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
    /// The profile is not sound.
    #[error(transparent)]
    Profile(#[from] ProfileError),
}

/// The text files of a profile, relative to its folder, and the vocabulary.
#[derive(Clone, Debug)]
pub struct Source {
    /// Files of the profile.
    pub files: BTreeMap<String, String>,
    /// The national vocabulary.
    pub vocabulary: String,
}

impl Source {
    /// Reads and checks the profile.
    ///
    /// # Errors
    /// See [`ProfileError`].
    pub fn profile(&self) -> Result<Profile, ProfileError> {
        let profile = Profile::from_files(&self.files, &self.vocabulary)?;
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
    let vocabulary = shipped_text(VOCABULARY).unwrap_or_default();
    if let Some(dir) = SHIPPED.get_dir(name) {
        let mut files = BTreeMap::new();
        collect(dir, dir.path(), &mut files);
        return Ok(Source { files, vocabulary });
    }
    let path = Path::new(name);
    if path.join("profile.toml").is_file() {
        return from_folder(path, vocabulary);
    }
    Err(LoadError::Unknown(name.to_owned()))
}

/// The source that was copied into a data folder.
///
/// # Errors
/// [`LoadError::File`] when a file cannot be read.
pub fn from_data(dir: &Path) -> Result<Source, LoadError> {
    let vocabulary = read(&dir.join(VOCABULARY))?;
    from_folder(&dir.join("profile"), vocabulary)
}

/// Copies a source into a data folder.
///
/// # Errors
/// When a file cannot be written.
pub fn write_to(source: &Source, dir: &Path) -> std::io::Result<()> {
    let write = |path: &Path, text: &str| {
        path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        std::fs::write(path, text)
    };
    write(&dir.join(VOCABULARY), &source.vocabulary)?;
    source.files.iter().try_for_each(|(name, text)| write(&dir.join("profile").join(name), text))
}

fn shipped_text(name: &str) -> Option<String> {
    SHIPPED.get_file(name)?.contents_utf8().map(str::to_owned)
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

fn from_folder(path: &Path, vocabulary: String) -> Result<Source, LoadError> {
    let mut files = BTreeMap::new();
    walk(path, path, &mut files)?;
    Ok(Source { files, vocabulary })
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
