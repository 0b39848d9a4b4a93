//! Step 10: who paid whom, read from the chain's events.

use alloy::primitives::Address;
use alloy::primitives::utils::format_units;
use anyhow::Result;
use domain::{Amount, ChainEvent, PaymentId, Token};

use super::Play;
use super::report::Move;

const ESCROW: &str = "escrow";

impl Play<'_> {
    pub(super) async fn money(&mut self) -> Result<()> {
        let (head, _) = self.stack.chain.latest().await?;
        let events = self.cast.anyone.chain.events(self.stack.deployment.start_block, head).await?;
        for (_, event) in events {
            let moved = match event {
                ChainEvent::PaymentHeld(e) => Some((
                    self.name(e.payer),
                    ESCROW.to_owned(),
                    self.amount(e.amount, e.token)?,
                    format!("payment {} for license {}", e.payment_id, e.license_id),
                )),
                ChainEvent::PaymentToppedUp(e) => Some((
                    self.renewed_by(e.payment_id).await?,
                    ESCROW.to_owned(),
                    self.amount(e.added, e.token)?,
                    format!("renewal, payment {}", e.payment_id),
                )),
                ChainEvent::BondHeld(e) => Some((
                    self.name(e.poster),
                    ESCROW.to_owned(),
                    self.amount(e.amount, e.token)?,
                    format!("bond of dispute {}", e.dispute_id),
                )),
                ChainEvent::Withdrawn(e) => {
                    let why = format!("withdrawal of {}", self.name(e.account));
                    Some((ESCROW.to_owned(), self.name(e.recipient), self.amount(e.amount, e.token)?, why))
                }
                _ => None,
            };
            if let Some((from, to, amount, why)) = moved {
                self.report.money.push(Move { from, to, amount, why });
            }
        }
        Ok(())
    }

    /// In the story, payers renew what they bought.
    async fn renewed_by(&self, payment: PaymentId) -> Result<String> {
        Ok(self.name(self.cast.anyone.chain.payment(payment).await?.payer))
    }

    fn name(&self, account: Address) -> String {
        let known = self.stack.actors.all().into_iter().find(|actor| actor.address() == account);
        known.map_or_else(|| account.to_string(), |actor| actor.name.to_owned())
    }

    /// With its token, for people.
    pub(super) fn amount(&self, amount: Amount, token: Token) -> Result<String> {
        let (decimals, name) = if token.is_eth() { (18, "ETH") } else { (6, "dUSD") };
        let text = format_units(amount.0, decimals)?;
        let text = text.trim_end_matches('0').trim_end_matches('.');
        Ok(format!("{text} {name}"))
    }
}
