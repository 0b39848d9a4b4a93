//! `datavault dispute inspect`: the arbitrator checks a dispute's evidence, believing nobody.

use std::{fmt, path::PathBuf};

use alloy::primitives::{Address, B256};
use content::{Cid, ContentKey};
use domain::{ContentId, DisputeId, DisputeKind, LicenseId, ProfileId, Ruling};
use serde::Serialize;
use statement::key_delivery::decrypt_committed;

use super::{
    evidence::{Evidence, MAX_EVIDENCE_BYTES},
    opened::{Opened, open},
};
use crate::{
    blocks::{MAX_FETCH_BYTES, cid_from_bytes},
    failure::{Failure, OrFail},
    output::Fields,
    received::Received,
    session::Session,
};

/// Check a dispute's evidence, as its arbitrator: the proof, the key, the ciphertext, the plaintext's SHA-256.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  datavault dispute inspect 1
  datavault dispute inspect 1 --evidence handed-to-me.json")]
pub struct Args {
    /// The dispute
    pub dispute: DisputeId,
    /// The evidence, if it was handed over directly; its CID must be the filed one
    #[arg(long, value_name = "FILE")]
    pub evidence: Option<PathBuf>,
}

/// What was found.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The dispute.
    pub dispute_id: DisputeId,
    /// The license.
    pub license_id: LicenseId,
    /// The content.
    pub content_id: ContentId,
    /// SHA-256 that the creator registered.
    pub registered_hash: B256,
    /// What the filer says.
    pub complaint: Option<String>,
    /// The checks, in order, each with its result.
    pub checks: Vec<String>,
    /// One sentence.
    pub verdict: String,
    /// The ruling that follows.
    pub recommended: Ruling,
}

/// Inspects.
///
/// # Errors
/// If the wallet is not the arbitrator's, or evidence or ciphertext cannot be had from anybody.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let dispute = session.dispute(args.dispute).await?;
    if dispute.kind != DisputeKind::ContentMismatch {
        return Err(Failure::state(format!(
            "dispute {} is about {}: only content_mismatch is inspected",
            args.dispute, dispute.kind
        )));
    }
    let me = session.wallet()?.address();
    if dispute.arbitrator != me {
        return Err(Failure::state(format!(
            "dispute {} is for {} to inspect: its evidence is sealed to that key",
            args.dispute, dispute.arbitrator
        ))
        .fix(format!("sign with the arbitrator's key; you are {me}")));
    }
    let filed = session.filed(args.dispute).await?;
    let evidence_cid = cid_from_bytes(&filed.evidence_cid)?;
    let bytes = fetch_evidence(session, evidence_cid, args.evidence).await?;
    let license = session.license(dispute.license_id).await?;
    let content_id = session.offer(license.view.offer_id).await?.terms.content_id;
    let edition = session.edition(content_id, license.view.content_version).await?;
    let mut report = Report {
        dispute_id: args.dispute,
        license_id: dispute.license_id,
        content_id,
        registered_hash: edition.content_hash,
        complaint: None,
        checks: Vec::new(),
        verdict: String::new(),
        recommended: Ruling::None,
    };
    let evidence = match Evidence::from_bytes(&bytes, &evidence_cid) {
        Ok(evidence) => evidence,
        Err(failure) => return Ok(report.unproved(&failure.message())),
    };
    report.complaint = Some(evidence.complaint.clone());
    if is_for_older_keys(session, &evidence, me).await? {
        return Ok(report.unreadable(evidence.arbitrator_profile_id));
    }
    let key = match examine(session, &evidence, &mut report, (license.view.epoch, edition.key_commitment)).await? {
        Ok(key) => key,
        Err(reason) => return Ok(report.unproved(&reason)),
    };
    let cid = cid_from_bytes(&edition.cid)?;
    session.blocks()?.fetch(cid, MAX_FETCH_BYTES).await?;
    report.checks.push(format!("ciphertext {cid}: every block has its hash"));
    let received = Received { content_id, key, cid, content_hash: edition.content_hash.0, ctx: evidence.ctx };
    match open(session, &received).await? {
        Opened::AsRegistered(bytes) => {
            report.checks.push(format!("decrypted: {bytes} bytes with the registered SHA-256"));
            report.verdict = "the key opens exactly what was registered: the complaint is unfounded".into();
            report.recommended = Ruling::Creator;
        }
        Opened::Otherwise(actual) => {
            report.checks.push(format!("decrypted: SHA-256 is {actual}, not the registered one"));
            report.verdict = "the key is the registered one and opens something else than what was registered".into();
            report.recommended = Ruling::Licensee;
        }
        Opened::Nothing(reason) => {
            report.checks.push(format!("not decrypted: {reason}"));
            report.verdict = "the registered key does not open the registered ciphertext".into();
            report.recommended = Ruling::Licensee;
        }
    }
    Ok(report)
}

async fn fetch_evidence(session: &Session, cid: Cid, file: Option<PathBuf>) -> Result<Vec<u8>, Failure> {
    let blocks = session.blocks()?;
    if let Some(path) = file {
        let bytes = std::fs::read(&path).or_usage(|| format!("cannot read `{}`", path.display()))?;
        let given = blocks.add(bytes).await?;
        if given != cid {
            return Err(Failure::mismatch(format!("`{}` has the CID {given}, but {cid} was filed", path.display())));
        }
    }
    blocks.read(cid, MAX_EVIDENCE_BYTES).await
}

/// Whether evidence is sealed to keys that this account published and this wallet does not have: its fault, not the
/// filer's.
async fn is_for_older_keys(session: &Session, evidence: &Evidence, me: Address) -> Result<bool, Failure> {
    if evidence.arbitrator_commitment == session.licensee_keys()?.secret.public().commitment() {
        return Ok(false);
    }
    let published = session.profiles_of(me).await?;
    Ok(published.iter().any(|profile| {
        profile.profile_id == evidence.arbitrator_profile_id && profile.commitment == evidence.arbitrator_commitment
    }))
}

/// The key in the evidence, or why the evidence proves nothing.
async fn examine(
    session: &Session,
    evidence: &Evidence,
    report: &mut Report,
    (epoch, key_commitment): (u32, alloy::primitives::U256),
) -> Result<Result<ContentKey, String>, Failure> {
    let ctx = session.chain.context_of(report.license_id, 0, epoch).await?.0;
    let secret = session.licensee_keys()?.secret;
    let expected = [
        ("chain_id", evidence.chain_id == session.chain.chain_id()),
        ("license_id", evidence.license_id == report.license_id),
        ("content_id", evidence.content_id == report.content_id),
        ("content_hash", evidence.content_hash == report.registered_hash),
        ("key_commitment", evidence.key_commitment == key_commitment),
        ("ctx", evidence.ctx == ctx),
        ("arbitrator_commitment", evidence.arbitrator_commitment == secret.public().commitment()),
    ];
    if let Some((field, _)) = expected.iter().find(|(_, same)| !same) {
        return Ok(Err(format!("its `{field}` is not what the chain says")));
    }
    report.checks.push("evidence: every field is as on the chain".into());
    // The evidence is of this chain: its `chain_id` was compared above.
    let verifier = session.verifier().await?;
    if !verifier.verify_key_delivery(&evidence.inputs(), &evidence.proof) {
        return Ok(Err("its proof does not verify".into()));
    }
    report.checks.push("proof: the sealed key is the registered one".into());
    match decrypt_committed(&secret, ctx, &evidence.sealed, key_commitment) {
        Ok(key) => {
            report.checks.push("key: opened, and it has the registered commitment".into());
            Ok(Ok(ContentKey::from_bytes(key)))
        }
        Err(error) => Ok(Err(format!("the sealed key does not open: {error}"))),
    }
}

impl Report {
    fn unreadable(mut self, profile_id: ProfileId) -> Self {
        self.checks.push(format!("evidence: sealed to your profile {profile_id}, whose key this wallet does not have"));
        self.verdict = format!(
            "nothing is shown either way: open the evidence with the wallet that published profile {profile_id}, \
             or refuse to rule"
        );
        self.recommended = Ruling::None;
        self
    }

    fn unproved(mut self, reason: &str) -> Self {
        self.checks.push(format!("evidence: {reason}"));
        self.verdict = format!("the evidence proves nothing: {reason}");
        self.recommended = Ruling::Creator;
        self
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = Fields::new()
            .with("dispute", format!("{} about license {}", self.dispute_id, self.license_id))
            .with("content", self.content_id)
            .with("registered", self.registered_hash)
            .maybe("complaint", self.complaint.as_ref().map(|text| text.escape_debug().to_string()));
        for check in &self.checks {
            fields = fields.with("checked", check);
        }
        let fields = fields.with("verdict", &self.verdict);
        write!(f, "{fields}\nthen: datavault dispute rule {} --for {}", self.dispute_id, self.recommended)
    }
}
