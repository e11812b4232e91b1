//! The machine on which it was measured, as far as the system tells.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::figures::{Spread, each, ns, time};

/// How long the disk is tried.
const DISK_TRIAL: usize = 300;
/// Bytes of one write of the trial.
const DISK_BYTES: usize = 4_096;

/// A machine.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// Name of the processor.
    pub processor: String,
    /// Threads that can run at once.
    pub cores: usize,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// Kernel.
    pub system: String,
    /// File system under the databases.
    pub file_system: String,
    /// A 4 KiB write with `fdatasync`, at the end of a growing file.
    pub sync: Spread,
    /// Mean load of the last minute before the run.
    pub load: f64,
    /// The share of processor time that other programs took just before the run, 0 to 1.
    pub busy: f64,
    /// Versions of what takes part.
    pub versions: Vec<(String, String)>,
}

impl Machine {
    /// Looks at this machine; the disk under `folder` is tried.
    ///
    /// # Errors
    /// When no file can be written there.
    pub fn look(folder: &Path) -> std::io::Result<Self> {
        let busy = busy(Duration::from_millis(1500));
        let load = read("/proc/loadavg").split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0.0);
        Ok(Self {
            processor: field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            memory_mib: memory_mib(),
            system: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            file_system: file_system(folder),
            sync: sync(folder)?,
            load,
            busy,
            versions: versions(),
        })
    }

    /// The machine for people.
    pub(crate) fn lines(&self) -> Vec<String> {
        let versions: Vec<String> = self.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
        let mut lines = vec![
            format!("計算機: {}、{}コア、メモリ{} MiB、{}", self.processor, self.cores, self.memory_mib, self.system),
            format!(
                "ディスク: {}、4 KiBの追記と同期 p50 {} / p99 {}",
                self.file_system,
                time(ns(self.sync.p50_ns)),
                time(ns(self.sync.p99_ns))
            ),
            format!("版: {}", versions.join("、")),
            format!("測定前の負荷: {:.2}、他の処理の占有 {:.0}%", self.load, self.busy * 100.0),
        ];
        if self.busy > 0.1 {
            lines.push("※ 他の処理が動いています。静かな時に測り直してください。".to_owned());
        }
        lines
    }
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn field(path: &str, name: &str) -> Option<String> {
    let text = read(path);
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn memory_mib() -> u64 {
    let total = field("/proc/meminfo", "MemTotal").unwrap_or_default();
    total.split(' ').next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// The file system whose mount point is the longest beginning of the folder.
fn file_system(folder: &Path) -> String {
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let mounts = read("/proc/mounts");
    let parts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ');
        Some((words.next()?, words.next()?, words.next()?))
    });
    let under = parts.filter(|(_, point, _)| folder.starts_with(point));
    under
        .max_by_key(|(_, point, _)| point.len())
        .map_or_else(String::new, |(device, _, kind)| format!("{kind}（{device}）"))
}

fn sync(folder: &Path) -> std::io::Result<Spread> {
    let path = folder.join("sync-trial");
    let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
    let block = [0x5A; DISK_BYTES];
    let times = each(DISK_TRIAL, |_| file.write_all(&block).and_then(|()| file.sync_data()))?;
    fs::remove_file(&path)?;
    Ok(Spread::of(times))
}

/// The share of processor time that was used while this program waited.
fn busy(wait: Duration) -> f64 {
    let before = cpu();
    let begun = Instant::now();
    std::thread::sleep(wait);
    let after = cpu();
    let (Some((idle_before, all_before)), Some((idle, all))) = (before, after) else { return 0.0 };
    debug_assert!(begun.elapsed() >= wait, "sleep does not end early");
    let all = (all - all_before).max(1.0);
    (1.0 - (idle - idle_before) / all).clamp(0.0, 1.0)
}

/// Idle time and all time since the machine was started, in ticks.
fn cpu() -> Option<(f64, f64)> {
    let stat = read("/proc/stat");
    let line = stat.lines().next()?;
    let ticks: Vec<f64> = line.split_whitespace().skip(1).filter_map(|n| n.parse().ok()).collect();
    // user nice system idle iowait irq softirq steal
    let idle = ticks.get(3)? + ticks.get(4)?;
    Some((idle, ticks.iter().take(8).sum()))
}

fn versions() -> Vec<(String, String)> {
    let build = if cfg!(debug_assertions) {
        "開発用の構成（遅い。値に意味はありません）"
    } else {
        "配布用の構成"
    };
    let ours = ("sekisho".to_owned(), format!("{}（{build}）", env!("CARGO_PKG_VERSION")));
    #[cfg(feature = "peers")]
    let peers = super::peers::versions();
    #[cfg(not(feature = "peers"))]
    let peers = Vec::new();
    std::iter::once(ours).chain(peers).collect()
}
