//! Who may open a record, and how.

use std::time::{Duration, Instant};

use sekisho_ledgers::ports::{CommitError, StoreError};
use sekisho_store::testing::Sample;
use sekisho_store::{Postgres, Sqlite};

use super::site::{PostgresSite, Site, SqliteSite, server};

pub(crate) fn owned(site: &dyn Site) {
    let store = site.create().unwrap();
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(true));
    let second = site.open_at_once().err();
    assert_eq!(second, Some(StoreError::Owned));
    assert!(site.create().is_err(), "a record is never made over another one");
    assert_eq!(store.commit(&Sample::batch(0, 3)), Ok(()));
    drop(store);
    assert_eq!(Sample::check(&*site.open().unwrap()), Ok(3));
    assert!(site.create().is_err());
    assert_eq!(Sample::check(&*site.open().unwrap()), Ok(3));
}

pub(crate) fn read_only(site: &dyn Site) {
    let store = site.create().unwrap();
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(true));
    assert_eq!(store.commit(&Sample::batch(0, 10)), Ok(()));
    let reader = site.open_read_only().unwrap();
    assert_eq!(Sample::check(&*reader), Ok(10));
    assert_eq!(store.commit(&Sample::batch(10, 10)), Ok(()));
    assert_eq!(Sample::check(&*reader), Ok(20));
    let refused = reader.commit(&Sample::batch(20, 1));
    assert!(matches!(refused, Err(CommitError::Refused(_))), "{refused:?}");
    assert!(reader.replace_views(&Sample::VIEWS, 0, &mut || Ok(None)).is_err());
    assert_eq!(reader.prepare_views(&[]), Ok(false));
    drop(store);
    let reader = site.open_read_only().unwrap();
    assert_eq!(Sample::check(&*reader), Ok(20));
    assert_eq!(Sample::check(&*site.open().unwrap()), Ok(20));
}

pub(crate) fn implicit(site: &dyn Site) {
    for opened in [site.open(), site.open_read_only()] {
        assert!(matches!(opened.err(), Some(StoreError::Unavailable(_))));
    }
    assert!(site.create().is_ok());
}

pub(crate) fn newer(site: &dyn Site) {
    drop(site.create().unwrap());
    site.tamper("PRAGMA user_version = 7", "UPDATE meta SET value = '7' WHERE name = 'version'");
    let newer = Some(StoreError::Newer { found: 7, known: 1 });
    assert_eq!(site.open().err(), newer);
    assert_eq!(site.open_read_only().err(), newer);
    site.tamper("PRAGMA user_version = -3", "UPDATE meta SET value = 'x' WHERE name = 'version'");
    assert!(matches!(site.open().err(), Some(StoreError::Damaged(_))));
    site.tamper("PRAGMA user_version = 1", "UPDATE meta SET value = '1' WHERE name = 'version'");
    assert!(site.open().is_ok());
}

pub(crate) fn many_readers(site: &dyn Site) {
    let store = site.create().unwrap();
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(true));
    assert_eq!(store.commit(&Sample::batch(0, 300)), Ok(()));
    std::thread::scope(|scope| {
        for _ in 0..40 {
            scope.spawn(|| assert_eq!(Sample::check(&*store), Ok(300)));
        }
    });
}

#[test]
fn what_is_no_record_is_refused() {
    let site = SqliteSite::new();
    let cases: [(&[u8], fn(&StoreError) -> bool); 3] = [
        (b"", |e| matches!(e, StoreError::Damaged(_))),
        (b"certainly no database, and long enough to have a header of 100 bytes, which must be looked at first, it is", |e| {
            matches!(e, StoreError::Damaged(_))
        }),
        (b"SQLite format 3\0", |e| matches!(e, StoreError::Damaged(_) | StoreError::Unavailable(_))),
    ];
    for (bytes, expected) in cases {
        std::fs::write(&site.path, bytes).unwrap();
        for error in [site.open().err().unwrap(), site.open_read_only().err().unwrap()] {
            assert!(expected(&error), "{error:?}");
        }
    }
    // A database of somebody else is neither opened nor made into a record.
    std::fs::remove_file(&site.path).unwrap();
    site.tamper("CREATE TABLE theirs (a)", "");
    assert!(matches!(site.open().err(), Some(StoreError::Damaged(_))));
    assert!(matches!(site.create().err(), Some(StoreError::Unavailable(_))));
}

#[test]
fn a_truncated_file_is_said_to_be_damaged() {
    let site = SqliteSite::new();
    let store = site.create().unwrap();
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(true));
    assert_eq!(store.commit(&Sample::batch(0, 2_000)), Ok(()));
    drop(store);
    let whole = std::fs::read(&site.path).unwrap();
    std::fs::write(&site.path, &whole[..whole.len() / 2]).unwrap();
    let checked = site.open_read_only().map(|store| Sample::check(&*store));
    assert!(checked.is_err() || checked.is_ok_and(|found| found.is_err()), "half a file does not pass for a whole one");
}

#[test]
fn a_backup_is_a_record() {
    let site = SqliteSite::new();
    let store = Sqlite::create(&site.path).unwrap();
    assert_eq!(sekisho_ledgers::ports::Store::prepare_views(&store, &Sample::VIEWS), Ok(true));
    assert_eq!(sekisho_ledgers::ports::Store::commit(&store, &Sample::batch(0, 700)), Ok(()));
    let copy = SqliteSite::at(site.path.with_extension("copy"));
    assert_eq!(store.backup(&copy.path), Ok(()));
    assert!(store.backup(&copy.path).is_err(), "a backup is never written over another one");
    assert_eq!(Sample::check(&*copy.open().unwrap()), Ok(700));
    assert_eq!(Sample::check(&*copy.open_read_only().unwrap()), Ok(700));
}

#[cfg(unix)]
#[test]
fn the_file_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let site = SqliteSite::new();
    let store = site.create().unwrap();
    assert_eq!(store.prepare_views(&Sample::VIEWS), Ok(true));
    for file in std::fs::read_dir(site.path.parent().unwrap()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", file.path());
    }
}

#[test]
fn postgres_takeover_and_reconnection() {
    let Some(server) = server() else { return };
    let site = PostgresSite::new(&server);
    let first = site.create().unwrap();
    assert_eq!(first.prepare_views(&Sample::VIEWS), Ok(true));
    assert_eq!(first.commit(&Sample::batch(0, 10)), Ok(()));
    assert_eq!(Postgres::connect(&site.url).err(), Some(StoreError::Owned));

    // A node waits while the first one lives, and takes over when it is gone.
    let url = site.url.clone();
    let waiting = std::thread::spawn(move || Postgres::wait_ownership(&url, Duration::from_secs(20)));
    std::thread::sleep(Duration::from_millis(300));
    assert!(!waiting.is_finished());
    drop(first);
    let gone = Instant::now();
    let second: Box<dyn sekisho_ledgers::ports::Store> = Box::new(waiting.join().unwrap().unwrap());
    println!("taken over after {:?}", gone.elapsed());
    assert_eq!(Sample::check(&*second), Ok(10));
    assert_eq!(second.commit(&Sample::batch(10, 10)), Ok(()));

    // The connections are cut: the next commit makes new ones.
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sekisho'";
    site.tamper("", cut);
    assert_eq!(second.commit(&Sample::batch(20, 10)), Ok(()));
    site.tamper("", cut);
    assert_eq!(Sample::check(&*second), Ok(30));

    // The server is down: a clear refusal, and all goes on when it is back.
    server.crash().unwrap();
    let refused = second.commit(&Sample::batch(30, 10));
    assert!(matches!(refused, Err(CommitError::Refused(_))), "{refused:?}");
    assert!(matches!(second.head(), Err(StoreError::Unavailable(_))));
    server.resume().unwrap();
    assert_eq!(second.commit(&Sample::batch(30, 10)), Ok(()));
    assert_eq!(Sample::check(&*second), Ok(40));

    // Cut off while another node takes over: the first one cannot write any more.
    site.tamper("", cut);
    let third = site.open();
    match third {
        Ok(third) => {
            let refused = second.commit(&Sample::batch(40, 10));
            assert!(matches!(refused, Err(CommitError::Refused(_))), "{refused:?}");
            assert_eq!(third.prepare_views(&Sample::VIEWS), Ok(true));
            assert_eq!(third.commit(&Sample::batch(40, 5)), Ok(()));
            drop(third);
            assert_eq!(second.commit(&Sample::batch(40, 10)), Err(CommitError::Conflict));
            assert_eq!(Sample::check(&*second), Ok(45));
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn postgres_without_fsync_is_refused() {
    let Some(server) = sekisho_store::testing::Server::start_with(&["fsync=off"]).unwrap() else { return };
    let error = Postgres::create(&server.url("town")).err();
    assert!(matches!(&error, Some(StoreError::Unavailable(text)) if text.contains("fsync")), "{error:?}");
}
