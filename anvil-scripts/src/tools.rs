//! The pinned programs, installed from npm into ignored folders of the repository.
//!
//! Installing again after an interruption, and from two processes at once, is safe: a file lock
//! serialises, and a stamp that holds the lock file's hash is written last.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::guarded::{Guarded, GuardedOptions};
use crate::root::repository_root;

/// A pinned program could not be made available.
#[derive(Debug, thiserror::Error)]
pub enum ToolsError {
    /// A program that the machine must bring is not in `PATH`.
    #[error("`{program}` is not in PATH: install it (Debian: `apt-get install {package}`)")]
    Missing {
        /// The program's name.
        program: &'static str,
        /// The Debian package that brings it.
        package: &'static str,
    },
    /// `npm ci`, or a step after it, failed.
    #[error("installing `{folder}` failed ({what}); the log is {log}:\n{tail}")]
    Install {
        /// The folder whose package.json was installed.
        folder: PathBuf,
        /// The step and how it ended.
        what: String,
        /// The full log.
        log: PathBuf,
        /// The end of the log.
        tail: String,
    },
    /// The npm package for this machine's processor and system does not exist or was not installed.
    #[error(
        "{path} is missing after `npm ci`: npm has no `{tool}` for {os}-{arch} (then put one into \
         PATH, if it is anvil or forge), or was told to omit optional packages"
    )]
    Unsupported {
        /// The program.
        tool: &'static str,
        /// Where it should be.
        path: PathBuf,
        /// This system.
        os: &'static str,
        /// This processor.
        arch: &'static str,
    },
    /// A file of the installation could not be read or written.
    #[error("cannot access {path}: check its owner and permissions")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Where the pinned programs and files are.
#[derive(Debug, Clone)]
pub struct Tools {
    /// The chain.
    pub anvil: PathBuf,
    /// Compiles and tests contracts; run it inside `contracts/`.
    pub forge: PathBuf,
    /// The folder with `bin/initdb` and `bin/postgres`.
    pub postgres: PathBuf,
    /// The folder of real data files (`penguins.json`, ...); `datapackage.json`, one above, holds
    /// their licenses.
    pub datasets: PathBuf,
}

impl Tools {
    /// Installs what is missing or changed, and says where everything is.
    pub fn ensure() -> Result<Self, ToolsError> {
        Self::ensure_in(&repository_root())
    }

    fn ensure_in(root: &Path) -> Result<Self, ToolsError> {
        check_machine()?;
        let contracts = root.join("contracts/node_modules");
        let scripts = root.join("anvil-scripts/node_modules");
        // Each folder is stamped only after its programs were seen: npm ends well without a package
        // that is "optional", even if it is the one for this machine.
        install(root, "contracts", |_, _| foundry("forge", &contracts).map(drop))?;
        install(root, "anvil-scripts", |modules, run| {
            // npm does not run the package's own install script: see `ignore-scripts` in .npmrc.
            let package = modules.join(postgres_package());
            present("postgres", package.clone())?;
            run(Command::new("node").arg("scripts/hydrate-symlinks.js").current_dir(package))?;
            foundry("anvil", modules).map(drop)
        })?;
        Ok(Self {
            forge: foundry("forge", &contracts)?,
            anvil: foundry("anvil", &scripts)?,
            postgres: {
                let native = scripts.join(postgres_package()).join("native");
                present("postgres", native.join("bin/postgres"))?;
                native
            },
            datasets: present("vega-datasets", scripts.join("vega-datasets/data"))?,
        })
    }
}

/// Names the package to install when the machine lacks a program.
fn check_machine() -> Result<(), ToolsError> {
    for (program, package) in [("node", "nodejs"), ("npm", "npm"), ("cc", "gcc libc6-dev")] {
        if in_path(program).is_none() {
            return Err(ToolsError::Missing { program, package });
        }
    }
    Ok(())
}

fn in_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Runs `npm ci` in `root/name` and then `finish`, unless the stamp says that both are done.
fn install(
    root: &Path,
    name: &str,
    finish: impl FnOnce(&Path, &dyn Fn(&Command) -> Result<(), ToolsError>) -> Result<(), ToolsError>,
) -> Result<(), ToolsError> {
    let folder = root.join(name);
    let modules = folder.join("node_modules");
    let stamp = modules.join(".datavault-installed");
    let wanted = fingerprint(&folder)?;
    let current = || fs::read_to_string(&stamp).is_ok_and(|found| found == wanted);
    if current() {
        return Ok(());
    }

    let logs = root.join("target/tools");
    fs::create_dir_all(&logs).map_err(at(&logs))?;
    let log = logs.join(format!("{name}.log"));
    // The log is also the lock. A step of a killed run keeps it for as long as it writes.
    let file = File::options().create(true).append(true).open(&log).map_err(at(&log))?;
    file.lock().map_err(at(&log))?;
    if current() {
        return Ok(()); // another process did it while we waited
    }
    file.set_len(0).map_err(at(&log))?;

    eprintln!("installing the pinned tools of {name}/ ...");
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&folder);
    run(&npm, &folder, &log, &file)?;
    finish(&modules, &|step| run(step, &folder, &log, &file))?;
    // Written to the side first: a stamp is there and complete, or it is not there.
    let partial = modules.join(".datavault-installing");
    fs::write(&partial, wanted).map_err(at(&partial))?;
    fs::rename(&partial, &stamp).map_err(at(&stamp))
}

/// Runs a step to its end, and ends it if we are killed.
fn run(command: &Command, folder: &Path, log: &Path, file: &File) -> Result<(), ToolsError> {
    let failed = |what: String| ToolsError::Install {
        folder: folder.to_path_buf(),
        what,
        log: log.to_path_buf(),
        tail: crate::guarded::tail(log),
    };
    let name = command.get_program().to_string_lossy();
    let ended = file
        .try_clone()
        .and_then(|file| Guarded::spawn_into(command, &GuardedOptions::new(log), file))
        .and_then(|mut step| step.wait());
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(failed(format!("`{name}`: {status}"))),
        Err(error) => Err(failed(format!("`{name}`: {error}"))),
    }
}

/// Changes when what `npm ci` would install changes.
fn fingerprint(folder: &Path) -> Result<String, ToolsError> {
    let mut hash = Sha256::new();
    for name in ["package.json", "package-lock.json", ".npmrc"] {
        let path = folder.join(name);
        hash.update(fs::read(&path).map_err(at(&path))?);
    }
    Ok(hex::encode(hash.finalize()))
}

fn present(tool: &'static str, path: PathBuf) -> Result<PathBuf, ToolsError> {
    if path.exists() {
        return Ok(path);
    }
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    Err(ToolsError::Unsupported { tool, path, os, arch })
}

/// A program of Foundry. It is not on npm for every platform: there, one in `PATH` will do.
fn foundry(tool: &'static str, modules: &Path) -> Result<PathBuf, ToolsError> {
    let arch = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    let package = format!("@foundry-rs/{tool}-{}-{arch}", npm_os());
    let pinned = modules.join(package).join("bin").join(tool);
    if pinned.exists() { Ok(pinned) } else { in_path(tool).map_or_else(|| present(tool, pinned), Ok) }
}

fn postgres_package() -> String {
    let arch = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    format!("@embedded-postgres/{}-{arch}", npm_os())
}

fn npm_os() -> &'static str {
    if cfg!(target_os = "macos") { "darwin" } else { "linux" }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> ToolsError {
    let path = path.to_path_buf();
    move |source| ToolsError::File { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_names_its_debian_package() {
        let error = ToolsError::Missing { program: "npm", package: "npm" };
        assert_eq!(error.to_string(), "`npm` is not in PATH: install it (Debian: `apt-get install npm`)");
    }

    #[test]
    fn the_fingerprint_follows_the_lock_file() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["package.json", "package-lock.json", ".npmrc"] {
            fs::write(folder.path().join(name), "{}").unwrap();
        }
        let before = fingerprint(folder.path()).unwrap();
        assert_eq!(before, fingerprint(folder.path()).unwrap());
        fs::write(folder.path().join("package-lock.json"), "{ }").unwrap();
        assert_ne!(before, fingerprint(folder.path()).unwrap());
    }
}
