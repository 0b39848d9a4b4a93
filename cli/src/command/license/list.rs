//! `datavault license list`.

use std::fmt;

use alloy::primitives::Address;
use domain::{ContentId, LicenseId, OfferId, PaymentId};
use serde::Serialize;

use crate::{failure::Failure, output::table, session::Session, span::show_time};

/// List licenses.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_help = "Examples:\n  datavault license list --mine\n  datavault license list --content 0x5c1…")]
pub struct Args {
    /// Only licenses that this wallet bought
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
    /// Who received it.
    pub licensee: Address,
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
    let licenses = session
        .licenses()
        .await?
        .into_iter()
        .filter(|license| mine.is_none_or(|mine| mine == license.licensee))
        .filter(|license| args.content.is_none_or(|content| content == license.content_id))
        .map(|license| Row {
            license_id: license.license_id,
            offer_id: license.offer_id,
            content_id: license.content_id,
            licensee: license.licensee,
            payment_id: license.payment_id,
            units: license.units,
            expires_at: license.expires_at,
        })
        .collect();
    Ok(Report { licenses })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.licenses.is_empty() {
            return f.write_str("no licenses");
        }
        let mut table = table(&["license", "offer", "content", "licensee", "payment", "units", "expires"]);
        for row in &self.licenses {
            table.add_row([
                row.license_id.to_string(),
                row.offer_id.to_string(),
                row.content_id.to_string(),
                row.licensee.to_string(),
                row.payment_id.to_string(),
                row.units.to_string(),
                show_time(row.expires_at),
            ]);
        }
        write!(f, "{table}")
    }
}
