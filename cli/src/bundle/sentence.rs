//! What a bundle shows, in words for somebody who never saw a proof.

use std::fmt;

use super::{check::Checked, format::Statement};
use crate::span::show_time;

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let license = self.license_id;
        match &self.statement {
            Statement::Usage(claim) => write!(
                f,
                "License {license} used {} units between {} and {} (lane {}; {} units settled in all)",
                claim.units,
                show_time(claim.window_start),
                show_time(claim.window_end),
                self.lane,
                claim.settled_units,
            )?,
            Statement::Compliance(claim) => write!(
                f,
                "In lane {} of epoch {}, license {license} had used at most {} units by {}",
                self.lane,
                self.epoch,
                claim.max_allowed,
                show_time(claim.as_of),
            )?,
        }
        write!(
            f,
            ", settled by contract {} in block {} of chain {}: proof, log and block agree.",
            self.tracker, self.block_number, self.chain_id
        )?;
        if self.development_keys {
            write!(
                f,
                " The keys of {} are development keys, with which anyone can forge proofs: this proves nothing to a \
                 court.",
                self.keys
            )?;
        }
        Ok(())
    }
}
