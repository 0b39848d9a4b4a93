//! What the operator set for new business.

use alloy_primitives::Address;
use domain::{Amount, FeeId};
use sqlx::PgConnection;

use crate::{
    columns::{Account, Base, Number, Short},
    error::StoreError,
};

/// What the operator set last. It holds for new business; what was agreed before keeps what it was agreed with.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The fee of new payments; none: not set.
    pub fee: Option<Fee>,
    /// Wei that new filers post; none: not set.
    pub filing_bond: Option<Amount>,
    /// Who may say how well creators are known; none: nobody.
    pub attester: Option<Address>,
    /// Who decides appeals in new disputes; none: nobody.
    pub appeal_arbitrator: Option<Address>,
    /// Whose rulings are final in new disputes; at most 200.
    pub final_arbitrators: Vec<Address>,
    /// The verifiers that new offers pin; none: no version was added.
    pub verifiers: Option<u16>,
}

/// A version of the platform's fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fee {
    /// Its id.
    pub fee_id: FeeId,
    /// Who has it.
    pub recipient: Address,
    /// Ten-thousandths.
    pub fee_bps: u16,
}

/// Reads the policy.
pub async fn policy(conn: &mut PgConnection) -> Result<Policy, StoreError> {
    let fee = sqlx::query_as!(
        Fee,
        r#"
        select fee_id as "fee_id!: Number", recipient as "recipient!: Account", fee_bps as "fee_bps!: Short"
        from fees order by block_number desc, log_index desc limit 1
        "#
    )
    .fetch_optional(&mut *conn)
    .await?;
    let one = sqlx::query!(
        r#"
        select
          (select filing_bond::text from filing_bonds order by block_number desc, log_index desc limit 1)
            as "filing_bond?: Base",
          (select attester from attesters order by block_number desc, log_index desc limit 1)
            as "attester?: Account",
          (select arbitrator from appeal_arbitrators order by block_number desc, log_index desc limit 1)
            as "appeal_arbitrator?: Account",
          (select version from verifier_sets order by block_number desc, log_index desc limit 1)
            as "verifiers?: Short"
        "#
    )
    .fetch_one(&mut *conn)
    .await?;
    let arbitrators = sqlx::query!(
        r#"
        select arbitrator as "arbitrator!: Account" from (
          select distinct on (arbitrator) arbitrator, final_rulings from arbitrator_policies
          order by arbitrator, block_number desc, log_index desc
        ) p where final_rulings order by arbitrator limit 200
        "#
    )
    .fetch_all(conn)
    .await?;
    let somebody = |account: Option<Account>| account.map(|a| a.0).filter(|a| !a.is_zero());
    Ok(Policy {
        fee,
        filing_bond: one.filing_bond.map(Amount::from),
        attester: somebody(one.attester),
        appeal_arbitrator: somebody(one.appeal_arbitrator),
        final_arbitrators: arbitrators.into_iter().map(|row| row.arbitrator.0).collect(),
        verifiers: one.verifiers.map(u16::from),
    })
}
