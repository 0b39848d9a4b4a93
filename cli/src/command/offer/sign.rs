//! `datavault offer sign`: signs terms off the chain, for whoever gets the file.

use std::{fmt, path::PathBuf};

use alloy::primitives::{Address, B256, Bytes};
use contracts::sign_offer;
use domain::{BundleItem, ContentId, OfferId, OfferTerms};
use serde::{Deserialize, Serialize};

use super::{
    nonce,
    set::{fields, own_content},
    split,
    terms::TermsArgs,
};
use crate::{
    failure::{Failure, OrFail},
    money::Currency,
    session::Session,
    submit::Transaction,
};

/// Sign terms off the chain: whoever has the file can buy at them with `license buy --signed`. It costs nothing until
/// then, and `offer close` cancels it.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  datavault offer sign 0x5c1… --price 20 --token dUSD --buyer 0xabc… --supply 1 --valid-for 7d --out terms.json")]
pub struct Args {
    /// The content
    pub content: ContentId,
    /// Where the signed terms go
    #[arg(long, short, value_name = "FILE")]
    pub out: PathBuf,
    /// What they say.
    #[command(flatten)]
    pub terms: TermsArgs,
}

/// Terms that a creator signed: what `--out` writes and `license buy --signed` reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedTerms {
    /// EIP-155.
    pub chain_id: u64,
    /// The license manager that the signature is for.
    pub licenses: Address,
    /// The id that the offer will have.
    pub offer_id: OfferId,
    /// What is offered.
    pub terms: OfferTerms,
    /// What a bundle holds.
    pub items: Vec<BundleItem>,
    /// The way to the root that was signed; empty if the terms were signed by themselves.
    pub proof: Vec<B256>,
    /// By the content's creator.
    pub signature: Bytes,
}

/// Terms that were signed.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The file.
    pub file: PathBuf,
    /// What is in it.
    #[serde(flatten)]
    pub signed: SignedTerms,
    /// What it is paid in.
    pub currency: Currency,
    /// What was sent: a split of payees that nobody had created.
    pub transactions: Vec<Transaction>,
}

/// Signs.
///
/// # Errors
/// If the terms contradict each other, the content is not the caller's, or the file cannot be written.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let content = own_content(session, args.content).await?;
    let currency = session.currency_named(&args.terms.token).await?;
    let mut terms = args.terms.terms(session, &content, &currency).await?;
    let items = args.terms.items()?;
    terms.nonce = nonce::for_signature(session, &content, args.terms.nonce).await?;
    let mut transactions = Vec::new();
    terms.split_id = split::ensure(session, &args.terms.payees, &mut transactions).await?;
    let (chain_id, licenses) = (session.chain.chain_id(), session.addresses().licenses);
    let signature = sign_offer(session.wallet()?.signer(), chain_id, licenses, &terms)
        .or_fail(|| "cannot sign the terms".into())?;
    let offer_id = nonce::offer_id(&content, terms.nonce)?;
    let signature = Bytes::from(signature);
    let signed = SignedTerms { chain_id, licenses, offer_id, terms, items, proof: Vec::new(), signature };
    let text = serde_json::to_vec_pretty(&signed).or_fail(|| "cannot write the signed terms".into())?;
    std::fs::write(&args.out, text).or_usage(|| format!("cannot write `{}`", args.out.display()))?;
    Ok(Report { file: args.out, signed, currency, transactions })
}

impl SignedTerms {
    /// Reads a file that a stranger wrote, and refuses what is for another chain or another offer.
    ///
    /// # Errors
    /// If it holds no signed terms, or they are not for this network.
    pub async fn read(session: &Session, file: &std::path::Path) -> Result<Self, Failure> {
        let name = file.display();
        let text = std::fs::read(file).or_usage(|| format!("cannot read `{name}`"))?;
        let signed: Self = serde_json::from_slice(&text)
            .or_usage(|| format!("`{name}` does not hold terms that `offer sign` wrote"))?;
        if (signed.chain_id, signed.licenses) != (session.chain.chain_id(), session.addresses().licenses) {
            return Err(Failure::usage(format!(
                "`{name}` is signed for {} on chain {}, which this network is not",
                signed.licenses, signed.chain_id
            ))
            .fix("name the right --network"));
        }
        let content = session.content(signed.terms.content_id).await?;
        if nonce::offer_id(&content, signed.terms.nonce)? != signed.offer_id {
            return Err(Failure::mismatch(format!("`{name}` names another offer than its terms do")));
        }
        if contracts::items_hash(&signed.items) != signed.terms.items_hash {
            return Err(Failure::mismatch(format!("the items in `{name}` are not those that were signed")));
        }
        Ok(signed)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SignedTerms { offer_id, terms, items, .. } = &self.signed;
        let fields = fields(*offer_id, terms, items, &self.currency).with("file", self.file.display());
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
