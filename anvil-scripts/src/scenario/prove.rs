//! Step 6: what was used is proved and paid.

use alloy::primitives::U256;
use alloy::primitives::utils::parse_ether;
use anyhow::Result;
use domain::Token;

use super::fetch::{FETCHES, LANES};
use super::offer::UNIT_PRICE;
use super::{Play, made, run};

/// Events in a proof of the story: fewer than the 128 that fit, so that each lane takes two, and the second starts in
/// the middle of a block of 24.
const BATCH: u64 = 70;

impl Play<'_> {
    pub(super) async fn prove(&mut self) -> Result<()> {
        let license = made(self.licenses.per_use, "per-use license")?;
        let price = parse_ether(UNIT_PRICE)?;
        let owed = price * U256::from(FETCHES);

        let proved = run!(self, company1, usage::prove, [license, "--submit", "--batch", BATCH])?;
        for proof in &proved.proofs {
            self.report.proof("usage_128", proof.events, proof.proving_millis);
        }
        let events: usize = proved.proofs.iter().map(|proof| proof.events).sum();
        let wanted = LANES * FETCHES.div_ceil(LANES).div_ceil(BATCH);
        self.check(
            events as u64 == FETCHES && proved.proofs.len() as u64 == wanted,
            format!(
                "{} proofs of at most {BATCH} events cover all {FETCHES}; the chain verified each",
                proved.proofs.len()
            ),
        )?;
        let payment_id = license.payment_id();
        let payment = self.cast.company1.chain.payment(payment_id).await?;
        self.check(
            payment.due.0 == owed && payment.released.0.is_zero(),
            format!("exactly {FETCHES} × {UNIT_PRICE} ETH = {} are due", self.amount(payment.due, Token::ETH)?),
        )?;

        // The creator needs nobody for this: its meter has the heads that both sides signed.
        let settled = run!(self, creator, usage::settle, [license])?;
        let after = self.cast.company1.chain.payment(payment_id).await?;
        self.check(
            settled.drawn.0.is_zero() && after.due == payment.due,
            "settling the same heads by signature afterwards makes nothing more due",
        )?;
        let released = run!(self, anyone, escrow::release, [payment_id])?;
        self.check(released.amount.0 == owed, "a stranger released what is due, all of it at once")?;
        let withdrawn = run!(self, creator, escrow::withdraw, ["--token", "ETH"])?;
        let fee = run!(self, platform, escrow::withdraw, ["--token", "ETH"])?;
        self.check(
            withdrawn.amount.0 + fee.amount.0 == owed && fee.amount.0 == owed / U256::from(40),
            format!(
                "the creator withdrew {}, the platform {}",
                self.amount(withdrawn.amount, Token::ETH)?,
                self.amount(fee.amount, Token::ETH)?
            ),
        )
    }
}
