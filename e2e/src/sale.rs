//! Content, offers and licenses that tests need to begin with.

use cli::Session;
use cli::command::content::register;
use domain::{ContentId, LicenseId, OfferId};
use sha2::{Digest, Sha256};

use crate::{Result, TestStack, datavault};

/// What a [`key_offer`] costs: 25 dUSD, in its smallest units.
pub const PRICE: u128 = 25_000_000;
/// What a unit of a [`served_offer`] costs: 0.0001 ETH, in wei.
pub const UNIT_PRICE: u128 = 100_000_000_000_000;
/// Bytes of a unit of a [`served_offer`].
pub const UNIT_BYTES: u64 = 1024;

/// Registers a file with these bytes.
///
/// # Errors
/// If it is not registered.
pub async fn content(at: &TestStack, creator: &Session, name: &str, bytes: &[u8]) -> Result<register::Report> {
    let file = at.file(name, bytes)?;
    Ok(datavault!(*creator, content::register, [file.display(), "--title", name, "--license", "CC0-1.0"])?)
}

/// Offers content for ever, with its key, at [`PRICE`]; `extra` words change that.
///
/// # Errors
/// If the offer is refused.
pub async fn key_offer(creator: &Session, content: ContentId, extra: &[&str]) -> Result<OfferId> {
    let mut words = vec![content.to_string(), "--key".into()];
    for (word, value) in [("--price", "25"), ("--token", "dUSD")] {
        if !extra.contains(&word) {
            words.extend([word.to_owned(), value.to_owned()]);
        }
    }
    words.extend(extra.iter().map(|&word| word.to_owned()));
    set(creator, words).await
}

/// Offers content from the meter at [`UNIT_PRICE`] for [`UNIT_BYTES`], for 30 days; `extra` words change that.
///
/// # Errors
/// If the offer is refused.
pub async fn served_offer(creator: &Session, content: ContentId, extra: &[&str]) -> Result<OfferId> {
    let mut words = vec![content.to_string(), "--served".into()];
    for (word, value) in
        [("--unit-price", "0.0001"), ("--token", "ETH"), ("--unit-bytes", "1024"), ("--duration", "30d")]
    {
        if !extra.contains(&word) {
            words.extend([word.to_owned(), value.to_owned()]);
        }
    }
    words.extend(extra.iter().map(|&word| word.to_owned()));
    set(creator, words).await
}

async fn set(creator: &Session, words: Vec<String>) -> Result<OfferId> {
    let args = cli::parse_args(words)?;
    Ok(cli::command::offer::set::run(creator, args).await?.offer_id)
}

/// Buys a license of an offer that is not metered, whether or not the arbitrator published its key.
///
/// # Errors
/// If it is not sold.
pub async fn buy(buyer: &Session, offer: OfferId) -> Result<LicenseId> {
    let bought = datavault!(*buyer, license::buy, [offer, "--accept-no-arbitration"])?.bought;
    Ok(bought.ok_or_else(|| anyhow::anyhow!("nothing was bought of offer {offer}"))?.license_id)
}

/// Buys metered units.
///
/// # Errors
/// If they are not sold.
pub async fn buy_units(buyer: &Session, offer: OfferId, units: u64) -> Result<LicenseId> {
    let bought = datavault!(*buyer, license::buy, [offer, "--units", units])?.bought;
    Ok(bought.ok_or_else(|| anyhow::anyhow!("nothing was bought of offer {offer}"))?.license_id)
}

/// Content with an offer by key, by somebody whose meter delivers only if asked to.
///
/// The stack runs the meter of `creator` alone; `bad_creator` is honest here, and delivers with `key deliver`.
///
/// # Errors
/// If anything is refused.
pub async fn undelivered(at: &TestStack, name: &str, extra: &[&str]) -> Result<(Session, OfferId)> {
    let seller = at.session("bad_creator").await?;
    let content = content(at, &seller, name, format!("what {name} holds").as_bytes()).await?.content_id;
    let offer = key_offer(&seller, content, extra).await?;
    Ok((seller, offer))
}

/// Content whose registered hash is `promised`'s and whose ciphertext holds something else, with an offer by key and
/// the stack's arbitrator. Sold by `bad_creator`, whose key deliveries prove correctly all the same.
///
/// # Errors
/// If anything is refused.
pub async fn mismatched(at: &TestStack, promised: &[u8], extra: &[&str]) -> Result<(Session, OfferId)> {
    let seller = at.session("bad_creator").await?;
    let file = at.file("instead.csv", [b"not: ", promised].concat())?;
    let file = file.display().to_string();
    let args = cli::parse_args([&file, "--title", "Promised", "--license", "CC0-1.0"])?;
    let mut draft = register::Draft::seal(&seller, &args).await?;
    draft.content_hash = <[u8; 32]>::from(Sha256::digest(promised)).into();
    let content = register::register(&seller, draft, &args).await?.content_id;
    let offer = key_offer(&seller, content, extra).await?;
    Ok((seller, offer))
}
