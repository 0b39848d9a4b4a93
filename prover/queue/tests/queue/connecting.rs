//! Addresses, passwords and tables.

use queue::{Queue, QueueError};
use sqlx::PgPool;

#[tokio::test]
async fn an_address_that_fails_is_not_repeated_with_its_password() {
    for bad in ["postgres//user:hunter2@host/name", "mysql://user:hunter2@host/name", "hunter2", ""] {
        let error = Queue::connect(bad, 1).await.unwrap_err();
        assert!(matches!(error, QueueError::BadAddress), "{error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
    let unreachable = Queue::connect("postgres://user:hunter2@127.0.0.1:1/proofs", 1).await.unwrap_err();
    let told = format!("{unreachable} {unreachable:?}");
    assert!(told.contains("127.0.0.1:1/proofs") && !told.contains("hunter2"), "{told}");
}

#[sqlx::test(migrations = false)]
async fn tables_are_made_once_by_whoever_comes_first(pool: PgPool) {
    let queue = Queue::new(pool.clone());
    let (one, other) = tokio::join!(queue.migrate(), queue.migrate());
    one.unwrap();
    other.unwrap();
    queue.migrate().await.unwrap();
    // The mirror keeps its own record of migrations, in the same database or not.
    let other: bool =
        sqlx::query_scalar("select to_regclass('public._sqlx_migrations') is null").fetch_one(&pool).await.unwrap();
    assert!(other);
}

#[sqlx::test(migrations = false)]
async fn a_queue_without_tables_says_so(pool: PgPool) {
    let error = Queue::new(pool).progress(None).await.unwrap_err();
    assert!(error.to_string().contains("proving.jobs"), "{error}");
}
