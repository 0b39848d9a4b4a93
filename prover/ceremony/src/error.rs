//! Why a step of a ceremony was refused.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::policy::Violation;

/// Why a step of a ceremony was refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system refused a file.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no ceremony here.
    #[error("{0} has no ceremony.json: give the folder of a ceremony, or begin one with `ceremony new`")]
    NoCeremony(PathBuf),
    /// There is one here already.
    #[error("{0} holds a ceremony already: choose another folder, or go on with `ceremony contribute`")]
    AlreadyBegun(PathBuf),
    /// Another process works in the folder.
    #[error("{0} is in use by another step of this ceremony: wait until it is done")]
    Busy(PathBuf),
    /// A field of the transcript says something impossible.
    #[error("ceremony.json, `{field}`: {reason}")]
    Transcript {
        /// The field.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file is not there.
    #[error("{0} is missing: fetch it from where the ceremony is published")]
    Missing(PathBuf),
    /// A file is not the one that the transcript names.
    #[error(
        "{file} has SHA-256 {found}, the transcript attests {expected}: fetch the file again, or ask who changed it"
    )]
    Changed {
        /// The file.
        file: PathBuf,
        /// In the transcript.
        expected: String,
        /// Of the file.
        found: String,
    },
    /// A file cannot be read in its format, or a proof in it is wrong.
    #[error("{file}: {source}")]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong, and in which section.
        source: snarkrs_ceremony::CeremonyError,
    },
    /// A file broke its parser.
    #[error("{0} is damaged: its parser gave up")]
    Damaged(PathBuf),
    /// A key holds a point that is no element of the group.
    #[error(
        "{file}: point {index} of section {section} is not in the group: the contribution that wrote it is invalid"
    )]
    Point {
        /// The key.
        file: PathBuf,
        /// The section.
        section: u32,
        /// Which point of it.
        index: usize,
    },
    /// Not a value that an argument can have.
    #[error("{argument}: {reason}")]
    Argument {
        /// Which one.
        argument: &'static str,
        /// Why not, and what would do.
        reason: String,
    },
    /// The circuit is not the one that this build proves.
    #[error(
        "circuit.r1cs has SHA-256 {found}, this build's {circuit} has {expected}: the ceremony is for another circuit or version"
    )]
    OtherCircuit {
        /// Name of the circuit.
        circuit: String,
        /// Of this build.
        expected: String,
        /// Of the file.
        found: String,
    },
    /// The initial key is not what circuit and powers give.
    #[error(
        "0000.zkey is not what circuit.r1cs and powers.ptau give: whoever began this ceremony may know its secrets"
    )]
    OtherBeginning,
    /// A file does not fit the ceremony.
    #[error("{file}: {reason}")]
    Unfit {
        /// The key.
        file: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A beacon ended the ceremony.
    #[error("a beacon ended this ceremony after {0} contributions: nothing can be added")]
    Ended(usize),
    /// The key does not hold to the rules.
    #[error(transparent)]
    Policy(#[from] Violation),
    /// The manifest does not allow the keys.
    #[error(transparent)]
    Manifest(#[from] groth16::ManifestError),
    /// A file that the manifest names cannot be read.
    #[error(transparent)]
    KeySet(#[from] groth16::KeyError),
    /// The folder of keys holds keys of another origin.
    #[error("{path}: {reason}")]
    Keys {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
}

/// What kind of reason it is, for exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file could not be read or written.
    System,
    /// An argument is wrong.
    Argument,
    /// Not possible in this state of the ceremony.
    State,
    /// A hash, a proof or a rule does not hold: somebody erred or cheated.
    Mismatch,
}

impl Error {
    /// What kind of reason it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Io { .. } => Kind::System,
            Self::Argument { .. } => Kind::Argument,
            Self::NoCeremony(_) | Self::AlreadyBegun(_) | Self::Busy(_) | Self::Ended(_) | Self::Missing(_) => {
                Kind::State
            }
            Self::File { source: snarkrs_ceremony::CeremonyError::Io(_), .. } => Kind::System,
            Self::Policy(Violation::NoBeacon | Violation::TooFew { .. }) => Kind::State,
            Self::Policy(Violation::AskedForTooFew(_)) => Kind::Argument,
            _ => Kind::Mismatch,
        }
    }

    /// The same of the file that the user knows, where it was found in a copy.
    pub(crate) fn of(self, copy: &Path, original: &Path) -> Self {
        match self {
            Self::File { file, source } if file == copy => Self::File { file: original.to_owned(), source },
            Self::Damaged(file) if file == copy => Self::Damaged(original.to_owned()),
            Self::Point { file, section, index } if file == copy => {
                Self::Point { file: original.to_owned(), section, index }
            }
            Self::Unfit { file, reason } if file == copy => Self::Unfit { file: original.to_owned(), reason },
            other => other,
        }
    }

    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| match source.kind() {
            io::ErrorKind::NotFound => Self::Missing(path),
            _ => Self::Io { path, source },
        }
    }

    pub(crate) fn transcript(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Transcript { field: field.into(), reason: reason.into() }
    }
}
