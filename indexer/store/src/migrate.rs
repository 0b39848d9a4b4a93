//! The schema and its version.

use sqlx::{Connection, PgConnection, migrate::Migrator};

/// The migrations of this program.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// The database does not have, or cannot be given, this program's schema.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// Migrations are missing.
    #[error(
        "the database lacks {missing} of this program's migrations, the first is {first}: \
         run `datavault-indexer migrate`"
    )]
    Behind {
        /// How many.
        missing: usize,
        /// Version of the first missing one.
        first: i64,
    },
    /// The schema is newer than this program.
    #[error("the database has migration {version}, which this program does not know: run a newer datavault-indexer")]
    Ahead {
        /// The unknown migration.
        version: i64,
    },
    /// An applied migration has another text than ours.
    #[error(
        "migration {version} of the database differs from this program's: it belongs to another version or application. \
         Use a fresh database; the mirror rebuilds itself from the chain"
    )]
    Differs {
        /// The migration.
        version: i64,
    },
    /// A migration was interrupted.
    #[error("migration {version} was interrupted and left half done: use a fresh database")]
    Dirty {
        /// The migration.
        version: i64,
    },
    /// A migration failed.
    #[error("migrating the database failed: {0}")]
    Failed(#[source] sqlx::migrate::MigrateError),
    /// Postgres or the connection failed.
    #[error("the database failed: {0}")]
    Sql(#[from] sqlx::Error),
}

impl From<sqlx::migrate::MigrateError> for MigrateError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::VersionMissing(version) => Self::Ahead { version },
            sqlx::migrate::MigrateError::VersionMismatch(version) => Self::Differs { version },
            sqlx::migrate::MigrateError::Dirty(version) => Self::Dirty { version },
            other => Self::Failed(other),
        }
    }
}

/// Brings the schema up to date. Running it again, or twice at once, is safe.
///
/// Then lets the role `datavault_reader` read, and creates it if this user may; readers do without it if not.
pub async fn migrate(conn: &mut PgConnection) -> Result<(), MigrateError> {
    MIGRATOR.run_direct(None, &mut *conn, false).await?;
    let mut transaction = conn.begin().await?;
    // Roles belong to the whole server, advisory locks to one database: another database's migration may create or grant
    // the role at the same time. That it was first must not cost this database its grants.
    sqlx::query(
        r"
        do $$ begin
          perform pg_advisory_xact_lock(7305790163209970020);
          begin
            if not exists (select from pg_roles where rolname = 'datavault_reader') then
              create role datavault_reader nologin;
            end if;
          exception
            when duplicate_object or unique_violation then null;
          end;
          begin
            -- Whoever may create roles is not thereby allowed to become them.
            if not (select rolsuper from pg_roles where rolname = current_user) then
              execute format('grant datavault_reader to %I', current_user)
                || case when current_setting('server_version_num')::int >= 160000 then ' with set true' else '' end;
            end if;
          exception
            when duplicate_object or unique_violation then null;
          end;
          grant usage on schema public to datavault_reader;
          grant select on all tables in schema public to datavault_reader;
        exception
          when insufficient_privilege then
            raise notice 'readers use the writer''s role: this user may not create or grant datavault_reader';
        end $$",
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(())
}

/// Checks that the schema is exactly this program's.
pub async fn check_schema(conn: &mut PgConnection) -> Result<(), MigrateError> {
    let ours: Vec<_> = MIGRATOR.iter().collect();
    let exists: bool =
        sqlx::query_scalar("select to_regclass('_sqlx_migrations') is not null").fetch_one(&mut *conn).await?;
    let applied: Vec<(i64, Vec<u8>, bool)> = if exists {
        sqlx::query_as("select version, checksum, success from _sqlx_migrations order by version")
            .fetch_all(conn)
            .await?
    } else {
        Vec::new()
    };
    for (version, checksum, success) in &applied {
        match ours.iter().find(|migration| migration.version == *version) {
            None => return Err(MigrateError::Ahead { version: *version }),
            Some(migration) if *migration.checksum != checksum[..] => {
                return Err(MigrateError::Differs { version: *version });
            }
            Some(_) if !success => return Err(MigrateError::Dirty { version: *version }),
            Some(_) => {}
        }
    }
    let missing: Vec<_> = ours.iter().filter(|m| !applied.iter().any(|(version, ..)| *version == m.version)).collect();
    match missing.first() {
        Some(first) => Err(MigrateError::Behind { missing: missing.len(), first: first.version }),
        None => Ok(()),
    }
}
