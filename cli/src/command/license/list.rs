//! `datavault license list`.

use std::{error::Error, fmt, str::FromStr};

use alloy::primitives::Address;
use domain::{ContentId, LicenseId, OfferId, PaymentId};
use serde::{Deserialize, Serialize};

use crate::{
    failure::{Failure, OrFail},
    output::table,
    session::Session,
    span::show_time,
};

/// List licenses.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_help = "Examples:\n  datavault license list --mine\n  datavault license list --content 0x5c1…")]
pub struct Args {
    /// Only licenses that this wallet owns
    #[arg(long)]
    pub mine: bool,
    /// Only licenses for this content
    #[arg(long)]
    pub content: Option<ContentId>,
}

/// One license.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Its id.
    pub license_id: LicenseId,
    /// At which terms.
    pub offer_id: OfferId,
    /// What is licensed.
    pub content_id: ContentId,
    /// Who owns it now.
    pub owner: Address,
    /// What was paid.
    pub payment_id: PaymentId,
    /// Metered units bought.
    pub units: u64,
    /// Unix seconds; zero: never.
    pub expires_at: u64,
}

/// Licenses, oldest first.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The licenses.
    pub licenses: Vec<Row>,
    /// The block that this reflects.
    pub block: u64,
}

/// As the API tells it.
#[derive(Deserialize)]
struct Mirrored {
    license_id: String,
    offer_id: String,
    content_id: ContentId,
    owner: Address,
    payment_id: String,
    units: String,
    expires_at: u64,
}

impl TryFrom<Mirrored> for Row {
    type Error = Failure;

    fn try_from(mirrored: Mirrored) -> Result<Self, Failure> {
        fn number<T: FromStr<Err: Error + Send + Sync + 'static>>(text: &str) -> Result<T, Failure> {
            text.parse().or_mismatch(|| format!("`{text}` in the API's list of licenses is no number"))
        }
        Ok(Self {
            license_id: number(&mirrored.license_id)?,
            offer_id: number(&mirrored.offer_id)?,
            content_id: mirrored.content_id,
            owner: mirrored.owner,
            payment_id: number(&mirrored.payment_id)?,
            units: number(&mirrored.units)?,
            expires_at: mirrored.expires_at,
        })
    }
}

/// Lists licenses.
///
/// # Errors
/// If the chain does not answer, or `--mine` has no wallet.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let mine = match args.mine {
        true => Some(session.wallet()?.address()),
        false => None,
    };
    let mut filter: Vec<_> = mine.iter().map(|mine| ("owner", mine.to_string())).collect();
    filter.extend(args.content.iter().map(|content| ("content_id", content.to_string())));
    if let Some(listed) = session.mirrored::<Mirrored>("/v1/licenses", &filter).await? {
        let licenses = listed.rows.into_iter().map(Row::try_from).collect::<Result<_, _>>()?;
        return Ok(Report { licenses, block: listed.block });
    }
    let block = session.chain.latest_block().await?.number;
    let mut licenses = Vec::new();
    for license in session.licenses().await? {
        if args.content.is_some_and(|content| content != license.content_id) {
            continue;
        }
        let owner = session.chain.owner_of(license.license_id).await?;
        if mine.is_none_or(|mine| mine == owner) {
            licenses.push(Row {
                license_id: license.license_id,
                offer_id: license.offer_id,
                content_id: license.content_id,
                owner,
                payment_id: license.license_id.payment_id(),
                units: license.units,
                expires_at: license.expires_at,
            });
        }
    }
    Ok(Report { licenses, block })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.licenses.is_empty() {
            return f.write_str("no licenses");
        }
        let mut table = table(&["license", "offer", "content", "owner", "payment", "units", "expires"]);
        for row in &self.licenses {
            table.add_row([
                row.license_id.to_string(),
                row.offer_id.to_string(),
                row.content_id.to_string(),
                row.owner.to_string(),
                row.payment_id.to_string(),
                row.units.to_string(),
                show_time(row.expires_at),
            ]);
        }
        write!(f, "{table}")
    }
}
