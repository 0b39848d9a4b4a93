//! Our Postgres: starts as whoever we are, gives fresh databases, leaves nothing behind.
#![expect(clippy::unwrap_used, reason = "unwrap lives in tests")]

use std::path::PathBuf;
use std::process::Command;

use anvil_scripts::postgres::{PostgresError, RunAs};
use anvil_scripts::{Postgres, Tools};
use sqlx::{Connection, PgConnection};

async fn start() -> Postgres {
    Postgres::start(&Tools::ensure().unwrap()).await.unwrap()
}

async fn ask(url: &url::Url, query: &'static str) -> Result<i64, sqlx::Error> {
    let mut connection = PgConnection::connect(url.as_str()).await?;
    let answer = sqlx::query_scalar(query).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(answer)
}

#[tokio::test]
async fn databases_are_fresh_and_apart() {
    let postgres = start().await;
    let one = postgres.create_database("one").await.unwrap();
    let other = postgres.create_database("other").await.unwrap();
    let mut connection = PgConnection::connect(one.as_str()).await.unwrap();
    sqlx::query("create table t (x int)").execute(&mut connection).await.unwrap();
    assert_eq!(ask(&one, "select count(*) from t").await.unwrap(), 0);
    assert!(ask(&other, "select count(*) from t").await.is_err());

    // `connection` is still open: the database goes all the same.
    let again = postgres.create_database("one").await.unwrap();
    assert_eq!(again, one);
    assert!(ask(&again, "select count(*) from t").await.is_err());
    postgres.drop_database("one").await.unwrap();
    assert!(ask(&one, "select 1::bigint").await.is_err());
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let postgres = start().await;
    let mut url = postgres.url().clone();
    url.set_password(Some("guess")).unwrap();
    assert!(ask(&url, "select 1::bigint").await.is_err());
}

#[tokio::test]
async fn a_name_that_is_not_one_is_refused() {
    let postgres = Postgres::external("postgres://nobody@127.0.0.1:1/none").unwrap();
    let error = postgres.create_database("x; drop database y").await.unwrap_err();
    assert!(matches!(error, PostgresError::BadName(_)), "{error}");
}

#[tokio::test]
async fn a_given_server_is_used_and_survives() {
    let ours = start().await;
    let given = Postgres::external(ours.url().as_str()).unwrap();
    let url = given.create_database("given").await.unwrap();
    assert!(!given.is_ours());
    given.stop();
    assert_eq!(ask(&url, "select 1::bigint").await.unwrap(), 1);
}

#[tokio::test]
async fn nothing_answers_after_the_drop() {
    let postgres = start().await;
    let url = postgres.url().clone();
    drop(postgres);
    assert!(ask(&url, "select 1::bigint").await.is_err());
}

/// Where user namespaces are forbidden, root starts it as another user.
#[tokio::test]
async fn root_can_start_it_as_somebody_else() {
    if RunAs::detect() == RunAs::Current {
        return; // not root
    }
    let postgres = Postgres::start_as(&Tools::ensure().unwrap(), RunAs::Uid(65_534)).await.unwrap();
    let url = postgres.create_database("here").await.unwrap();
    assert_eq!(ask(&url, "select 1::bigint").await.unwrap(), 1);
}

#[test]
fn a_command_runs_with_a_database_and_its_exit_code_is_ours() {
    let status = Command::new(binary())
        .args(["with-postgres", "--", "sh", "-c"])
        .arg("case $DATABASE_URL in postgres://*) exit 7;; esac")
        .env_remove("DATABASE_URL")
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(7));
}

fn binary() -> PathBuf {
    env!("CARGO_BIN_EXE_anvil-scripts").into()
}
