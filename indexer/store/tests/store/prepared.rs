//! The committed query data against the schema that the migrations make.

use std::{fs, path::Path};

use serde_json::Value;
use sqlx::{
    AssertSqlSafe, Column, Executor, SqlSafeStr, Statement, TypeInfo,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::migrated;

/// `Int8Array`, as the data spells it → `INT8[]`, as Postgres' types are named.
fn spelled(kind: &Value) -> String {
    let kind = kind.as_str().unwrap().to_uppercase();
    kind.strip_suffix("ARRAY").map(|item| format!("{item}[]")).unwrap_or(kind)
}

#[sqlx::test(migrations = false)]
async fn committed_query_data_fits_the_migrations(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(".sqlx");
    let mut checked = 0;
    for file in fs::read_dir(folder).unwrap() {
        let data: Value = serde_json::from_slice(&fs::read(file.unwrap().path()).unwrap()).unwrap();
        let query = data["query"].as_str().unwrap().to_owned();
        let prepared = conn.prepare(AssertSqlSafe(query.clone()).into_sql_str()).await;
        let prepared = prepared.unwrap_or_else(|error| panic!("{error} in: {query}"));
        let described = &data["describe"];
        let committed: Vec<_> =
            described["columns"].as_array().unwrap().iter().map(|c| spelled(&c["type_info"])).collect();
        let columns: Vec<_> = prepared.columns().iter().map(|column| column.type_info().name().to_owned()).collect();
        assert_eq!(columns, committed, "stale .sqlx, see indexer/store/.env: {query}");
        let committed: Vec<_> = described["parameters"]["Left"].as_array().unwrap().iter().map(spelled).collect();
        let parameters = prepared.parameters().unwrap().left().unwrap();
        let parameters: Vec<_> = parameters.iter().map(|kind| kind.name().to_owned()).collect();
        assert_eq!(parameters, committed, "stale .sqlx, see indexer/store/.env: {query}");
        checked += 1;
    }
    assert!(checked > 40, "only {checked} queries");
}
