//! What only a node can tell: whether the block is on the chain still.

use alloy::eips::BlockNumberOrTag;
use contracts::Node;
use serde::Serialize;

use super::format::{Bundle, LogPart};
use crate::failure::Failure;

/// How deep in the chain the block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Inclusion {
    /// Blocks from this one to the newest, both counted.
    pub confirmations: u64,
    /// Whether the node calls it final; `None` if the node does not say.
    pub finalized: Option<bool>,
}

impl Bundle {
    /// Asks a node of the bundle's chain for the block and the receipt.
    ///
    /// # Errors
    /// If the node does not answer or is another chain's, or the block was reorganised away.
    pub async fn ask(&self, rpc_url: &str) -> Result<Inclusion, Failure> {
        let node = Node::connect(rpc_url).await?;
        if node.chain_id() != self.chain_id {
            return Err(Failure::usage(format!(
                "the node of --rpc is chain {}, and the bundle is of chain {}",
                node.chain_id(),
                self.chain_id
            ))
            .fix("pass a node of that chain"));
        }
        let (number, hash) = (self.block.number, self.block.hash);
        let latest = node.block(BlockNumberOrTag::Latest).await?.map_or(0, |block| block.number);
        let gone = |what: String| {
            Failure::mismatch(what)
                .fix("it was reorganised away: see whether it was settled again, and make the bundle anew")
        };
        match node.block(BlockNumberOrTag::Number(number)).await? {
            Some(block) if block.hash == hash => {}
            Some(block) => {
                return Err(gone(format!(
                    "`block.hash` {hash} is no longer on the chain: block {number} is {} now",
                    block.hash
                )));
            }
            None => {
                return Err(gone(format!(
                    "`block.hash` {hash} is not on the chain: the node's newest block is {latest}, the bundle's {number}"
                )));
            }
        }
        let receipt = node.receipt(self.transaction.hash).await?;
        let receipt = receipt.filter(|receipt| receipt.block_hash == Some(hash)).ok_or_else(|| {
            gone(format!("`transaction.hash` {} is no longer in block {number}", self.transaction.hash))
        })?;
        let position = usize::try_from(self.log.position).unwrap_or(usize::MAX);
        let there = receipt.logs().get(position).map(|log| LogPart::new(self.log.position, &log.inner));
        if there.as_ref() != Some(&self.log) {
            return Err(Failure::mismatch(format!(
                "the node's receipt of `transaction.hash` {} does not have `log`",
                self.transaction.hash
            ))
            .fix("the node contradicts the block's own hash: ask another one"));
        }
        // Not every node knows what is final, and none must.
        let finalized = node.block(BlockNumberOrTag::Finalized).await.ok().flatten();
        Ok(Inclusion {
            confirmations: latest.saturating_sub(number).saturating_add(1),
            finalized: finalized.map(|block| block.number >= number),
        })
    }
}
