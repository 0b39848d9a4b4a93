//! Our own Postgres process: initialise, start, wait, end.

use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io};

use rand::RngCore;
use rand::rngs::OsRng;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};
use url::Url;

use super::PostgresError;
use super::folder::Folder;
use crate::guarded::{Guarded, GuardedOptions};
use crate::root::target_dir;

const START_TIMEOUT: Duration = Duration::from_secs(60);
const PORT_ATTEMPTS: usize = 5;
const NOBODY: u32 = 65_534;

/// Nothing here outlives the run, so nothing needs to survive a power cut.
const SETTINGS: [&str; 8] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
    "shared_buffers=64MB",
    "timezone=UTC",
];

/// As whom Postgres runs: it refuses to be root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunAs {
    /// The current user, who is not root.
    Current,
    /// Root, seen as somebody else from inside a user namespace. Files stay in `target/`.
    Namespace,
    /// Root starts it as this user. Programs and data are then in a folder under the system's
    /// temporary one, because that user may not reach the checkout.
    Uid(u32),
}

impl RunAs {
    /// What this machine allows.
    pub fn detect() -> Self {
        let said = |program: &str, args: &[&str]| {
            let output = Command::new(program).args(args).stderr(Stdio::null()).output().ok()?;
            let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            output.status.success().then_some(text)
        };
        if said("id", &["-u"]).as_deref() != Some("0") {
            return Self::Current;
        }
        let inside = [&NAMESPACE[..], &["id", "-u"]].concat();
        match said("unshare", &inside) {
            Some(uid) if uid == NOBODY.to_string() => Self::Namespace,
            _ => Self::Uid(NOBODY),
        }
    }
}

const NAMESPACE: [&str; 3] = ["--user", "--map-user=65534", "--map-group=65534"];

/// A running server. Fields drop in this order: first the process ends, then its folder goes.
#[derive(Debug)]
pub(super) struct Server {
    _process: Guarded,
    _folder: Folder,
}

impl Server {
    /// Starts a server from the programs in `native/bin`.
    pub(super) async fn start(native: &Path, run_as: RunAs) -> Result<(Self, Url), PostgresError> {
        let parent = match run_as {
            RunAs::Current | RunAs::Namespace => target_dir().join("postgres"),
            RunAs::Uid(_) => std::env::temp_dir().join("datavault-postgres"),
        };
        let folder = Folder::create(&parent).map_err(file(&parent))?;
        let native = match run_as {
            RunAs::Current | RunAs::Namespace => native.to_path_buf(),
            RunAs::Uid(uid) => hand_over(native, folder.path(), uid)?,
        };

        let mut secret = [0u8; 16];
        OsRng.fill_bytes(&mut secret);
        let password = hex::encode(secret);
        initialise(&native, &folder, run_as, &password)?;

        // Postgres cannot pick a port itself: another process may be faster than it, so try again.
        let mut attempt = 1;
        loop {
            let port = free_port().map_err(file(folder.path()))?;
            let url = format!("postgres://datavault:{password}@127.0.0.1:{port}/postgres");
            let url = Url::parse(&url).expect("made of hex digits and a port");
            match start_on(&native, &folder, run_as, port, &url).await {
                Ok(process) => return Ok((Self { _process: process, _folder: folder }, url)),
                Err(PostgresError::NotReady { tail, .. })
                    if attempt < PORT_ATTEMPTS && tail.contains("Address already in use") =>
                {
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Copies the programs to where `uid` can run them and gives that user the folder.
fn hand_over(native: &Path, folder: &Path, uid: u32) -> Result<PathBuf, PostgresError> {
    let copy = folder.join("native");
    let status = Command::new("cp").arg("-R").arg(native).arg(&copy).status();
    match status {
        Ok(status) if status.success() => {}
        Ok(_) => return Err(file(&copy)(io::Error::other("cp failed"))),
        Err(source) => return Err(spawn("cp")(source)),
    }
    for path in [folder, folder.parent().unwrap_or(folder)] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(file(path))?;
    }
    chown(folder, Some(uid), Some(uid)).map_err(file(folder))?;
    Ok(copy)
}

fn initialise(native: &Path, folder: &Folder, run_as: RunAs, password: &str) -> Result<(), PostgresError> {
    let password_file = folder.path().join("password");
    fs::write(&password_file, password).map_err(file(&password_file))?;
    fs::set_permissions(&password_file, fs::Permissions::from_mode(0o600)).map_err(file(&password_file))?;
    if let RunAs::Uid(uid) = run_as {
        chown(&password_file, Some(uid), Some(uid)).map_err(file(&password_file))?;
    }
    let mut initdb = program(native, "initdb", run_as);
    initdb
        .args(["--username=datavault", "--auth=scram-sha-256", "--encoding=UTF8"])
        .args(["--locale=C", "--no-sync", "--no-instructions"])
        .arg(format!("--pwfile={}", password_file.display()))
        .arg("--pgdata")
        .arg(folder.data())
        .stdin(Stdio::null());
    if let RunAs::Uid(uid) = run_as {
        initdb.uid(uid).gid(uid).current_dir(folder.path());
    }
    let output = initdb.output().map_err(spawn("initdb"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(PostgresError::Init { status: output.status.to_string(), output: String::from_utf8_lossy(&said).into_owned() })
}

async fn start_on(
    native: &Path,
    folder: &Folder,
    run_as: RunAs,
    port: u16,
    url: &Url,
) -> Result<Guarded, PostgresError> {
    let mut command = program(native, "postgres", run_as);
    command.arg("-D").arg(folder.data()).args(["-p", &port.to_string()]);
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    command.current_dir(folder.path());
    let options = GuardedOptions {
        log: folder.path().join("server.log"),
        stop_signal: "INT", // "fast shutdown": does not wait for clients
        uid: if let RunAs::Uid(uid) = run_as { Some(uid) } else { None },
    };
    let mut process = Guarded::spawn(&command, &options).map_err(spawn("postgres"))?;
    let connect = PgConnectOptions::from_url(url)
        .map_err(|source| PostgresError::Refused { action: "parse our address".into(), source })?;
    let deadline = Instant::now() + START_TIMEOUT;
    loop {
        let what = match process.exited() {
            Ok(None) if Instant::now() < deadline => match connect.connect().await {
                Ok(connection) => {
                    // We have our answer; how the connection ends does not matter.
                    let _ = connection.close().await;
                    return Ok(process);
                }
                Err(_) => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
            Ok(None) => format!("no answer in {} s", START_TIMEOUT.as_secs()),
            Ok(Some(status)) => format!("ended: {status}"),
            Err(error) => format!("lost sight of it: {error}"),
        };
        let tail = process.log_tail();
        return Err(PostgresError::NotReady { what, log: options.log, tail });
    }
}

/// One of the package's programs, wrapped in a user namespace where that is how root runs it.
fn program(native: &Path, name: &str, run_as: RunAs) -> Command {
    let path = native.join("bin").join(name);
    match run_as {
        RunAs::Current | RunAs::Uid(_) => Command::new(path),
        RunAs::Namespace => {
            let mut command = Command::new("unshare");
            command.args(NAMESPACE).arg(path);
            command
        }
    }
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn file(path: &Path) -> impl FnOnce(io::Error) -> PostgresError {
    let path = path.to_path_buf();
    move |source| PostgresError::File { path, source }
}

fn spawn(program: &'static str) -> impl FnOnce(io::Error) -> PostgresError {
    move |source| PostgresError::Spawn { program, source }
}
