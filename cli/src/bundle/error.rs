//! Why a bundle does not show what it says.

use alloy::primitives::{Address, U256};
use groth16::CircuitId;

use super::format::FORMAT;

/// Why a bundle does not show what it says. [`BundleError::fields`] names where to look, as paths in the JSON.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// Too much to read.
    #[error("the bundle has more than {0} bytes")]
    TooLarge(usize),
    /// Not the JSON of a bundle: a field is missing, unknown, doubled, or holds something else.
    #[error("`{field}` is not what a bundle has there: {source}")]
    Shape {
        /// Where.
        field: String,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// Another version.
    #[error("`format` is `{0}`, which this program does not read: it reads `{FORMAT}`")]
    Format(String),
    /// The same value, written in another way: two texts would be one bundle.
    #[error("`{field}` is written {found}, but a bundle writes {canonical}")]
    NotCanonical {
        /// Where.
        field: String,
        /// As it is written.
        found: String,
        /// As it must be written.
        canonical: String,
    },
    /// A hash of something else.
    #[error("`{hash}` is not the hash of `{of}`")]
    Hash {
        /// The field with the hash.
        hash: &'static str,
        /// The field that is hashed.
        of: &'static str,
    },
    /// Bytes that cannot be decoded.
    #[error("`{field}` cannot be decoded: {problem}")]
    Undecodable {
        /// Where.
        field: &'static str,
        /// What the decoder says.
        problem: String,
    },
    /// A Merkle proof that does not lead there.
    #[error(
        "`{part}.nodes` do not lead from `block.header` to `{part}.envelope` as number {index}, `transaction.index`, of the block"
    )]
    NotInBlock {
        /// `transaction` or `receipt`.
        part: &'static str,
        /// Where it should be.
        index: u64,
    },
    /// Nothing was settled: the transaction was reverted.
    #[error("`receipt.envelope` says that the transaction failed")]
    TransactionFailed,
    /// Two fields that must say the same.
    #[error("`{field}` is {found}, but `{other}` says {expected}")]
    Differs {
        /// The field.
        field: String,
        /// What it says.
        found: String,
        /// What binds it.
        other: &'static str,
        /// What that says.
        expected: String,
    },
    /// The log tells something else than the statement's kind.
    #[error("`log.topics` are of no event that settles a `statement` of this kind")]
    OtherEvent,
    /// A number that no circuit computes with.
    #[error("`{field}` is {value:#x}, not below the modulus of the circuits' field")]
    NotElement {
        /// Where.
        field: &'static str,
        /// What.
        value: U256,
    },
    /// A window that is none.
    #[error("`statement.usage.window_start` and `statement.usage.window_end` are no window: {0}")]
    Window(#[from] statement::usage::WindowError),
    /// A verifying key that cannot be used.
    #[error("`verifying_key.key` is not usable: {0}")]
    Key(String),
    /// Keys that no ceremony made as it should.
    #[error("`verifying_key.key` is not to be trusted, though {manifest} names it: {source}")]
    Manifest {
        /// Where the trusted keys are from.
        manifest: String,
        /// What is wrong with them.
        source: groth16::ManifestError,
    },
    /// A verifying key that the reader has no reason to trust.
    #[error("`verifying_key.sha256` {found} is not the key of {circuit} in {manifest}, which is {expected}")]
    ForeignKey {
        /// Of the bundle.
        found: String,
        /// Which circuit.
        circuit: CircuitId,
        /// Where the trusted keys are from.
        manifest: String,
        /// The trusted key.
        expected: String,
    },
    /// The manifest has no key of the circuit.
    #[error("{manifest} has no key of {circuit}, which `statement` needs")]
    NoKey {
        /// Which circuit.
        circuit: CircuitId,
        /// Where the trusted keys are from.
        manifest: String,
    },
    /// Anybody could have forged the proof, and on this chain that matters.
    #[error("`chain_id` is {0}, not a local chain, and {1} holds development keys, with which anyone can forge proofs")]
    DevelopmentKey(u64, String),
    /// Settled by a contract that the reader has no reason to trust.
    #[error("`tracker` is {found}, not the contract {expected} that you know")]
    ForeignTracker {
        /// Of the bundle.
        found: Address,
        /// Of the deployment that the reader knows.
        expected: Address,
    },
    /// Eight numbers that are no proof.
    #[error("`proof` is no proof: {0}")]
    Malformed(#[from] groth16::ProofError),
    /// The proof proves something else.
    #[error(
        "`proof` does not prove this: it was made for another `license.licensee_commitment` or \
         `license.meter_key_hash`, or by nobody who knows the licensee's key"
    )]
    NotProved,
}

impl BundleError {
    /// The fields that do not fit, as paths in the JSON; a path of an object stands for what is in it.
    #[must_use]
    pub fn fields(&self) -> Vec<String> {
        let fields: Vec<&str> = match self {
            Self::TooLarge(_) => vec![],
            Self::Shape { field, .. } | Self::NotCanonical { field, .. } => vec![field],
            Self::Format(_) => vec!["format"],
            Self::Hash { hash, of } => vec![hash, of],
            Self::Undecodable { field, .. } | Self::NotElement { field, .. } => vec![field],
            Self::NotInBlock { part, .. } => {
                return vec![format!("{part}.nodes"), format!("{part}.envelope"), "transaction.index".to_owned()];
            }
            Self::TransactionFailed => vec!["receipt.envelope"],
            Self::Differs { field, other, .. } => vec![field, other],
            Self::OtherEvent => vec!["statement", "log.topics"],
            Self::Window(_) => vec!["statement.usage.window_start", "statement.usage.window_end"],
            Self::Key(_) | Self::Manifest { .. } => vec!["verifying_key.key"],
            Self::ForeignKey { .. } => vec!["verifying_key.sha256"],
            Self::NoKey { .. } => vec!["statement"],
            Self::DevelopmentKey(..) => vec!["chain_id"],
            Self::ForeignTracker { .. } => vec!["tracker"],
            Self::Malformed(_) => vec!["proof"],
            Self::NotProved => vec!["proof", "license.licensee_commitment", "license.meter_key_hash"],
        };
        fields.into_iter().map(str::to_owned).collect()
    }

    /// What the reader can do.
    #[must_use]
    pub const fn fix(&self) -> &'static str {
        match self {
            Self::Format(_) => "use the version of datavault that made it",
            Self::ForeignKey { .. } | Self::NoKey { .. } => {
                "if you trust the ceremony that made the key, pass its manifest with --keys"
            }
            Self::Manifest { .. } => "ask the ceremony's operator for a manifest that is finalized",
            Self::DevelopmentKey(..) => "pass the manifest of the chain's ceremony with --keys",
            Self::ForeignTracker { .. } => {
                "take the address from the deployment's own publication, not from the bundle"
            }
            _ => "it was damaged or forged: make it again from the chain with `datavault usage bundle`",
        }
    }
}
