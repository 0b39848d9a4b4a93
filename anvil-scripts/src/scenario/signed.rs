//! Step 3, its second half: terms that the creator signed for one company.

use alloy::primitives::Address;
use anyhow::Result;

use super::register::DELIVERED;
use super::{Play, made, refused, run};

const PRICE: &str = "18";

impl Play<'_> {
    pub(super) async fn signed_terms(&mut self) -> Result<()> {
        let actors = &self.stack.actors;
        let (creator, anyone) = (actors.creator.address(), actors.anyone.address());
        let (company2, arbitrator) = (actors.company2.address(), actors.arbitrator.address());
        let share = |account: Address, bps: u16| format!("{account}:{bps}");
        let file = self.stack.folder().join("terms.json");
        let signed = run!(
            self,
            creator,
            offer::sign,
            [
                self.contents[DELIVERED],
                "--key",
                "--price",
                PRICE,
                "--token",
                "dUSD",
                "--buyer",
                company2,
                "--supply",
                1,
                "--valid-for",
                "7d",
                "--payee",
                share(creator, 7_000),
                "--payee",
                share(anyone, 3_000),
                "--use",
                "train",
                "--arbitrator",
                arbitrator,
                "--out",
                file.display(),
            ]
        )?;
        let offer = signed.signed.offer_id;
        let before = self.cast.anyone.chain.offer_status(offer).await?;
        self.check(!before.is_known(), format!("the chain does not know offer {offer}: it is a file of company2's"))?;
        let foreign = run!(self, company3, license::buy, ["--signed", file.display()]);
        self.check(refused(foreign, "alone"), "company3 cannot buy at terms that are for company2")?;

        let bought = run!(self, company2, license::buy, ["--signed", file.display()])?;
        let license = made(bought.bought.map(|bought| bought.license_id), "license at signed terms")?;
        let after = self.cast.anyone.chain.offer_status(offer).await?;
        let payment = self.cast.anyone.chain.payment(license.payment_id()).await?;
        self.check(
            after.is_known() && after.sold == 1 && payment.split_id == signed.signed.terms.split_id,
            format!(
                "license {license} was bought at signed terms for {}, to be shared 70 to 30",
                self.amount(payment.amount, payment.token)?
            ),
        )?;
        let waiting = self.tell.wait("the creator's meter proves and delivers the key");
        self.wait_for_key(license, 0).await?;
        drop(waiting);
        self.travel_days(7).await?;
        run!(self, anyone, escrow::release, [license.payment_id()])?;
        let shared = run!(self, anyone, escrow::withdraw, ["--token", "dUSD"])?;
        self.check(shared.amount.to_string() == "5265000", "of 18 dUSD less 2.5 % the other payee withdrew 30 %: 5.265")
    }
}
