//! `target/demo/report.json`: what happened, for machines.

use std::path::Path;
use std::time::Instant;

use alloy::primitives::Address;
use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::Value;

use crate::Stack;

/// What happened.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Milliseconds from the first step to the last.
    pub millis: u64,
    /// The chain.
    pub chain_id: u64,
    /// The contracts, by name.
    pub contracts: Vec<(&'static str, Address)>,
    /// The steps, in the order they were played.
    pub steps: Vec<StepReport>,
    /// Everything that was found to be so.
    pub checks: Vec<Check>,
    /// Who paid whom.
    pub money: Vec<Move>,
    /// Gas by action.
    pub gas: Vec<Gas>,
    /// Every proof that was made for the story.
    pub proofs: Vec<Proof>,
    /// What was registered.
    pub sizes: Vec<Size>,
    /// The metered use.
    pub fetches: Option<Fetches>,
    #[serde(skip)]
    began: Option<Instant>,
}

/// A step of the story.
#[derive(Debug, Serialize)]
pub struct StepReport {
    /// Its number in the story; some are told in two halves.
    pub number: u32,
    /// What it is about.
    pub title: String,
    /// How long it took.
    pub millis: u64,
}

/// Something that was found to be so.
#[derive(Debug, Serialize)]
pub struct Check {
    /// The step.
    pub step: u32,
    /// What.
    pub fact: String,
    /// Whether it was so.
    pub holds: bool,
}

/// Money that moved.
#[derive(Debug, Serialize)]
pub struct Move {
    /// From whom.
    pub from: String,
    /// To whom.
    pub to: String,
    /// How much, with its token.
    pub amount: String,
    /// What for.
    pub why: String,
}

/// What an action took.
#[derive(Debug, Serialize)]
pub struct Gas {
    /// What was done.
    pub action: String,
    /// How often.
    pub times: u64,
    /// The least it took.
    pub min: u64,
    /// The most it took.
    pub max: u64,
    /// By whom.
    pub by: Vec<String>,
}

/// A proof.
#[derive(Debug, Serialize)]
pub struct Proof {
    /// Of which circuit.
    pub circuit: String,
    /// How many events it covers.
    pub events: usize,
    /// Milliseconds to make it, witness included, key warm.
    pub millis: u64,
}

/// A registered file.
#[derive(Debug, Serialize)]
pub struct Size {
    /// Its name.
    pub file: String,
    /// Bytes of plaintext.
    pub bytes: u64,
    /// Bytes of ciphertext.
    pub sealed_bytes: u64,
}

/// Metered use.
#[derive(Debug, Serialize)]
pub struct Fetches {
    /// How many fetches.
    pub count: u64,
    /// How many bytes.
    pub bytes: u64,
    /// How long they took, crashes included.
    pub millis: u64,
}

impl Report {
    /// An empty report of a stack; the deployment's gas is in it.
    pub(super) fn of(stack: &Stack) -> Self {
        let mut report = Self {
            millis: 0,
            chain_id: stack.deployment.chain_id,
            contracts: stack.deployment.addresses.named().to_vec(),
            steps: Vec::new(),
            checks: Vec::new(),
            money: Vec::new(),
            gas: Vec::new(),
            proofs: Vec::new(),
            sizes: Vec::new(),
            fetches: None,
            began: None,
        };
        for step in &stack.deployed {
            // Calls are named by what they do, contracts by their own name.
            let call = step.name.starts_with(char::is_lowercase);
            report.gas(if call { step.name } else { "deploy a contract" }, "deployer", step.gas_used);
        }
        report
    }

    pub(super) fn begin_step(&mut self, number: u32, title: &str) {
        self.finish_step();
        self.began = Some(Instant::now());
        self.steps.push(StepReport { number, title: title.to_owned(), millis: 0 });
    }

    pub(super) fn finish_step(&mut self) {
        if let (Some(began), Some(step)) = (self.began.take(), self.steps.last_mut()) {
            step.millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        }
    }

    pub(super) fn check(&mut self, holds: bool, fact: &str) {
        let step = self.steps.last().map_or(0, |step| step.number);
        self.checks.push(Check { step, fact: fact.to_owned(), holds });
    }

    pub(super) fn gas(&mut self, action: &str, by: &str, gas_used: u64) {
        let index = match self.gas.iter().position(|gas| gas.action == action) {
            Some(index) => index,
            None => {
                self.gas.push(Gas { action: action.to_owned(), times: 0, min: u64::MAX, max: 0, by: Vec::new() });
                self.gas.len() - 1
            }
        };
        let gas = &mut self.gas[index];
        gas.times += 1;
        gas.min = gas.min.min(gas_used);
        gas.max = gas.max.max(gas_used);
        if !gas.by.iter().any(|known| known == by) {
            gas.by.push(by.to_owned());
        }
    }

    /// Takes the gas of the transactions that a command's report lists, wherever it is a command that sends any.
    pub(super) fn transactions(&mut self, by: &str, report: &impl Serialize) {
        let Ok(Value::Object(fields)) = serde_json::to_value(report) else { return };
        for transaction in fields.get("transactions").and_then(Value::as_array).into_iter().flatten() {
            if let (Some(action), Some(gas)) = (transaction["action"].as_str(), transaction["gas_used"].as_u64()) {
                self.gas(action, by, gas);
            }
        }
    }

    pub(super) fn proof(&mut self, circuit: &str, events: usize, millis: u64) {
        self.proofs.push(Proof { circuit: circuit.to_owned(), events, millis });
    }

    pub(super) fn size(&mut self, file: &str, bytes: u64, sealed_bytes: u64) {
        self.sizes.push(Size { file: file.to_owned(), bytes, sealed_bytes });
    }

    pub(super) fn fetched(&mut self, count: u64, bytes: u64, millis: u64) {
        self.fetches = Some(Fetches { count, bytes, millis });
    }

    /// Writes the report, complete or not at all.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let draft = path.with_extension("draft");
        std::fs::write(&draft, serde_json::to_vec_pretty(self)?)
            .and_then(|()| std::fs::rename(&draft, path))
            .with_context(|| format!("cannot write `{}`", path.display()))
    }
}
