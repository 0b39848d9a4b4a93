//! Selling: register, offer, buy; the escrow holds the price, and nobody pays more than agreed.

use e2e::{Result, TestStack, datavault, sale};

#[tokio::test]
async fn smoke() -> Result {
    let t = std::time::Instant::now();
    let at = TestStack::start("sell-smoke").await?;
    eprintln!("started in {:?}", t.elapsed());
    let creator = at.session("creator").await?;
    let company = at.session("company1").await?;
    let content = sale::content(&at, &creator, "a.csv", b"a,b\n1,2\n").await?;
    let offer = sale::key_offer(&creator, content.content_id, &[]).await?;
    let license = sale::buy(&company, offer).await?;
    at.delivered(license).await?;
    let out = at.folder().join("got.csv");
    datavault!(company, key::receive, [license, "--out", out.display()])?;
    let shown = at.run("company1", &["license", "show", &license.to_string(), "--json"]).await?.report()?;
    eprintln!("{shown:#}\n{:?}", t.elapsed());
    Ok(())
}
