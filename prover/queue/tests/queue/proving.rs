//! Real proofs.

use std::{path::Path, sync::Arc};

use groth16::{Prover, Verifier};
use queue::Threads;
use sqlx::PgPool;

use super::*;

const CHAIN: u64 = 31_337;

#[sqlx::test(migrations = false)]
async fn two_workers_with_one_set_of_keys_make_proofs_that_verify_and_follow_one_another(pool: PgPool) {
    let queue = fresh(pool).await;
    let mut lane = Lane::new(1, 0);
    let jobs = [lane.job(1), lane.job(30), lane.job(128)];
    queue.submit(&jobs).await.unwrap();

    let keys = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/keys"));
    let prover = Arc::new(Prover::load_or_generate(keys, CHAIN).unwrap());
    let threads = Threads::new(2).unwrap();
    let worker = Worker::new(queue.clone(), "one", lane.licensee.clone(), (prover, threads), FAST);
    let other = worker.named("other");
    let (one, other) = tokio::join!(worker.run(Default::default()), other.run(Default::default()));
    let mut tally = one.unwrap();
    tally.add(other.unwrap());
    assert_eq!((tally.proofs, tally.events, tally.failed), (3, 159, 0));

    let verifier = Verifier::new(CHAIN).unwrap();
    let mut head = U256::ZERO;
    for submitted in jobs {
        let done = queue.proof_from(lane.ctx(), head).await.unwrap().unwrap();
        assert!(verifier.verify_usage(done.capacity, &done.inputs, &done.proof));
        assert_eq!(done.inputs.head_after, submitted.head_after);
        assert_eq!(done.inputs.window, submitted.work.window);
        head = done.inputs.head_after;
    }
    assert!(queue.proof_from(lane.ctx(), head).await.unwrap().is_none());
}
