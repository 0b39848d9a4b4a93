//! Who is paid: the creator alone, or payees with shares.

use std::str::FromStr;

use alloy::primitives::Address;
use domain::{ChainEvent, Payee, SplitCreated, SplitId};

use crate::{
    failure::Failure,
    session::Session,
    submit::{Transaction, announced},
};

const ALL_BPS: u16 = 10_000;

/// `0xabc…:2500`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayeeArg(pub Payee);

impl FromStr for PayeeArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (account, share) = text.rsplit_once(':').ok_or("expected ADDRESS:BPS, for instance 0xabc…:2500")?;
        let account: Address = account.parse().map_err(|_| format!("`{account}` is no address"))?;
        match share.parse() {
            Ok(share_bps @ 1..=ALL_BPS) => Ok(Self(Payee { account, share_bps })),
            _ => Err(format!("`{share}` is no share: write ten-thousandths, 1 to 10000")),
        }
    }
}

/// Refuses payees that could not share a payment.
pub(super) fn check(payees: &[PayeeArg]) -> Result<(), Failure> {
    let sum: u32 = payees.iter().map(|payee| u32::from(payee.0.share_bps)).sum();
    match payees.len() {
        0 => Ok(()),
        33.. => Err(Failure::usage("--payee names more than 32 payees").fix("pay a splitter contract")),
        _ if sum != u32::from(ALL_BPS) => {
            Err(Failure::usage(format!("the shares of all --payee sum to {sum} ten-thousandths, not {ALL_BPS}")))
        }
        _ => Ok(()),
    }
}

/// The split of these payees, or of the creator alone. It is created where nobody did before.
pub(super) async fn ensure(
    session: &Session,
    payees: &[PayeeArg],
    transactions: &mut Vec<Transaction>,
) -> Result<SplitId, Failure> {
    check(payees)?;
    let creator = session.wallet()?.address();
    let payees: Vec<Payee> = payees.iter().map(|payee| payee.0).collect();
    let existing = match payees.as_slice() {
        [] => session.chain.solo_split_of(creator).await?,
        payees => session.splits().await?.into_iter().find(|split| split.payees == payees).map(|split| split.split_id),
    };
    if let Some(split_id) = existing {
        return Ok(split_id);
    }
    let alone = [Payee { account: creator, share_bps: ALL_BPS }];
    let payees = if payees.is_empty() { &alone[..] } else { &payees };
    let sent = session.submit(session.addresses().create_split(payees)).await?;
    let split_id = announced(&sent, |event| match event {
        ChainEvent::SplitCreated(SplitCreated { split_id, .. }) => Some(*split_id),
        _ => None,
    })?;
    transactions.push(sent.transaction);
    Ok(split_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payees_must_share_everything() {
        let payee = |text: &str| text.parse::<PayeeArg>().unwrap();
        let a = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
        assert!(check(&[]).is_ok());
        assert!(check(&[payee(&format!("{a}:7000")), payee(&format!("{a}:3000"))]).is_ok());
        let short = check(&[payee(&format!("{a}:7000"))]).unwrap_err().to_string();
        assert!(short.contains("sum to 7000"), "{short}");
        assert!("0x12:5".parse::<PayeeArg>().unwrap_err().contains("is no address"));
        assert!(format!("{a}:0").parse::<PayeeArg>().unwrap_err().contains("1 to 10000"));
    }
}
