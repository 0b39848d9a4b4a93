//! Step 8: the key is right for the ciphertext, the ciphertext is not what was registered.

use anyhow::Result;
use domain::{Ruling, Token};

use super::{Play, made, refused, run};

/// How long the loser may appeal.
const APPEAL_DAYS: u64 = 3;

impl Play<'_> {
    pub(super) async fn dispute(&mut self) -> Result<()> {
        let license = made(self.licenses.mismatched, "company 3's license")?;
        let out = self.stack.folder().join("seattle-weather.csv");
        let received = run!(self, company3, key::receive, [license, "--out", out.display()]);
        let failure = received.err().map(|failure| failure.to_string()).unwrap_or_default();
        self.check(
            failure.contains("did not get what was registered") && !out.exists(),
            "company3 decrypts something else than what was registered",
        )?;

        let filed = run!(self, company3, dispute::file, [license])?;
        self.report.proof("key_delivery", 1, filed.proving_millis);
        let dispute = filed.dispute_id;
        self.check(
            dispute.0 == filed.payment_id.0 && filed.payment_id == license.payment_id(),
            format!("dispute, payment and license have one number: {dispute}"),
        )?;
        let frozen = self.cast.company3.chain.payment(filed.payment_id).await?;
        self.check(frozen.frozen_at != 0, "the payment is frozen")?;
        let release = run!(self, anyone, escrow::release, [filed.payment_id]);
        self.check(refused(release, "frozen"), "a frozen payment is not released")?;

        self.travel_days(7).await?;
        let inspected = run!(self, arbitrator, dispute::inspect, [dispute])?;
        for check in &inspected.checks {
            self.tell.fact(&format!("the arbitrator finds: {check}"));
        }
        self.check(inspected.recommended == Ruling::Licensee, format!("verdict: {}", inspected.verdict))?;
        run!(self, arbitrator, dispute::rule, [dispute, "--for", "licensee"])?;
        let early = run!(self, anyone, dispute::execute, [dispute]);
        self.check(refused(early, "is not possible before"), "the ruling is not executed while it can be appealed")?;
        self.travel_days(APPEAL_DAYS).await?;
        run!(self, anyone, dispute::execute, [dispute])?;

        let payment = self.cast.company3.chain.payment(filed.payment_id).await?;
        self.check(
            payment.refunded == payment.amount && payment.released.0.is_zero(),
            format!("escrow paid back all {}", self.amount(payment.amount, self.stack.dollar())?),
        )?;
        run!(self, company3, escrow::withdraw, ["--token", "dUSD"])?;
        let bond = run!(self, company3, escrow::withdraw, ["--token", "ETH"])?;
        self.check(
            bond.amount == filed.bond,
            format!("the bond of {} came back", self.amount(bond.amount, Token::ETH)?),
        )
    }
}
