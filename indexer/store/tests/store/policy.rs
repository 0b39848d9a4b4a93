//! What the operator set: fees, tokens, verifiers, arbitration.

use alloy_primitives::Address;
use domain::{
    AppealArbitratorSet, ArbitratorPolicySet, AttesterSet, FeeId, FeeSet, FilingBondSet, Token, TokenListed,
    VerifierSetAdded,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use store::read;

use crate::{
    ALL, migrated,
    samples::{account, hash},
    tell,
};

fn verifiers(version: u8) -> VerifierSetAdded {
    VerifierSetAdded {
        version,
        usage: account(1),
        usage_batch: account(2),
        usage_long: account(5),
        usage_long_batch: account(6),
        key_delivery: account(3),
        compliance: account(4),
        keys_hash: hash(version.into()),
    }
}

#[sqlx::test(migrations = false)]
async fn what_was_set_last_holds(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let nothing = read::policy(&mut conn).await.unwrap();
    assert!(nothing.fee.is_none() && nothing.filing_bond.is_none() && nothing.verifiers.is_none());
    let fee = |id, fee_bps| FeeSet { fee_id: FeeId(id), recipient: account(6), fee_bps };
    let policy = |arbitrator, final_rulings| ArbitratorPolicySet { arbitrator: account(arbitrator), final_rulings };
    let set = vec![
        fee(1, 250).into(),
        fee(2, 100).into(),
        FilingBondSet { filing_bond: 5_u128.into() }.into(),
        FilingBondSet { filing_bond: 7_u128.into() }.into(),
        AttesterSet { attester: account(1) }.into(),
        AppealArbitratorSet { arbitrator: account(2) }.into(),
        policy(3, true).into(),
        policy(4, true).into(),
        policy(3, false).into(),
        verifiers(1).into(),
        verifiers(2).into(),
    ];
    tell(&mut conn, 1, set).await;
    let now = read::policy(&mut conn).await.unwrap();
    assert_eq!(now.fee, Some(read::Fee { fee_id: FeeId(2), recipient: account(6), fee_bps: 100 }));
    assert_eq!((now.filing_bond, now.verifiers), (Some(7_u128.into()), Some(2)));
    assert_eq!((now.attester, now.appeal_arbitrator), (Some(account(1)), Some(account(2))));
    assert_eq!(now.final_arbitrators, [account(4)]);
    tell(&mut conn, 2, vec![AppealArbitratorSet { arbitrator: Address::ZERO }.into()]).await;
    assert_eq!(read::policy(&mut conn).await.unwrap().appeal_arbitrator, None);
}

#[sqlx::test(migrations = false)]
async fn a_token_is_taken_until_it_is_not(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let listed = |n, token_id, open| TokenListed { token: Token(account(n)), token_id, open }.into();
    let eth = TokenListed { token: Token::ETH, token_id: 0, open: true };
    tell(&mut conn, 1, vec![eth.into(), listed(2, 1, true), listed(1, 2, true)]).await;
    tell(&mut conn, 2, vec![listed(2, 1, false)]).await;
    let tokens = read::tokens(&mut conn, None, 10).await.unwrap();
    let told: Vec<_> = tokens.iter().map(|t| (t.token.0, t.token_id, t.open, t.block_number)).collect();
    assert_eq!(told, [(Address::ZERO, 0, true, 1), (account(1), 2, true, 1), (account(2), 1, false, 2)]);
    let rest = read::tokens(&mut conn, Some(Token(account(1))), 10).await.unwrap();
    assert_eq!(rest.len(), 1);
}

#[sqlx::test(migrations = false)]
async fn verifier_sets_are_listed_newest_first(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    tell(&mut conn, 1, vec![verifiers(1).into()]).await;
    tell(&mut conn, 2, vec![verifiers(2).into()]).await;
    let sets = read::verifier_sets(&mut conn, ALL).await.unwrap();
    assert_eq!(sets.iter().map(|s| (s.version, s.keys_hash)).collect::<Vec<_>>(), [(2, hash(2)), (1, hash(1))]);
}
