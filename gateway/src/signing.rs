//! Heads between the crate that computes them and the crate that signs them.

use alloy::{
    primitives::{Address, Bytes},
    signers::local::PrivateKeySigner,
};
use contracts::{SigningError, recover_head_signer, sign_head};
use domain::Context;
use statement::Head;

/// The contract whose EIP-712 domain heads are signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tracker {
    pub(crate) chain_id: u64,
    pub(crate) address: Address,
}

impl Tracker {
    pub(crate) fn sign(self, signer: &PrivateKeySigner, head: &Head) -> Result<Bytes, SigningError> {
        sign_head(signer, self.chain_id, self.address, &as_signed(head)).map(|bytes| Bytes::from(bytes.to_vec()))
    }

    /// Whether `signature` is by `expected` and one that contracts accept.
    pub(crate) fn is_by(self, expected: Address, head: &Head, signature: &[u8]) -> bool {
        recover_head_signer(self.chain_id, self.address, &as_signed(head), signature)
            .is_ok_and(|signer| signer == expected)
    }
}

fn as_signed(head: &Head) -> contracts::Head {
    contracts::Head { ctx: Context(head.ctx), seq: head.seq, total: head.total, head: head.head, time: head.time }
}
