//! A child process that cannot outlive us.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Starts the command, then watches a pipe that only the parent holds: each line names a signal to
/// pass on, and the end of the pipe (the parent is gone, in whichever way) ends the command.
///
/// A pipe rather than `PR_SET_PDEATHSIG`: that signal is tied to the *thread* that spawned, is
/// cleared when the child changes its user namespace, and exists on Linux only.
const GUARD: &str = r#"
exec 3<&0 </dev/null
stop=$1; shift
"$@" 3<&- &
child=$!
(
  while read -r signal <&3; do kill -s "$signal" "$child"; done
  kill -s "$stop" "$child"
  tries=0
  while kill -0 "$child" && [ "$tries" -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
  kill -s KILL "$child"
) 2>/dev/null &
guard=$!
exec 3<&-
wait "$child"; status=$?
kill "$guard" 2>/dev/null
exit "$status"
"#;

/// How long a stopped process may take before we stop waiting for its guard, which kills it at 5 s.
const STOP_TIMEOUT: Duration = Duration::from_secs(8);

/// How a guarded process is started and stopped.
#[derive(Debug, Clone)]
pub struct GuardedOptions {
    /// Where standard output and error go; truncated at the start.
    pub log: PathBuf,
    /// The signal that asks it to end, such as `TERM` or `INT`. `KILL` follows after five seconds.
    pub stop_signal: &'static str,
    /// Run as this user and group; only root can.
    pub uid: Option<u32>,
}

impl GuardedOptions {
    /// Logs to `log`, stops with `TERM`, runs as the current user.
    pub fn new(log: impl Into<PathBuf>) -> Self {
        Self { log: log.into(), stop_signal: "TERM", uid: None }
    }
}

/// A running child process.
///
/// # Invariants
/// - It ends when this value is dropped.
/// - It ends when our process does, be it by SIGKILL.
/// - Ctrl-C in our terminal does not reach it first: it is in a process group of its own, so that
///   the order of shutting down is ours.
#[derive(Debug)]
pub struct Guarded {
    shell: Child,
    pipe: Option<ChildStdin>,
    log: PathBuf,
}

impl Guarded {
    /// Starts `command`: its program, arguments, environment and working folder are used; its
    /// standard streams are not.
    pub fn spawn(command: &Command, options: &GuardedOptions) -> io::Result<Self> {
        if let Some(folder) = options.log.parent() {
            std::fs::create_dir_all(folder)?;
        }
        Self::spawn_into(command, options, File::create(&options.log)?)
    }

    /// Like [`Guarded::spawn`], but prints into a log that the caller opened. The process and its
    /// guard share that open file, so a lock on it is held until both are gone.
    pub(crate) fn spawn_into(command: &Command, options: &GuardedOptions, log: File) -> io::Result<Self> {
        let mut shell = Command::new("/bin/sh");
        shell
            .args(["-c", GUARD, "guard", options.stop_signal])
            .arg(command.get_program())
            .args(command.get_args())
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0);
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            shell.current_dir(folder);
        }
        if let Some(uid) = options.uid {
            shell.uid(uid).gid(uid);
        }
        let mut shell = shell.spawn()?;
        let pipe = shell.stdin.take();
        Ok(Self { shell, pipe, log: options.log.clone() })
    }

    /// The file that holds what the process printed.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// The last lines of the log, for error messages.
    pub fn log_tail(&self) -> String {
        tail(&self.log)
    }

    /// How it ended, or `None` while it runs. A death by signal n is exit code 128 + n.
    pub fn exited(&mut self) -> io::Result<Option<ExitStatus>> {
        self.shell.try_wait()
    }

    /// Waits until it ends by itself.
    pub fn wait(&mut self) -> io::Result<ExitStatus> {
        self.shell.wait() // does not close the pipe: `spawn` took it out of the child
    }

    /// Sends a signal by name, such as `KILL`, and waits for nothing.
    pub fn signal(&mut self, name: &str) -> io::Result<()> {
        match &mut self.pipe {
            Some(pipe) => writeln!(pipe, "{name}"),
            None => Ok(()),
        }
    }

    /// Kills it with SIGKILL, as a crash would, and returns once it is gone.
    pub fn kill(&mut self) -> io::Result<ExitStatus> {
        self.signal("KILL")?;
        self.shell.wait()
    }

    /// Asks it to end, insists after five seconds, and returns once it is gone.
    pub fn stop(&mut self) {
        self.pipe = None;
        let deadline = Instant::now() + STOP_TIMEOUT;
        while Instant::now() < deadline {
            match self.shell.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(10)),
                Ok(Some(_)) | Err(_) => return,
            }
        }
        // The guard itself hangs: nothing better is left, and a failure means it is gone already.
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The last 20 lines of a text file, or an empty string when it cannot be read.
pub(crate) fn tail(path: &Path) -> String {
    let text = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
