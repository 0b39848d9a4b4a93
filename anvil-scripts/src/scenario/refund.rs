//! Step 7: no key came.

use anyhow::Result;
use domain::PaymentState;

use super::{Play, made, refused, run};

impl Play<'_> {
    pub(super) async fn refund(&mut self) -> Result<()> {
        let license = made(self.licenses.undelivered, "company 2's license")?;
        let chain = &self.cast.company2.chain;
        let dollar = self.stack.dollar();
        let company2 = self.stack.actors.company2.address();
        let payment_id = license.payment_id();
        let paid = chain.payment(payment_id).await?.amount;
        let before = chain.token_balance(dollar, company2).await?;

        run!(self, company2, escrow::refund, [payment_id])?;
        run!(self, company2, escrow::withdraw, ["--token", "dUSD"])?;
        let chain = &self.cast.company2.chain;
        let after = chain.token_balance(dollar, company2).await?;
        self.check(
            after.0 - before.0 == paid.0,
            format!("company2 took back every one of its {}", self.amount(paid, dollar)?),
        )?;

        let state = self.cast.company2.chain.payment(payment_id).await?.state;
        self.check(state == PaymentState::Refunded, format!("payment {payment_id} is refunded, for good"))?;

        let late = run!(self, bad_creator, key::deliver, [license]);
        let delivered = self.cast.company2.chain.license(license).await?.delivered;
        self.check(
            refused(late, "the payment is closed") && !delivered,
            "the key can no longer be delivered, so it is not shown",
        )
    }
}
