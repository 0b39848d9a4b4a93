//! `datavault dispute file`: complains, and has a payment frozen.

use std::{fmt, path::PathBuf, time::Instant};

use domain::{Amount, ChainEvent, Context, DisputeId, DisputeKind, LicenseId, PaymentId};
use rand::rngs::OsRng;
use serde::Serialize;
use statement::key_delivery;

use super::{
    evidence::{Evidence, MAX_EVIDENCE_BYTES},
    opened::{Opened, open},
};
use crate::{
    blocks::{Blocks, MAX_FETCH_BYTES, blocking},
    command::usage::settle::signed_heads,
    failure::{Failure, OrFail},
    lookup::License,
    money::Currency,
    output::Fields,
    received::{Received, receive},
    session::Session,
    span::show_time,
    submit::{Transaction, announced},
};

/// Complain: that a delivered key opens something else than what was registered (content_mismatch) or did not come
/// (non_delivery), as the licensee; that use was not paid (non_payment), exceeded (usage_exceeded) or outside the
/// license (unauthorized_access), as the creator.
///
/// For content_mismatch the key is sealed again, to the arbitrator's published key and with a proof, and stored by CID
/// where the network's parties look for files, together with the ciphertext. The payment freezes, and a bond in ETH is
/// held until the ruling. `dispute check` lets a program decide what one can.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  datavault dispute file 3 --kind content_mismatch --complaint 'not the penguins'
  datavault dispute file 3 --kind non_delivery && datavault dispute check 3
  datavault dispute file 4 --kind unauthorized_access --evidence leak.pdf")]
pub struct Args {
    /// The license
    pub license: LicenseId,
    /// What is complained of
    #[arg(long, default_value = "content_mismatch")]
    pub kind: DisputeKind,
    /// A sentence for the arbitrator
    #[arg(long)]
    pub complaint: Option<String>,
    /// What the arbitrator should see, of other kinds than content_mismatch; default: the complaint
    #[arg(long, value_name = "FILE")]
    pub evidence: Option<PathBuf>,
    /// Also write the evidence here, to hand it to the arbitrator directly
    #[arg(long, value_name = "FILE")]
    pub evidence_out: Option<PathBuf>,
}

const MISMATCH: &str = "the plaintext is not what was registered";

/// A dispute that was filed.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Its id.
    pub dispute_id: DisputeId,
    /// The payment that is frozen now; 0: none.
    pub payment_id: PaymentId,
    /// CID of the evidence.
    pub evidence_cid: String,
    /// The bond, in wei.
    pub bond: Amount,
    /// After this second anyone may time it out.
    pub deadline: u64,
    /// How long the proof in the evidence took; 0: it needs none.
    pub proving_millis: u64,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// Files.
///
/// # Errors
/// If the content is what was registered, the arbitrator published no key, or the chain refuses.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let blocks = session.blocks()?;
    let license = session.license(args.license).await?;
    let terms = session.offer(license.view.offer_id).await?.terms;
    let (bytes, subject, proving_millis) = match args.kind {
        DisputeKind::ContentMismatch => {
            if args.evidence.is_some() {
                return Err(Failure::usage("the evidence of content_mismatch is made here, with a proof")
                    .fix("leave --evidence away, and add more with `datavault dispute respond`"));
            }
            require_way(&blocks, args.evidence_out.is_some())?;
            let received = receive(session, args.license).await?;
            require_mismatch(session, &received).await?;
            let (evidence, proving_millis) = seal(session, &args, &received).await?;
            (evidence.to_bytes()?, Some(received.cid), proving_millis)
        }
        DisputeKind::UnauthorizedAccess => {
            require_way(&blocks, args.evidence_out.is_some())?;
            (stated(&args)?, None, 0)
        }
        // A program decides, which looks at the chain and not at what is said.
        DisputeKind::NonDelivery => (stated(&args)?, None, 0),
        DisputeKind::NonPayment | DisputeKind::UsageExceeded => {
            require_head(session, &args, &license).await?;
            (stated(&args)?, None, 0)
        }
    };
    if let Some(path) = &args.evidence_out {
        std::fs::write(path, &bytes).or_fail(|| format!("cannot write `{}`", path.display()))?;
    }
    let cid = blocks.add(bytes).await?;
    blocks.publish(cid).await?;
    // What is complained of must stay there to be looked at, whatever the creator takes back.
    if let Some(ciphertext) = subject {
        blocks.publish(ciphertext).await?;
    }
    let bond = session.chain.filing_bond().await?;
    let call = session.addresses().file_dispute(args.license, args.kind, &terms, cid.to_bytes().into(), bond);
    let sent = session.submit(call).await?;
    let filed = announced(&sent, |event| match event {
        ChainEvent::DisputeFiled(event) => Some(event.clone()),
        _ => None,
    })?;
    Ok(Report {
        dispute_id: filed.dispute_id,
        payment_id: filed.payment_id,
        evidence_cid: cid.to_string(),
        bond,
        deadline: filed.deadline,
        proving_millis,
        transactions: vec![sent.transaction],
    })
}

/// What the filer brings, or what it says.
fn stated(args: &Args) -> Result<Vec<u8>, Failure> {
    if let Some(file) = &args.evidence {
        let path = file.display();
        let bytes = std::fs::read(file).or_usage(|| format!("cannot read `{path}`"))?;
        return match bytes.len() as u64 {
            1..=MAX_EVIDENCE_BYTES => Ok(bytes),
            size => Err(Failure::usage(format!("`{path}` has {size} bytes: evidence has 1 to {MAX_EVIDENCE_BYTES}"))
                .fix("name a smaller file that says where the rest is, by its CID")),
        };
    }
    let said = serde_json::json!({
        "version": Evidence::version(),
        "kind": args.kind,
        "license_id": args.license,
        "complaint": args.complaint.as_deref().unwrap_or_default(),
    });
    serde_json::to_vec_pretty(&said).or_fail(|| "cannot write the complaint".into())
}

/// Evidence that reaches nobody would lose the bond.
fn require_way(blocks: &Blocks, is_handed_over: bool) -> Result<(), Failure> {
    if blocks.is_shared() || is_handed_over {
        return Ok(());
    }
    Err(Failure::state(
        "there is nowhere to publish the evidence, so the arbitrator could not see it: nothing was sent",
    )
    .fix(
        "name block_dirs or ipfs_urls for the network in datavault.toml, or pass --evidence-out FILE and hand the \
              file and the ciphertext to the arbitrator",
    ))
}

/// A claim that no head of both sides shows would lose its bond.
async fn require_head(session: &Session, args: &Args, license: &License) -> Result<(), Failure> {
    let (mut unsettled, mut shown) = (false, 0_u64);
    for (_, last) in signed_heads(session, license, args.license, None).await? {
        let settled = session.chain.lane_state(Context(last.head.ctx)).await?.settled_total;
        unsettled |= last.head.total > settled;
        shown = shown.saturating_add(last.head.total.max(settled));
    }
    let id = args.license;
    match args.kind {
        DisputeKind::NonPayment if !unsettled => {
            Err(Failure::state(format!("all use of license {id} that both sides signed is settled"))
                .fix("there is nothing to complain of: `datavault escrow release` moves what is due"))
        }
        DisputeKind::UsageExceeded if shown <= license.view.units => Err(Failure::state(format!(
            "license {id} includes {} units, and both sides signed {shown}: that is not above",
            license.view.units
        ))),
        _ => Ok(()),
    }
}

/// A complaint about content that is as registered would lose its bond.
async fn require_mismatch(session: &Session, received: &Received) -> Result<(), Failure> {
    let blocks = session.blocks()?;
    blocks.fetch(received.cid, MAX_FETCH_BYTES).await?;
    match open(session, received).await? {
        Opened::AsRegistered(_) => {
            Err(Failure::state("the plaintext is what was registered: there is nothing to complain of")
                .fix("decrypt it with `datavault key receive`"))
        }
        Opened::Otherwise(_) | Opened::Nothing(_) => Ok(()),
    }
}

async fn seal(session: &Session, args: &Args, received: &Received) -> Result<(Evidence, u64), Failure> {
    let license = session.license(args.license).await?;
    let offer = session.offer(license.view.offer_id).await?;
    let arbitrator = offer.terms.arbitrator;
    let published = session.profiles_of(arbitrator).await?.pop().ok_or_else(|| {
        Failure::state(format!("the arbitrator {arbitrator} published no key that the evidence could be sealed to"))
            .fix("ask it to run `datavault wallet publish`")
    })?;
    let (profile, recipient) = session.profile(published.profile_id).await?;
    let (sealed, witness) = key_delivery::encrypt(&received.key.to_bytes(), &recipient, received.ctx, &mut OsRng)
        .or_fail(|| "cannot encrypt the key".into())?;
    let prover = session.prover().await?;
    let step = session.progress.step("proving that the key is the registered one");
    let started = Instant::now();
    let (proof, inputs) = blocking(move || prover.prove_key_delivery(&witness))
        .await?
        .or_fail(|| "cannot prove that the key is the registered one".into())?;
    drop(step);
    let proving_millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let evidence = Evidence {
        version: Evidence::version(),
        kind: args.kind,
        chain_id: session.chain.chain_id(),
        license_id: args.license,
        content_id: received.content_id,
        content_hash: received.content_hash.into(),
        ciphertext_cid: received.cid.to_string(),
        key_commitment: inputs.key_commitment,
        arbitrator,
        arbitrator_profile_id: profile.profile_id,
        arbitrator_commitment: profile.commitment,
        ctx: received.ctx,
        sealed,
        proof,
        complaint: args.complaint.clone().unwrap_or_else(|| MISMATCH.to_owned()),
    };
    Ok((evidence, proving_millis))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::new()
            .with("dispute", self.dispute_id)
            .maybe("payment", (self.payment_id != PaymentId(0)).then(|| format!("{}, frozen", self.payment_id)))
            .with("bond", Currency::eth().show(self.bond))
            .with("ruling by", show_time(self.deadline))
            .with("evidence", &self.evidence_cid);
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bond_is_not_posted_for_evidence_that_reaches_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let alone = Blocks::open(dir.path().join("own"), &[], &[]).unwrap();
        let refused = require_way(&alone, false).unwrap_err().to_string();
        assert!(refused.contains("nowhere to publish") && refused.contains("--evidence-out"), "{refused}");
        require_way(&alone, true).unwrap();
        let shared = Blocks::open(dir.path().join("own"), &[dir.path().join("shared")], &[]).unwrap();
        require_way(&shared, false).unwrap();
        let node = "http://127.0.0.1:5001".parse().unwrap();
        require_way(&Blocks::open(dir.path().join("own"), &[], &[node]).unwrap(), false).unwrap();
    }
}
