//! A dispute and where it stands.

use alloy_primitives::Address;
use domain::{Amount, DisputeId, DisputeKind, DisputeState, LicenseId, PaymentId, Ruling};
use sqlx::PgConnection;

use super::Page;
use crate::{
    columns::{Account, Base, Code, Number, key},
    error::StoreError,
};

/// A dispute and where it stands.
#[derive(Clone, Debug)]
pub struct Dispute {
    /// Where it began: height.
    pub block_number: u64,
    /// Where it began: log in the block.
    pub log_index: u64,
    /// Its id.
    pub dispute_id: DisputeId,
    /// About this license.
    pub license_id: LicenseId,
    /// Whose money is frozen; 0: nobody's.
    pub payment_id: PaymentId,
    /// The complaint.
    pub kind: DisputeKind,
    /// Where it stands.
    pub state: DisputeState,
    /// What was decided.
    pub ruling: Ruling,
    /// Who complains.
    pub filer: Address,
    /// Who holds the other side of the license now, and answers.
    pub respondent: Address,
    /// Who rules.
    pub arbitrator: Address,
    /// Who decides appeals; zero: nobody.
    pub appeal_arbitrator: Address,
    /// Whether the respondent added evidence.
    pub answered: bool,
    /// Wei.
    pub bond: Amount,
    /// Who got the bond.
    pub bond_recipient: Option<Account>,
    /// Of the present state, unix seconds: after it anyone may time it out, or execute what is ruled.
    pub deadline: u64,
    /// When the time for an appeal is over, unix seconds; 0: not ruled.
    pub executable_from: u64,
    /// Binary CIDv1 of the first evidence.
    pub evidence_cid: Vec<u8>,
}

/// Which of them. Empty: all.
#[derive(Clone, Debug, Default)]
pub struct DisputeFilter {
    /// About this license.
    pub license_id: Option<LicenseId>,
    /// Filed by.
    pub filer: Option<Address>,
    /// Standing there.
    pub state: Option<DisputeState>,
}

/// Disputes, newest first.
pub async fn disputes(conn: &mut PgConnection, filter: &DisputeFilter, page: Page) -> Result<Vec<Dispute>, StoreError> {
    select(conn, None, filter, page).await
}

/// Dispute by its id.
pub async fn dispute(conn: &mut PgConnection, id: DisputeId) -> Result<Option<Dispute>, StoreError> {
    Ok(select(conn, Some(id), &DisputeFilter::default(), Page::ONE).await?.pop())
}

async fn select(
    conn: &mut PgConnection,
    id: Option<DisputeId>,
    filter: &DisputeFilter,
    page: Page,
) -> Result<Vec<Dispute>, StoreError> {
    let id = id.map(|id| key(id.0));
    let license_id = filter.license_id.map(|id| key(id.0));
    let (block, log, limit) = page.bounds()?;
    Ok(sqlx::query_as!(
        Dispute,
        r#"
        select
          block_number as "block_number!: Number", log_index as "log_index!: Number",
          dispute_id as "dispute_id!: Number", license_id as "license_id!: Number",
          payment_id as "payment_id!: Number", kind as "kind!: Code<DisputeKind>",
          state as "state!: Code<DisputeState>", coalesce(ruling, 'none') as "ruling!: Code<Ruling>",
          filer as "filer!: Account", respondent as "respondent!: Account", arbitrator as "arbitrator!: Account",
          appeal_arbitrator as "appeal_arbitrator!: Account", answered as "answered!",
          bond::text as "bond!: Base", bond_recipient as "bond_recipient?: Account",
          extract(epoch from deadline)::bigint as "deadline!: Number",
          coalesce(extract(epoch from executable_from), 0)::bigint as "executable_from!: Number",
          evidence_cid as "evidence_cid!"
        from dispute_states
        where (block_number, log_index) < ($1, $2)
          and ($4::bigint is null or dispute_id = $4)
          and ($5::bigint is null or license_id = $5)
          and ($6::bytea is null or filer = $6)
          and ($7::text is null or state = $7)
        order by block_number desc, log_index desc
        limit $3
        "#,
        block,
        log,
        limit,
        id,
        license_id,
        filter.filer.as_ref().map(|a| a.as_slice()),
        filter.state.map(|code| code.as_str()),
    )
    .fetch_all(conn)
    .await?)
}
