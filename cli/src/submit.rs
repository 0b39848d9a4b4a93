//! From a call to a confirmed transaction: try it first, say what it does and costs, ask, send, wait.

use std::io::{BufRead, IsTerminal, Write};

use alloy::primitives::B256;
use contracts::Call;
use domain::{Amount, ChainEvent};
use serde::Serialize;

use crate::{
    failure::{Failure, OrFail},
    money::Currency,
    session::Session,
};

/// Whether somebody is asked before a transaction is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Ask on the terminal.
    Ask,
    /// Given: `--yes`, or no terminal to ask on.
    Given,
}

impl Consent {
    /// Asks if somebody sits at the terminal and did not say `--yes`.
    #[must_use]
    pub fn detect(yes: bool) -> Self {
        if yes || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() { Self::Given } else { Self::Ask }
    }
}

/// A transaction in a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Transaction {
    /// What it did: `buy a license`.
    pub action: &'static str,
    /// Its hash.
    pub hash: B256,
    /// Its block.
    pub block_number: u64,
    /// Gas that it took.
    pub gas_used: u64,
    /// What the gas cost, in wei.
    pub fee: Amount,
}

impl Transaction {
    /// One line for each, for people.
    #[must_use]
    pub fn lines(transactions: &[Self]) -> String {
        if transactions.is_empty() {
            return "nothing had to be sent".into();
        }
        let line = |tx: &Self| {
            format!(
                "sent: {} ({}, block {}, {} gas, {})",
                tx.action,
                tx.hash,
                tx.block_number,
                tx.gas_used,
                Currency::eth().show(tx.fee)
            )
        };
        transactions.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// A transaction and what our contracts told in it.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The transaction.
    pub transaction: Transaction,
    /// Its events, in order.
    pub events: Vec<ChainEvent>,
}

/// The one event that a transaction was sent for.
///
/// # Errors
/// If it is missing: the contract at that address is another one.
pub fn announced<T>(sent: &Sent, pick: impl FnMut(&ChainEvent) -> Option<T>) -> Result<T, Failure> {
    sent.events.iter().find_map(pick).ok_or_else(|| {
        Failure::mismatch(format!("{} succeeded ({}) but told nothing", sent.transaction.action, sent.transaction.hash))
            .fix("the network's description names other contracts")
    })
}

/// Asks on stderr. Only `y` and `yes` agree.
pub(crate) fn ask(question: &str) -> Result<(), Failure> {
    let asked = || {
        let mut stderr = std::io::stderr();
        write!(stderr, "{question} [y/N] ")?;
        stderr.flush()?;
        let mut answer = String::new();
        std::io::stdin().lock().read_line(&mut answer)?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = asked().or_fail(|| "cannot ask".into())?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::failed("you did not agree: nothing was sent").fix("answer `y`, or pass --yes")),
    }
}

impl Session {
    /// Tries a call, tells its cost, asks, sends it and waits until it is in a block.
    ///
    /// # Errors
    /// With the contract's reason if it refuses, before anything is sent if possible.
    pub async fn submit(&self, call: Call) -> Result<Sent, Failure> {
        self.agree(&call, &[]).await?;
        self.send_agreed(call).await
    }

    /// Tries a call, tells its cost and whatever else the user should know, and asks. Sends nothing.
    ///
    /// # Errors
    /// If the contract would refuse, or the user does.
    pub async fn agree(&self, call: &Call, facts: &[String]) -> Result<(), Failure> {
        let action = call.label;
        let step = self.progress.step(format!("trying to {action}"));
        let cost = self.estimate(call).await?;
        if self.consent == Consent::Ask {
            step.pause(|| ask(&question(call, cost, facts)))?;
        }
        Ok(())
    }

    /// Sends a call that was agreed to, and waits until it is in a block.
    ///
    /// # Errors
    /// If it is refused after all, or not mined in time.
    pub async fn send_agreed(&self, call: Call) -> Result<Sent, Failure> {
        let _step = self.progress.step(format!("{}: waiting for a block", call.label));
        self.send(call).await
    }
}

fn question(call: &Call, gas: Amount, facts: &[String]) -> String {
    let eth = Currency::eth();
    let value = match call.value.is_zero() {
        true => String::new(),
        false => format!(" and sends {}", eth.show(Amount(call.value))),
    };
    let facts: String = facts.iter().map(|fact| format!("  {fact}\n")).collect();
    format!("{facts}{}: costs about {}{value}. Send?", call.label, eth.show(gas))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_tells_what_is_paid_beside_gas() {
        let mut call = Call {
            label: "buy a license",
            to: Default::default(),
            value: Default::default(),
            input: Default::default(),
        };
        let facts = ["pays 25 dUSD".to_owned(), "arbitrator 0x14".to_owned()];
        assert_eq!(
            question(&call, Amount(alloy::primitives::U256::from(10).pow(alloy::primitives::U256::from(15))), &facts),
            "  pays 25 dUSD\n  arbitrator 0x14\nbuy a license: costs about 0.001 ETH. Send?"
        );
        call.value = alloy::primitives::U256::from(10).pow(alloy::primitives::U256::from(18));
        assert!(question(&call, Amount::ZERO, &[]).contains(" and sends 1 ETH. Send?"));
    }
}
