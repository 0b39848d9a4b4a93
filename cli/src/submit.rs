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
        let action = call.label;
        let step = self.progress.step(format!("trying to {action}"));
        let cost = self.estimate(&call).await?;
        if self.consent == Consent::Ask {
            let value = match call.value.is_zero() {
                true => String::new(),
                false => format!(" and sends {}", Currency::eth().show(Amount(call.value))),
            };
            let eth = Currency::eth();
            let question = format!("{action}: costs about {}{value}. Send?", eth.show(cost));
            step.pause(|| ask(&question))?;
        }
        step.say(format!("{action}: waiting for a block"));
        self.send(call).await
    }
}
