//! Folders that are there only while a command works.

use std::path::{Path, PathBuf};

use super::CliError;

/// A folder of one's own, readable by nobody else, that is removed with everything in it when
/// dropped. One that is left after a crash is of no use to anybody and may be removed.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// Makes a folder beside `path`, on the same disk, so that what is made in it can be put in
    /// place by renaming.
    pub(crate) fn beside(path: &Path) -> Result<Self, CliError> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".new-{}", std::process::id()));
        Self::make(path.with_file_name(name))
    }

    /// Makes a folder among the system's temporary files.
    pub(crate) fn temporary() -> Result<Self, CliError> {
        let unique = crate::platform::random::<8>(&crate::platform::SystemEntropy::new());
        let unique = sekisho_regulation::digest::hex(&unique.map_err(CliError::environment)?);
        Self::make(std::env::temp_dir().join(format!("sekisho-{unique}")))
    }

    fn make(path: PathBuf) -> Result<Self, CliError> {
        use std::os::unix::fs::DirBuilderExt as _;
        let made = std::fs::DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|e| super::file_error(&path, &e))?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Puts the folder itself in place. Nothing that is there already is replaced, but for an
    /// empty folder.
    pub(crate) fn become_folder(self, path: &Path) -> Result<(), CliError> {
        sync(self.path()).map_err(|e| super::file_error(self.path(), &e))?;
        put(&self.0, path)
    }

    /// Puts a file of the folder in place, for good.
    pub(crate) fn put_file(&self, name: &str, path: &Path) -> Result<(), CliError> {
        put(&self.0.join(name), path)
    }
}

/// Renames, and makes that durable.
fn put(from: &Path, path: &Path) -> Result<(), CliError> {
    let rename = || {
        std::fs::rename(from, path)?;
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        sync(parent)
    };
    rename().map_err(|e| super::file_error(path, &e))
}

fn sync(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
