//! A PostgreSQL server of one's own, made for a test and gone after it.

use std::ffi::OsStr;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// The account under which the server runs when the test runs as root, which the server refuses.
const ACCOUNT: &str = "postgres";

/// A running server with an empty database, reachable from this machine only. Stopped, and its files
/// removed, when dropped, and also when the process that started it is killed.
#[derive(Debug)]
pub struct Server {
    tools: PathBuf,
    folder: PathBuf,
    port: u16,
    options: String,
    /// A shell that waits for the end of its input, which comes when this process ends in whatever
    /// way, and then clears up.
    guard: Option<Child>,
}

impl Server {
    /// Starts a server. `None` when `SEKISHO_WITHOUT_POSTGRES=1` says that there shall be none.
    ///
    /// # Errors
    /// What is missing or went wrong, as a sentence for whoever runs the tests.
    pub fn start() -> Result<Option<Self>, String> {
        Self::start_with(&["shared_buffers=64MB"])
    }

    /// Starts a server with settings of its own.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub fn start_with(settings: &[&str]) -> Result<Option<Self>, String> {
        if std::env::var("SEKISHO_WITHOUT_POSTGRES").is_ok_and(|v| v == "1") {
            eprintln!("SEKISHO_WITHOUT_POSTGRES=1: what needs PostgreSQL is skipped");
            return Ok(None);
        }
        let tools = tools().ok_or(
            "PostgreSQL is not installed (no `initdb` in PATH or under /usr/lib/postgresql). \
             `make test` installs it (Debian: apt-get install postgresql); \
             SEKISHO_WITHOUT_POSTGRES=1 leaves out the tests that need it",
        )?;
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("sekisho-pg-{}-{number}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).map_err(|e| format!("`{}`: {e}", folder.display()))?;
        if is_root() {
            run(Command::new("chown").arg(ACCOUNT).arg(&folder))?;
        }
        let listener = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr());
        let port = listener.map_err(|e| e.to_string())?.port();
        let set: String = settings.iter().map(|setting| format!(" -c {setting}")).collect();
        let options = format!("-p {port} -k {} -c listen_addresses=127.0.0.1{set}", folder.display());
        let mut server = Self { tools, folder, port, options, guard: None };
        server.guard = Some(server.watch()?);
        let data = server.folder.join("data");
        let how = ["-U", "sekisho", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync", "-D"];
        run(server.tool("initdb").args(how).arg(&data))?;
        server.resume()?;
        Ok(Some(server))
    }

    /// The address of a record, over TCP on this machine.
    #[must_use]
    pub fn url(&self, schema: &str) -> String {
        format!("postgres://sekisho@127.0.0.1:{}/postgres?schema={schema}", self.port)
    }

    /// The address of a record, over a Unix socket.
    #[must_use]
    pub fn socket_url(&self, schema: &str) -> String {
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://sekisho@{folder}:{}/postgres?schema={schema}", self.port)
    }

    /// The address of the database for a client of one's own.
    #[must_use]
    pub fn plain_url(&self) -> String {
        format!("postgres://sekisho@127.0.0.1:{}/postgres", self.port)
    }

    /// The same, over a Unix socket.
    #[must_use]
    pub fn plain_socket_url(&self) -> String {
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://sekisho@{folder}:{}/postgres", self.port)
    }

    /// Stops the server as a crash would: nothing is written any more.
    ///
    /// # Errors
    /// When it could not be stopped.
    pub fn crash(&self) -> Result<(), String> {
        let data = self.folder.join("data");
        run(self.tool("pg_ctl").args(["-m", "immediate", "-w", "-D"]).arg(data).arg("stop"))
    }

    /// Starts the server again; it recovers from its log.
    ///
    /// # Errors
    /// When it could not be started.
    pub fn resume(&self) -> Result<(), String> {
        let (data, log) = (self.folder.join("data"), self.folder.join("log"));
        let mut start = self.tool("pg_ctl");
        start.arg("-D").arg(data).arg("-l").arg(log).args(["-w", "-t", "60", "-o", &self.options, "start"]);
        run(&mut start)
    }

    /// A tool of PostgreSQL, under an account that may run it.
    fn tool(&self, name: &str) -> Command {
        let path = self.tools.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", ACCOUNT, "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.current_dir(&self.folder);
        command
    }

    fn watch(&self) -> Result<Child, String> {
        let stop = self.tool("pg_ctl");
        let mut guard = Command::new("sh");
        guard.args([
            "-c",
            "f=$1; shift; cat >/dev/null; cd \"$f\" && \"$@\" -m immediate -w -D \"$f/data\" stop; rm -rf \"$f\"",
            "guard",
        ]);
        guard.arg(&self.folder).arg(stop.get_program()).args(stop.get_args().collect::<Vec<&OsStr>>());
        #[cfg(unix)]
        {
            // In a group of its own, so that whoever kills the test does not kill its guard.
            use std::os::unix::process::CommandExt;
            guard.process_group(0);
        }
        guard.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(|e| e.to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut guard) = self.guard.take() {
            drop(guard.stdin.take());
            let _ = guard.wait();
        }
    }
}

/// Where the server's tools are; of several versions the newest.
fn tools() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let has = |folder: &Path| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file();
    if let Some(folder) = std::env::split_paths(&path).find(|folder| has(folder)) {
        return Some(folder);
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let numbered = versions.filter_map(|v| Some((v.file_name().to_str()?.parse::<u32>().ok()?, v.path().join("bin"))));
    numbered.filter(|(_, folder)| has(folder)).max().map(|(_, folder)| folder)
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn run(command: &mut Command) -> Result<(), String> {
    // Not through pipes: the server would inherit them, and reading them would never end.
    let errors = std::env::temp_dir().join(format!("sekisho-pg-{}.err", std::process::id()));
    let file = std::fs::File::create(&errors).map_err(|e| e.to_string())?;
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file).status();
    let text = std::fs::read_to_string(&errors).unwrap_or_default();
    let _ = std::fs::remove_file(&errors);
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?}: {status}: {text}")),
        Err(error) => Err(format!("{command:?}: {error}")),
    }
}
