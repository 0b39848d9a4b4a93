//! Payments, and what the escrow owes in all: the chain keeps no count of it, so it is added up, twice.

use alloy::primitives::{Address, U256};
use alloy::providers::{DynProvider, Provider};
use anyhow::Result;
use domain::{Amount, Token};

use super::super::{Play, raw};
use super::payees;
use super::same::{Same, address, number};

const RULES: [&str; 3] = ["metered", "linear", "cliff"];
const PAYMENT_STATES: [&str; 5] = ["none", "held", "delivered", "closed", "refunded"];
const DISPUTE_EXECUTED: u64 = 5;
const ALL_BPS: u64 = 10_000;

impl Play<'_> {
    pub(super) async fn compare_payments(&self, provider: &DynProvider) -> Result<usize> {
        let mut same = Same::default();
        for payment in self.list("v1/payments").await? {
            let id = number(&payment, "payment_id")?;
            let escrow = self.stack.deployment.addresses.escrow;
            let words = raw::call(provider, escrow, "payment(uint256)", &[id]).await?;
            same.address(&payment, "payer", words.address(1)?)?;
            same.address(&payment, "token", words.address(2)?)?;
            for (field, word) in [
                ("license_id", 0),
                ("amount", 3),
                ("released", 4),
                ("refunded", 5),
                ("due", 6),
                ("starts_at", 11),
                ("deadline", 12),
                ("dispute_window_secs", 13),
                ("releasable_at", 14),
                ("frozen_at", 15),
                ("paused_secs", 16),
                ("dispute_id", 17),
            ] {
                same.number(&payment, field, words.number(word)?)?;
            }
            same.spelled(&payment, "rule", &RULES, words.number(7)?)?;
            same.spelled(&payment, "state", &PAYMENT_STATES, words.number(8)?)?;
            let split = self.raw_split(provider, words.number(9)?).await?;
            same.equal(&payment, "payees", split == payees(&payment)?, &format!("{split:?}"))?;
            let fee = raw::call(provider, escrow, "fee(uint64)", &[words.number(10)?]).await?;
            same.address(&payment, "fee_recipient", fee.address(0)?)?;
            same.number(&payment, "fee_bps", fee.number(1)?)?;
        }
        Ok(same.0)
    }

    /// What the chain's views add up to, what the mirror adds up to, and what the escrow has, are one sum per token.
    pub(in crate::scenario) async fn owes_what_it_holds(&mut self) -> Result<()> {
        self.follow_to_head().await?;
        let provider = self.stack.chain.provider().clone();
        let escrow = self.stack.deployment.addresses.escrow;
        for token in [Token::ETH, self.stack.dollar()] {
            let held = if token.is_eth() {
                provider.get_balance(escrow).await?
            } else {
                let account = [escrow.into_word().into()];
                raw::call(&provider, token.0, "balanceOf(address)", &account).await?.number(0)?
            };
            let owed = self.owed_by_views(&provider, token.0).await?;
            let mirrored = self.owed_by_mirror(token.0).await?;
            let told = format!(
                "escrow holds exactly what it owes: {}, as payments, balances and bonds add up on the chain and in the \
                 mirror",
                self.amount(Amount(held), token)?
            );
            let so = held == owed && held == mirrored && !held.is_zero();
            let told = if so { told } else { format!("{told} (chain {owed}, mirror {mirrored}, held {held})") };
            self.check(so, told)?;
        }
        Ok(())
    }

    /// From `eth_call` alone: payments are numbered from 1.
    async fn owed_by_views(&self, provider: &DynProvider, token: Address) -> Result<U256> {
        let addresses = self.stack.deployment.addresses;
        let mut owed = U256::ZERO;
        for id in 1_u64.. {
            let id = U256::from(id);
            let standing = raw::call(provider, addresses.escrow, "standing(uint256)", &[id]).await?;
            if standing.number(0)?.is_zero() {
                break;
            }
            let payment = raw::call(provider, addresses.escrow, "payment(uint256)", &[id]).await?;
            if payment.address(2)? == token {
                let fee = raw::call(provider, addresses.escrow, "fee(uint64)", &[payment.number(10)?]).await?;
                let released = payment.number(4)?;
                let shares = self.raw_split(provider, payment.number(9)?).await?;
                let rest = payment.number(3)? - released - payment.number(5)?;
                owed += rest + unshared(rest, released - part(released, fee.number(1)?), &shares);
            }
            if token.is_zero() && !payment.number(17)?.is_zero() {
                let dispute = [payment.number(17)?];
                let dispute = raw::call(provider, addresses.disputes, "dispute(uint256)", &dispute).await?;
                let over = dispute.number(3)? == U256::from(DISPUTE_EXECUTED);
                owed += if over { U256::ZERO } else { dispute.number(13)? };
            }
        }
        for actor in self.stack.actors.all() {
            let arguments = [actor.address().into_word().into(), token.into_word().into()];
            let balance = raw::call(provider, addresses.escrow, "balanceOf(address,address)", &arguments).await?;
            owed += balance.number(0)?;
        }
        Ok(owed)
    }

    /// From the API alone.
    async fn owed_by_mirror(&self, token: Address) -> Result<U256> {
        let mut owed = U256::ZERO;
        for payment in self.list("v1/payments").await? {
            if address(&payment, "token")? == token {
                let released = number(&payment, "released")?;
                let rest = number(&payment, "amount")? - released - number(&payment, "refunded")?;
                owed += rest + unshared(rest, released - number(&payment, "fee_paid")?, &payees(&payment)?);
            }
        }
        if token.is_zero() {
            for dispute in self.list("v1/disputes").await? {
                let over = !dispute["bond_recipient"].is_null();
                owed += if over { U256::ZERO } else { number(&dispute, "bond")? };
            }
        }
        for actor in self.stack.actors.all() {
            for balance in self.list(&format!("v1/balances/{}", actor.address())).await? {
                if address(&balance, "token")? == token {
                    owed += number(&balance, "balance")?;
                }
            }
        }
        Ok(owed)
    }
}

fn part(amount: U256, bps: U256) -> U256 {
    amount * bps / U256::from(ALL_BPS)
}

/// What of `net`, which was released, rounding left with the escrow until the payment closes.
fn unshared(rest: U256, net: U256, shares: &[(Address, U256)]) -> U256 {
    if rest.is_zero() { U256::ZERO } else { net - shares.iter().map(|(_, bps)| part(net, *bps)).sum::<U256>() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_leaves_less_than_the_number_of_payees_until_nothing_is_left() {
        let number = U256::from::<u64>;
        let shares = [3_333, 3_333, 3_334].map(|bps| (Address::ZERO, number(bps)));
        assert_eq!(unshared(number(5), number(100), &shares), number(1));
        assert_eq!(unshared(number(0), number(100), &shares), number(0));
        assert_eq!(unshared(number(5), number(101), &shares[..0]), number(101));
    }
}
