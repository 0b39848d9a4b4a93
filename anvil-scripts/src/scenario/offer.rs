//! Step 2: terms.

use anyhow::Result;
use domain::OfferId;

use super::register::{DELIVERED, SERVED};
use super::{Play, made, run};

/// The price of one metered unit.
pub const UNIT_PRICE: &str = "0.0001";
/// The price for ever, in dUSD.
pub const PRICE: &str = "25";
/// A fetch of up to this many bytes is one unit.
pub const UNIT_BYTES: u32 = 65_536;

impl Play<'_> {
    pub(super) async fn offer(&mut self) -> Result<()> {
        let arbitrator = self.stack.actors.arbitrator.address();
        // Buyers want to see the key that evidence would be sealed to before they pay.
        run!(self, arbitrator, wallet::publish, [])?;
        let perpetual = run!(
            self,
            creator,
            offer::set,
            [
                self.contents[DELIVERED],
                "--key",
                "--price",
                PRICE,
                "--token",
                "dUSD",
                "--duration",
                "0",
                "--use",
                "train",
                "--use",
                "commercial",
                "--arbitrator",
                arbitrator,
            ]
        )?;
        self.offers.perpetual = Some(perpetual.offer_id);
        let per_use = run!(
            self,
            creator,
            offer::set,
            [
                self.contents[SERVED],
                "--served",
                "--unit-price",
                UNIT_PRICE,
                "--token",
                "ETH",
                "--unit-bytes",
                UNIT_BYTES,
                "--duration",
                "60d",
                "--use",
                "train",
                "--use",
                "inference",
            ]
        )?;
        self.offers.per_use = Some(per_use.offer_id);
        let bad_content = made(self.bad_content, "bad content")?;
        let bad = run!(
            self,
            bad_creator,
            offer::set,
            [
                bad_content,
                "--key",
                "--price",
                "10",
                "--token",
                "dUSD",
                "--duration",
                "0",
                "--delivery-window",
                "2d",
                "--dispute-window",
                "14d",
                "--use",
                "train",
                "--arbitrator",
                arbitrator,
            ]
        )?;
        self.offers.bad = Some(bad.offer_id);
        for offer in [perpetual.offer_id, per_use.offer_id, bad.offer_id] {
            let status = self.cast.anyone.chain.offer_status(offer).await?;
            self.check(status.is_known() && !status.closed, format!("offer {offer} is open"))?;
        }
        let content_no = perpetual.offer_id.content_no();
        self.check(
            OfferId::of(content_no, perpetual.terms.nonce) == Some(perpetual.offer_id),
            format!("offer {} is number {} of content {content_no}", perpetual.offer_id, perpetual.terms.nonce),
        )?;
        let chain = &self.cast.anyone.chain;
        let alone = chain.solo_split_of(self.stack.actors.creator.address()).await?;
        self.check(
            alone == Some(perpetual.terms.split_id) && alone == Some(per_use.terms.split_id),
            "both of the creator's offers pay the creator alone, by one split",
        )
    }
}
