//! Step 4, its second half: a key that the licensee accepted by signature; the license is sold on, and the meter
//! delivers its key again.

use alloy::primitives::U256;
use anyhow::Result;
use domain::{LicenseId, PaymentState};
use sha2::{Digest, Sha256};

use super::register::{FILES, RESOLD};
use super::{Play, made, raw, refused, run};

const PRICE: &str = "20";
/// What company 3 pays company 1, in base units of dUSD; not through the escrow.
const RESALE: u64 = 40_000_000;
const ROYALTY_BPS: u64 = 500;

impl Play<'_> {
    pub(super) async fn resell(&mut self) -> Result<()> {
        let content = self.contents[RESOLD];
        let offer = run!(
            self,
            creator,
            offer::set,
            [
                content,
                "--key",
                "--price",
                PRICE,
                "--token",
                "dUSD",
                "--transferable",
                "--royalty-bps",
                ROYALTY_BPS,
                "--use",
                "train",
                "--arbitrator",
                self.stack.actors.arbitrator.address(),
            ]
        )?;
        self.stack.meter.kill()?;
        self.tell.note("the creator's meter is down, and the key is handed over outside the chain");
        let bought = run!(self, company1, license::buy, [offer.offer_id])?;
        let license = made(bought.bought.map(|bought| bought.license_id), "transferable license")?;
        self.accept(license).await?;
        self.stack.meter.restart().await?;
        self.travel_days(7).await?;
        run!(self, anyone, escrow::release, [license.payment_id()])?;
        self.sell_on(license).await
    }

    async fn accept(&mut self, license: LicenseId) -> Result<()> {
        let signed = run!(self, company1, key::accept, [license, "--sign-only"])?;
        let foreign = run!(self, company2, key::accept, [license]);
        self.check(refused(foreign, "not to you"), "nobody else can sign that the key arrived")?;
        run!(self, anyone, key::accept, [license, "--signature", signed.signature])?;
        let accepted = self.cast.anyone.chain.license(license).await?;
        let payment = self.cast.anyone.chain.payment(license.payment_id()).await?;
        self.check(
            accepted.delivered && payment.state == PaymentState::Delivered,
            format!(
                "company1 signed that the key of license {license} arrived, a stranger brought it: no proof needed"
            ),
        )?;
        let early = run!(self, company1, license::transfer, [license, self.stack.actors.company3.address()]);
        self.check(refused(early, "its payment is still held"), "an unsettled license does not move")
    }

    async fn sell_on(&mut self, license: LicenseId) -> Result<()> {
        let provider = self.stack.chain.provider().clone();
        let licenses = self.stack.deployment.addresses.licenses;
        let sale = [U256::from(license.0), U256::from(RESALE)];
        let royalty = raw::call(&provider, licenses, "royaltyInfo(uint256,uint256)", &sale).await?;
        let share = U256::from(RESALE * ROYALTY_BPS / 10_000);
        self.check(
            royalty.address(0)? == self.stack.actors.creator.address() && royalty.number(1)? == share,
            "ERC-2981 names the creator and 5 % of the resale",
        )?;
        let company3 = self.stack.actors.company3.address();
        run!(self, company1, license::transfer, [license, company3])?;
        let unbound = self.cast.anyone.chain.is_valid(license).await?;
        let owner = self.cast.anyone.chain.owner_of(license).await?;
        self.check(
            owner == company3 && !unbound,
            format!("license {license} is company3's, and bound to no key of its"),
        )?;

        let rebound = run!(self, company3, license::rebind, [license])?;
        let waiting = self.tell.wait("the creator's meter delivers the key to the new owner");
        self.wait_for_key(license, rebound.epoch).await?;
        drop(waiting);
        let out = self.stack.folder().join(FILES[RESOLD].0);
        let received = run!(self, company3, key::receive, [license, "--out", out.display()])?;
        let original = Sha256::digest(std::fs::read(self.stack.tools.datasets.join(FILES[RESOLD].0))?);
        let valid = self.cast.anyone.chain.is_valid(license).await?;
        self.check(
            valid && rebound.epoch == 1 && received.content_hash.0 == <[u8; 32]>::from(original),
            format!("company3's {} is the registered one; the meter proved its key in epoch 1", FILES[RESOLD].0),
        )
    }
}
