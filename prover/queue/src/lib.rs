//! Proofs as jobs in Postgres, for any number of workers.
