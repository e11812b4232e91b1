//! Disks that are full or cannot be written: a clear refusal, nothing lost, business goes on when
//! there is room again.

use std::path::{Path, PathBuf};
use std::process::Command;

use sekisho::setup::SetupError;
use sekisho_ledgers::{ActError, House};

use super::town::{Town, enter};

/// A small disk of one's own; only root can have one.
struct Disk(PathBuf);

impl Disk {
    fn mount(size: &str) -> Option<Self> {
        let folder = std::env::temp_dir().join(format!("sekisho-program-disk-{}", std::process::id()));
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

/// Enters people until it is refused; gives how many and what is said.
fn fill(house: &House, from: usize) -> (usize, String) {
    for n in from.. {
        match enter(house, &format!("p{n}")) {
            Ok(_) => {}
            Err(SetupError::Act(e @ ActError::CannotRecord(_))) => return (n, e.to_string()),
            Err(other) => panic!("{other}"),
        }
    }
    unreachable!("the disk has an end")
}

fn people(house: &House) -> u64 {
    house.reach().0
}

#[test]
fn a_full_disk_refuses_clearly_and_business_goes_on_when_there_is_room() {
    let Some(disk) = Disk::mount("8m") else { return };
    let town = Town::found_at(&disk.0.join("data"));
    let ballast = disk.0.join("ballast");
    std::fs::write(&ballast, vec![0; 4_000_000]).unwrap();
    let house = town.open();
    let (entered, said) = fill(&house, 0);
    assert!(entered > 0);
    assert!(said.contains("記録を書き込めないため、操作を受け付けられません"), "{said}");
    assert!(said.contains("情報システムの担当者に連絡し"), "it says what to do: {said}");
    let size = people(&house);
    for _ in 0..3 {
        assert!(matches!(enter(&house, "again"), Err(SetupError::Act(ActError::CannotRecord(_)))));
        assert_eq!(people(&house), size, "nothing is half written");
    }
    // What is there can be read and proved all the while.
    assert!(town.verify(&[house.checkpoint()]).is_sound());
    assert!(house.event(size - 1).unwrap().is_some());
    town.run(&["log", "verify"]).ended(0, "健全");

    std::fs::remove_file(&ballast).unwrap();
    let seq = enter(&house, "again").unwrap();
    assert_eq!(seq, size, "no number is left out");
    town.closed(house);
    let report = town.verify(&[]);
    assert!(report.is_sound() && report.entries == size + 1, "{report:?}");
    town.run(&["rebuild", "--check"]).ended(0, "同じです");
}

#[test]
fn a_disk_that_cannot_be_written_is_refused_and_still_read() {
    let Some(disk) = Disk::mount("20m") else { return };
    let town = Town::found_at(&disk.0.join("data"));
    let house = town.open();
    for n in 0..20 {
        enter(&house, &format!("p{n}")).unwrap();
    }
    let checkpoint = house.checkpoint();
    town.closed(house);
    assert!(disk.run(&["mount", "-o", "remount,ro"]));
    town.run(&["log", "verify"]).ended(0, "健全");
    town.run(&["rebuild", "--check"]).ended(0, "同じです");
    town.run(&["rebuild"]).ended(3, "");
    town.run(&["migrate"]).ended(3, "");
    town.run(&["terminal", "add", "T-01"]).ended(3, "扱えません");
    let out = disk.0.join("export");
    town.run(&["log", "export", "--out", out.to_str().unwrap()]).ended(3, "扱えません");
    assert!(disk.run(&["mount", "-o", "remount,rw"]));
    let house = town.open();
    assert_eq!(house.checkpoint(), checkpoint);
    assert_eq!(enter(&house, "after").unwrap(), 21);
}

/// For machines where no disk can be mounted: the files may not grow.
#[test]
fn files_that_may_not_grow_are_refused() {
    let town = Town::found();
    let limited = Command::new("sh")
        .args(["-c", "ulimit -f 2000; trap '' XFSZ; exec \"$@\"", "limited"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "program::disk::limited", "--nocapture"])
        .env("SEKISHO_LIMITED", &town.dir)
        .output()
        .unwrap();
    assert!(limited.status.success(), "{limited:?}");
    let house = town.open();
    let (size, _) = house.reach();
    assert!(size > 1);
    assert_eq!(enter(&house, "after").unwrap(), size);
    town.closed(house);
    assert!(town.verify(&[]).is_sound());
}

/// Run by the test above in a process whose files may not grow beyond a limit.
#[test]
fn limited() {
    let Some(dir) = std::env::var_os("SEKISHO_LIMITED") else { return };
    let town = Town::there(Path::new(&dir));
    let house = town.open();
    let (entered, said) = fill(&house, 0);
    assert!(entered > 0 && said.contains("HISTORY_UNAVAILABLE"), "{entered}: {said}");
    assert!(matches!(enter(&house, "again"), Err(SetupError::Act(ActError::CannotRecord(_)))));
}
