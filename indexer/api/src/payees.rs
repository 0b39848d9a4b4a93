//! Who shares what is earned.

use std::collections::HashMap;

use domain::{Payee, SplitId};
use serde::Serialize;
use utoipa::ToSchema;

/// A share of what is earned.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Payee)]
pub(crate) struct PayeeView {
    /// Who is paid.
    account: String,
    /// Ten-thousandths.
    share_bps: u16,
}

/// The payees of one split.
pub(crate) fn payee_views(split: SplitId, payees: &HashMap<SplitId, Vec<Payee>>) -> Vec<PayeeView> {
    let view = |payee: &Payee| PayeeView { account: payee.account.to_string(), share_bps: payee.share_bps };
    payees.get(&split).map(|payees| payees.iter().map(view).collect()).unwrap_or_default()
}
