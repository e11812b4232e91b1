//! Disks that are full or cannot be written, and text that must be gone from the file.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use sekisho_ledgers::ports::{CommitError, Store, StoreError};
use sekisho_store::Sqlite;
use sekisho_store::testing::Sample;

use super::site::{Site, SqliteSite};

/// A small disk of one's own; only root can have one.
struct Disk(PathBuf);

impl Disk {
    fn mount(size: &str) -> Option<Self> {
        let folder = std::env::temp_dir().join(format!("sekisho-disk-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let disk = Self(folder);
        let mounted = disk.run(&["mount", "-t", "tmpfs", "-o", &format!("size={size}"), "none"]);
        if !mounted {
            eprintln!("no disk can be mounted here (not root): skipped");
        }
        mounted.then_some(disk)
    }

    fn run(&self, words: &[&str]) -> bool {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).arg(&self.0).stderr(std::process::Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = self.run(&["umount", "-l"]);
        let _ = std::fs::remove_dir(&self.0);
    }
}

/// Commits until it is refused; gives the size and the refusal.
fn fill(store: &dyn Store) -> (u64, String) {
    let mut size = store.head().unwrap().size;
    loop {
        match store.commit(&Sample::batch(size, 16)) {
            Ok(()) => size += 16,
            Err(CommitError::Refused(cause)) => return (size, cause),
            Err(other) => panic!("{other}"),
        }
    }
}

#[test]
fn sqlite_on_a_full_disk_refuses_and_goes_on_when_there_is_room() {
    let Some(disk) = Disk::mount("3m") else { return };
    let site = SqliteSite::at(disk.0.join("record.db"));
    let store = site.create().unwrap();
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(true));
    let ballast = disk.0.join("ballast");
    std::fs::write(&ballast, vec![0; 1_000_000]).unwrap();
    let (size, cause) = fill(&*store);
    assert!(size > 0 && cause.contains("full"), "{size}: {cause}");
    for _ in 0..3 {
        assert!(matches!(store.commit(&Sample::batch(size, 16)), Err(CommitError::Refused(_))));
        assert_eq!(Sample::check(&*store), Ok(size), "what is there can be read, and is whole");
    }
    std::fs::remove_file(&ballast).unwrap();
    assert_eq!(store.commit(&Sample::batch(size, 16)), Ok(()));
    assert_eq!(Sample::check(&*store), Ok(size + 16));
    let (size, _) = fill(&*store);
    drop(store);
    // Even a full disk lets a record be read.
    assert_eq!(Sample::check(&*site.open_read_only().unwrap()), Ok(size));
}

#[test]
fn sqlite_on_a_disk_that_cannot_be_written() {
    let Some(disk) = Disk::mount("20m") else { return };
    let site = SqliteSite::at(disk.0.join("record.db"));
    let store = site.create().unwrap();
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(true));
    assert_eq!(store.commit(&Sample::batch(0, 500)), Ok(()));
    drop(store);
    assert!(disk.run(&["mount", "-o", "remount,ro"]));
    assert!(matches!(site.open().err(), Some(StoreError::Unavailable(_))));
    let reader = site.open_read_only().unwrap();
    assert_eq!(Sample::check(&*reader), Ok(500));
    assert!(matches!(reader.commit(&Sample::batch(500, 1)), Err(CommitError::Refused(_))));
    drop(reader);
    assert!(disk.run(&["mount", "-o", "remount,rw"]));
    let store = site.open().unwrap();
    assert_eq!(Sample::check(&*store), Ok(500));
    assert_eq!(store.commit(&Sample::batch(500, 1)), Ok(()));
}

/// For machines where no disk can be mounted: the file may not grow.
#[test]
fn sqlite_that_may_not_grow_refuses() {
    let site = SqliteSite::new();
    let store = site.create().unwrap();
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(true));
    drop(store);
    let limited = Command::new("sh")
        .args(["-c", "ulimit -f 2000; trap '' XFSZ; exec \"$@\"", "limited"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "ports::faults::limited", "--nocapture"])
        .env("SEKISHO_LIMITED", &site.path)
        .output()
        .unwrap();
    assert!(limited.status.success(), "{limited:?}");
    let store = site.open().unwrap();
    let size = Sample::check(&*store).unwrap();
    assert!(size > 0);
    assert_eq!(store.commit(&Sample::batch(size, 16)), Ok(()));
}

/// Run by the test above in a process whose files may not grow beyond a limit.
#[test]
fn limited() {
    let Some(path) = std::env::var_os("SEKISHO_LIMITED") else { return };
    let store = Sqlite::open(Path::new(&path)).unwrap();
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(true));
    let (size, cause) = fill(&store);
    println!("{size}: {cause}");
    assert_eq!(Sample::check(&store), Ok(size));
    assert!(matches!(store.commit(&Sample::batch(size, 16)), Err(CommitError::Refused(_))));
    assert_eq!(Sample::check(&store), Ok(size));
}

/// Whether the files of a record hold these bytes anywhere.
fn holds(site: &SqliteSite, bytes: &[u8]) -> bool {
    let folder = site.path.parent().unwrap();
    std::fs::read_dir(folder).unwrap().any(|file| {
        let all = std::fs::read(file.unwrap().path()).unwrap();
        all.windows(bytes.len()).any(|window| window == bytes)
    })
}

#[test]
fn erased_text_is_gone_from_the_files() {
    let site = SqliteSite::new();
    let store = site.create().unwrap();
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(true));
    let text = Sample::leaf(4).text.unwrap();
    assert_eq!(store.commit(&Sample::batch(0, 100)), Ok(()));
    assert!(holds(&site, &text[..40]));
    let mut commit = Sample::batch(100, 1);
    commit.erased = vec![4];
    assert_eq!(store.commit(&commit), Ok(()));
    let until = Instant::now() + Duration::from_secs(10);
    while holds(&site, &text[..40]) {
        assert!(Instant::now() < until, "the erased text is still in a file");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(holds(&site, &Sample::leaf(8).text.unwrap()[..40]));
}
