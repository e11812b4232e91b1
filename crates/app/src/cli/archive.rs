//! The one file of a backup: a plain tar archive (POSIX ustar), which any machine can unpack.
//!
//! Its first member is `sekisho-backup.json`: the format (1), when the backup was made, the log's
//! origin, size and checkpoint, whether keys are in it, and of every other member the path, the
//! length and the SHA-256. The members lie as in the data folder: `sekisho.toml`, `terminals.toml`,
//! `profile/…`, `national/…`, `sekisho.sqlite`, and with keys `keys/…` and `cards/…`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write as _};
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{CliError, file_error};

/// Name of the first member.
const MANIFEST: &str = "sekisho-backup.json";
/// The format that this program writes and reads.
const FORMAT: u32 = 1;
/// Longest manifest.
const MANIFEST_BYTES_MAX: u64 = 16 << 20;

/// What the backup says of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// The format.
    pub(crate) format: u32,
    /// When, ms since the Unix epoch.
    pub(crate) made_at_ms: i64,
    /// The log's name.
    pub(crate) origin: String,
    /// Events in it.
    pub(crate) size: u64,
    /// The signed checkpoint.
    pub(crate) checkpoint: Option<String>,
    /// Whether the keys are in it.
    pub(crate) with_keys: bool,
    /// The members.
    pub(crate) files: Vec<Member>,
}

impl Manifest {
    /// A manifest without members.
    pub(crate) fn new(origin: &str, size: u64, checkpoint: Option<String>, with_keys: bool) -> Self {
        let made_at_ms = crate::platform::now_ms();
        Self { format: FORMAT, made_at_ms, origin: origin.to_owned(), size, checkpoint, with_keys, files: Vec::new() }
    }
}

/// A member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Member {
    /// Its path in the data folder, with slashes.
    pub(crate) path: String,
    /// Its length.
    pub(crate) bytes: u64,
    /// Its SHA-256 in hex.
    pub(crate) sha256: String,
}

/// Writes an archive of these files (path in the archive, and where it lies) to a new file.
pub(crate) fn write(
    to: &Path,
    mut manifest: Manifest,
    files: &BTreeMap<String, PathBuf>,
) -> Result<Manifest, CliError> {
    for (name, path) in files {
        let (bytes, sha256) =
            File::open(path).and_then(|mut file| digest(&mut file)).map_err(|e| file_error(path, &e))?;
        manifest.files.push(Member { path: name.clone(), bytes, sha256 });
    }
    let text = serde_json::to_vec_pretty(&manifest).map_err(CliError::environment)?;
    let out = private(to).map_err(|e| file_error(to, &e))?;
    let mut archive = tar::Builder::new(std::io::BufWriter::new(out));
    append(&mut archive, MANIFEST, text.len() as u64, manifest.made_at_ms, &*text).map_err(|e| file_error(to, &e))?;
    for member in &manifest.files {
        let Some(path) = files.get(&member.path) else { continue };
        // What was measured is what is written, whatever happens to the file meanwhile.
        let file = File::open(path).map_err(|e| file_error(path, &e))?.take(member.bytes);
        append(&mut archive, &member.path, member.bytes, manifest.made_at_ms, file).map_err(|e| file_error(to, &e))?;
    }
    let synced = archive.into_inner().and_then(|mut out| {
        out.flush()?;
        out.get_ref().sync_all()
    });
    synced.map_err(|e| file_error(to, &e))?;
    Ok(manifest)
}

fn private(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn append<W: std::io::Write>(
    archive: &mut tar::Builder<W>,
    name: &str,
    bytes: u64,
    at_ms: i64,
    data: impl Read,
) -> std::io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_mtime(u64::try_from(at_ms / 1000).unwrap_or(0));
    archive.append_data(&mut header, name, data)
}

/// Unpacks an archive into an empty folder; every member must be as the manifest says.
pub(crate) fn read(from: &Path, dir: &Path) -> Result<Manifest, CliError> {
    let fail = |e: std::io::Error| broken(from, &e.to_string());
    let file = File::open(from).map_err(|e| file_error(from, &e))?;
    let mut archive = tar::Archive::new(std::io::BufReader::new(file));
    let mut members = archive.entries().map_err(fail)?;
    let first = members.next().ok_or_else(|| broken(from, "空です"))?.map_err(fail)?;
    let manifest = manifest(from, first)?;
    let mut expected: BTreeMap<&str, &Member> = manifest.files.iter().map(|m| (m.path.as_str(), m)).collect();
    for member in members {
        let mut member = member.map_err(fail)?;
        let name = member.path().map_err(fail)?.to_string_lossy().into_owned();
        let known =
            expected.remove(name.as_str()).ok_or_else(|| broken(from, &format!("`{name}`は目録にありません")))?;
        if !member.header().entry_type().is_file() || !is_plain(&name) {
            return Err(broken(from, &format!("`{name}`は置けません")));
        }
        let found = unpack(&mut member, known.bytes, &dir.join(&name))?;
        if found != (known.bytes, known.sha256.clone()) {
            return Err(broken(from, &format!("`{name}`が、控えた時のものと異なります")));
        }
    }
    match expected.keys().next() {
        None => Ok(manifest),
        Some(name) => Err(broken(from, &format!("`{name}`がありません"))),
    }
}

fn manifest<R: Read>(from: &Path, mut first: tar::Entry<'_, R>) -> Result<Manifest, CliError> {
    let named = first.path().is_ok_and(|path| path == Path::new(MANIFEST));
    let mut text = Vec::new();
    let read = first.by_ref().take(MANIFEST_BYTES_MAX).read_to_end(&mut text);
    if !named || read.is_err() {
        return Err(broken(from, "sekishoの控えではありません"));
    }
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|e| broken(from, &e.to_string()))?;
    if manifest.format == FORMAT {
        Ok(manifest)
    } else {
        Err(broken(from, "新しいsekishoの控えです。新しいsekishoで復元してください"))
    }
}

fn unpack(member: &mut impl Read, bytes_max: u64, to: &Path) -> Result<(u64, String), CliError> {
    use std::io::Seek as _;
    let fail = |e: std::io::Error| file_error(to, &e);
    to.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(fail)?;
    let mut file = {
        use std::os::unix::fs::OpenOptionsExt as _;
        let mut options = std::fs::OpenOptions::new();
        options.read(true).write(true).create_new(true).mode(0o600).open(to).map_err(fail)?
    };
    std::io::copy(&mut member.take(bytes_max.saturating_add(1)), &mut file).map_err(fail)?;
    file.sync_all().and_then(|()| file.rewind()).map_err(fail)?;
    digest(&mut file).map_err(fail)
}

/// Whether a name leads downwards only.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}

fn digest(file: &mut File) -> std::io::Result<(u64, String)> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        let Some(part) = buffer.get(..read).filter(|part| !part.is_empty()) else { break };
        hash.update(part);
        bytes += part.len() as u64;
    }
    Ok((bytes, sekisho_regulation::digest::hex(&hash.finalize())))
}

/// The file is no backup, or not the one that was made.
pub(crate) fn broken(path: &Path, why: &str) -> CliError {
    CliError::Environment(format!("`{}`を控えとして読めません（{why}）。何も置いていません。", path.display()))
}
