//! What handlers work with.

use store::PgPool;

/// What handlers work with.
#[derive(Clone)]
pub(crate) struct ApiState {
    pub(crate) pool: PgPool,
    pub(crate) ready_max_lag_blocks: u64,
    pub(crate) ready_max_silence_secs: u64,
}
