//! Step 7, its second half: a subscription is used, renewed, and ended early.

use alloy::primitives::U256;
use anyhow::Result;
use domain::{LicenseId, PaymentState};

use super::register::SUBSCRIBED;
use super::{Play, made, refused, run};

/// The price of 30 days, in dUSD.
const PRICE: &str = "6";
const PERIOD_SECS: u64 = 30 * 86_400;
/// How many fetches company 2 makes.
const FETCHES: u64 = 3;

impl Play<'_> {
    pub(super) async fn subscribe(&mut self) -> Result<()> {
        let offer = run!(
            self,
            creator,
            offer::set,
            [
                self.contents[SUBSCRIBED],
                "--served",
                "--period",
                "30d",
                "--price",
                PRICE,
                "--token",
                "dUSD",
                "--use",
                "retrieval",
            ]
        )?;
        let bought = run!(self, company2, license::buy, [offer.offer_id])?;
        let license = made(bought.bought.map(|bought| bought.license_id), "subscription")?;
        let fetched = run!(self, company2, content::fetch, [license, "--count", FETCHES])?;
        let settled = run!(self, creator, usage::settle, [license])?;
        self.check(
            fetched.fetches == FETCHES && settled.settled_units == FETCHES && settled.drawn.0.is_zero(),
            format!("{FETCHES} fetches are settled, and cost a subscriber nothing"),
        )?;

        self.travel_days(10).await?;
        self.renew(license).await?;
        self.travel_days(5).await?;
        self.end_early(license).await
    }

    async fn renew(&mut self, license: LicenseId) -> Result<()> {
        let before = self.cast.company2.chain.payment(license.payment_id()).await?;
        let renewed = run!(self, company2, license::renew, [license])?;
        let after = self.cast.company2.chain.payment(license.payment_id()).await?;
        let same_price = renewed.paid == before.amount && after.amount.0 == before.amount.0 * U256::from(2);
        self.check(
            renewed.payment_id == after.payment_id && same_price && after.deadline == before.deadline + PERIOD_SECS,
            format!("30 days more at the price of the first: {} vest evenly", self.amount(after.amount, after.token)?),
        )?;
        let released = run!(self, anyone, escrow::release, [license.payment_id()])?;
        self.check(
            released.amount < after.amount && !released.amount.0.is_zero(),
            format!("after 10 of 60 days {} left for the creator", self.amount(released.amount, after.token)?),
        )
    }

    async fn end_early(&mut self, license: LicenseId) -> Result<()> {
        let strange = run!(self, company3, license::cancel, [license]);
        self.check(refused(strange, "did not pay"), "only who paid ends a subscription")?;
        let ended = run!(self, company2, license::cancel, [license])?;
        let payment = self.cast.company2.chain.payment(license.payment_id()).await?;
        let lasted = U256::from(ended.expires_at - payment.starts_at);
        let vested = payment.amount.0 * lasted / U256::from(payment.deadline - payment.starts_at);
        let (released, refunded) = (payment.released, payment.refunded);
        self.check(
            released.0 == vested && refunded.0 == payment.amount.0 - vested && payment.state == PaymentState::Closed,
            format!(
                "ended after 15 of 60 days: {} vested to the second, {} came back",
                self.amount(released, payment.token)?,
                self.amount(refunded, payment.token)?
            ),
        )?;
        let withdrawn = run!(self, company2, escrow::withdraw, ["--token", "dUSD"])?;
        let valid = self.cast.company2.chain.is_valid(license).await?;
        self.check(withdrawn.amount == refunded && !valid, "company2 has it, and no subscription any more")
    }
}
