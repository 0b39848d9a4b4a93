//! The folder of one server, and what became of the folders of killed runs.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A folder that we hold: locked while this lives, removed afterwards.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Holds the lock; the system lets go of it when our process ends, in whichever way.
    _lock: File,
}

impl Folder {
    /// Removes what killed runs left in `parent`, then makes a new folder there.
    pub(super) fn create(parent: &Path) -> io::Result<Self> {
        fs::create_dir_all(parent)?;
        // Held while folders appear and disappear, so that nobody takes one for abandoned that is
        // about to be locked.
        let gate = File::create(parent.join("gate.lock"))?;
        gate.lock()?;
        sweep(parent)?;

        let pid = std::process::id();
        let free = |count: &u32| !parent.join(format!("{pid}-{count}")).exists();
        let count = (0..u32::MAX).find(free).expect("fewer than 2^32 servers per process");
        let path = parent.join(format!("{pid}-{count}"));
        fs::create_dir(&path)?;
        let lock = File::create(path.join("owner.lock"))?;
        lock.lock()?;
        Ok(Self { path, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn data(&self) -> PathBuf {
        self.path.join("data")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Left behind, it is swept by the next run.
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn sweep(parent: &Path) -> io::Result<()> {
    for entry in fs::read_dir(parent)? {
        let path = entry?.path();
        if !path.is_dir() {
            continue;
        }
        let abandoned = match File::open(path.join("owner.lock")) {
            Ok(lock) => match lock.try_lock() {
                Ok(()) => true,
                Err(TryLockError::WouldBlock) => false,
                Err(TryLockError::Error(error)) => return Err(error),
            },
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        if abandoned {
            end_server(&path.join("data"));
            // Somebody else's folder (another user ran here) stays; it is in nobody's way.
            let _ = fs::remove_dir_all(&path);
        }
    }
    Ok(())
}

/// Ends the server that an abandoned data folder still has, if its guard was killed too.
fn end_server(data: &Path) {
    let Ok(text) = fs::read_to_string(data.join("postmaster.pid")) else { return };
    let Some(pid) = text.lines().next().and_then(|line| line.trim().parse::<u32>().ok()) else {
        return;
    };
    let deadline = Instant::now() + Duration::from_secs(5);
    let mut signal = "INT";
    // The number alone could be a stranger's by now: only a process that names this very folder is ours.
    while command_line(pid).is_some_and(|line| line.contains(&*data.to_string_lossy())) {
        if Instant::now() > deadline {
            signal = "KILL";
        }
        let mut kill = Command::new("/bin/sh");
        kill.args(["-c", "kill -s \"$1\" \"$2\"", "kill", signal, &pid.to_string()]);
        if kill.stderr(Stdio::null()).status().is_err() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn command_line(pid: u32) -> Option<String> {
    if Path::new("/proc/self").exists() {
        let raw = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        return Some(String::from_utf8_lossy(&raw).replace('\0', " "));
    }
    let output = Command::new("ps").args(["-o", "command=", "-p", &pid.to_string()]).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_folder_stays_and_an_abandoned_one_goes() {
        let parent = tempfile::tempdir().unwrap();
        let abandoned = parent.path().join("1-0");
        fs::create_dir(&abandoned).unwrap();
        fs::write(abandoned.join("owner.lock"), "").unwrap();

        let held = Folder::create(parent.path()).unwrap();
        let other = Folder::create(parent.path()).unwrap();

        assert!(!abandoned.exists());
        assert!(held.path().exists());
        assert_ne!(held.path(), other.path());
        let path = held.path().to_path_buf();
        drop(held);
        assert!(!path.exists());
    }

    #[test]
    fn a_process_that_is_not_of_the_folder_is_left_alone() {
        let data = tempfile::tempdir().unwrap();
        fs::write(data.path().join("postmaster.pid"), format!("{}\n", std::process::id())).unwrap();
        end_server(data.path()); // would kill this test
    }
}
