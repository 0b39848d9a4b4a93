//! Step 3: three companies buy.

use anyhow::Result;

use super::{Play, made, run};

/// Metered units that company 1 prepays.
pub const UNITS: u64 = 1_000;

impl Play<'_> {
    pub(super) async fn buy(&mut self) -> Result<()> {
        let perpetual = made(self.offers.perpetual, "perpetual offer")?;
        let per_use = made(self.offers.per_use, "per-use offer")?;
        let bad = made(self.offers.bad, "bad offer")?;

        let bought = run!(self, company1, license::buy, [perpetual, "--max-total", super::offer::PRICE])?;
        self.licenses.perpetual = bought.bought.as_ref().map(|bought| bought.license_id);
        let bought = run!(self, company1, license::buy, [per_use, "--units", UNITS])?;
        self.licenses.per_use = bought.bought.as_ref().map(|bought| bought.license_id);

        let company1 = self.stack.actors.company1.address();
        for license in [made(self.licenses.perpetual, "license")?, made(self.licenses.per_use, "license")?] {
            let owner = self.cast.company1.chain.owner_of(license).await?;
            self.check(owner == company1, format!("ERC-721 license {license} belongs to company1"))?;
        }
        // The last two purchases are what the reorganisation will take back. The key version of company 3 is published
        // before, so that both can be sent again in the other order.
        run!(self, company2, wallet::publish, [])?;
        run!(self, company3, wallet::publish, [])?;
        run!(self, company2, license::buy, [bad])?;
        run!(self, company3, license::buy, [bad])?;

        self.owes_what_it_holds().await
    }
}
