//! Who may do what, and what a database of another origin is told.

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use store::{Access, MigrateError, Mirror, Writer, WriterError, check_schema, claim_mirror, connect_options};

use crate::{
    migrated,
    samples::{account, hash},
};

fn mirror() -> Mirror {
    Mirror {
        chain_id: 31337,
        genesis_hash: hash(1),
        start_block: 3,
        registry: account(1),
        licenses: account(2),
        escrow: account(3),
        usage: account(4),
        disputes: account(5),
        verifier_sets: account(6),
    }
}

#[sqlx::test(migrations = false)]
async fn a_database_belongs_to_one_deployment(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    claim_mirror(&mut conn, &mirror()).await.unwrap();
    claim_mirror(&mut conn, &mirror()).await.unwrap();
    for (other, field) in [
        (Mirror { chain_id: 1, ..mirror() }, "chain id"),
        (Mirror { genesis_hash: hash(2), ..mirror() }, "genesis hash"),
        (Mirror { escrow: account(9), ..mirror() }, "PaymentEscrow"),
    ] {
        let error = claim_mirror(&mut conn, &other).await.unwrap_err().to_string();
        assert!(error.contains(field) && error.contains("DATABASE_URL"), "{error}");
    }
}

#[sqlx::test(migrations = false)]
async fn the_second_writer_is_told_who_writes(_: PgPoolOptions, options: PgConnectOptions) {
    let first = Writer::try_new(&options).await.unwrap();
    let Err(refused) = Writer::try_new(&options).await else { panic!("two writers") };
    assert!(matches!(refused, WriterError::Taken { holder } if holder > 0), "{refused}");
    first.close().await.unwrap();
    Writer::try_new(&options).await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn readers_cannot_write_even_when_they_try(_: PgPoolOptions, options: PgConnectOptions) {
    migrated(&options).await;
    let mut reader = connect_options(&options, Access::Read).await.unwrap().connect().await.unwrap();
    check_schema(&mut reader).await.unwrap();
    assert!(reader.execute("delete from blocks").await.is_err());
    let lifted = reader.execute("begin read write; delete from blocks").await.unwrap_err().to_string();
    assert!(lifted.contains("permission denied"), "{lifted}");
}

#[sqlx::test(migrations = false)]
async fn an_ordinary_user_migrates_and_reads(_: PgPoolOptions, options: PgConnectOptions) {
    let mut admin = options.connect().await.unwrap();
    for (attribute, may_create_roles) in [("nocreaterole", false), ("createrole", true)] {
        let user = format!("dv_{attribute}_{}", std::process::id());
        let database = options.get_database().unwrap();
        let sql = format!(
            "create role {user} login password 'x' {attribute}; alter database \"{database}\" owner to {user};
             drop schema public cascade; create schema public authorization {user}"
        );
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await.unwrap();
        let own = options.clone().username(&user).password("x");
        migrated(&own).await;
        let mut reader = connect_options(&own, Access::Read).await.unwrap().connect().await.unwrap();
        check_schema(&mut reader).await.unwrap();
        assert!(reader.execute("delete from blocks").await.is_err(), "{may_create_roles}");
        reader.close().await.unwrap();
        let sql = format!(
            "alter database \"{database}\" owner to current_user; drop owned by {user} cascade; create schema if not exists public;
             drop role {user}"
        );
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await.unwrap();
    }
}

#[sqlx::test(migrations = false)]
async fn a_schema_of_another_version_is_told_apart(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = options.connect().await.unwrap();
    assert!(matches!(check_schema(&mut conn).await.unwrap_err(), MigrateError::Behind { .. }));
    store::migrate(&mut conn).await.unwrap();
    store::migrate(&mut conn).await.unwrap();
    check_schema(&mut conn).await.unwrap();
    conn.execute("update _sqlx_migrations set checksum = '\\x00' where version = 20261121000200").await.unwrap();
    assert!(matches!(check_schema(&mut conn).await.unwrap_err(), MigrateError::Differs { .. }));
    assert!(matches!(store::migrate(&mut conn).await.unwrap_err(), MigrateError::Differs { .. }));
    conn.execute("update _sqlx_migrations set version = 29990101000000 where version = 20261121000200").await.unwrap();
    assert!(matches!(check_schema(&mut conn).await.unwrap_err(), MigrateError::Ahead { .. }));
}
