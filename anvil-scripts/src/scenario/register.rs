//! Step 1: four real files, and one that will turn out to be something else.

use std::path::Path;

use anyhow::{Context, Result};
use cli::command::content::register::{Draft, register};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Play, run};

/// Honest files of the npm package `vega-datasets`, with tags. Licenses and descriptions are the package's own.
pub const FILES: [(&str, &str, &str); 4] = [
    ("penguins.json", "Palmer penguins", "biology"),
    ("us-employment.csv", "US employment by sector", "economy"),
    ("flights-3m.parquet", "Three million US flights", "transport"),
    ("us-10m.json", "US counties as TopoJSON", "geography"),
];
/// Index in [`FILES`] of what is sold for ever, with its key.
pub const DELIVERED: usize = 0;
/// Index in [`FILES`] of what is served by the month.
pub const SUBSCRIBED: usize = 1;
/// Index in [`FILES`] of what is sold with the right to sell it on.
pub const RESOLD: usize = 3;
/// Index in [`FILES`] of what is sold per use, from the meter.
pub const SERVED: usize = 2;

/// What the bad creator promises, and what it encrypts instead.
const PROMISED: &str = "seattle-weather.csv";
const DELIVERED_INSTEAD: &str = "stocks.csv";

impl Play<'_> {
    pub(super) async fn register(&mut self) -> Result<()> {
        let catalogue = self.catalogue()?;
        for (file, title, tag) in FILES {
            let path = self.stack.tools.datasets.join(file);
            let about = About::of(&catalogue, file)?;
            let registered = run!(
                self,
                creator,
                content::register,
                [
                    path.display(),
                    "--title",
                    title,
                    "--tag",
                    tag,
                    "--license",
                    about.license,
                    "--source-url",
                    about.source_url,
                    "--author",
                    about.author,
                    "--description",
                    about.description,
                ]
            )?;
            self.report.size(file, registered.size, registered.sealed_size);
            self.tell.fact(&format!("{file} ({}) is {}", about.license_title, registered.cid));
            self.contents.push(registered.content_id);
        }
        let again = run!(
            self,
            creator,
            content::register,
            [self.stack.tools.datasets.join(FILES[0].0).display(), "--title", "again", "--license", "CC0-1.0",]
        );
        let refused = again.err().map(|failure| failure.to_string()).unwrap_or_default();
        self.check(refused.contains("registered already"), "registering the same file again is refused")?;
        self.register_the_wrong_thing(&catalogue).await
    }

    /// A registration whose hash is one file's and whose ciphertext is another's.
    async fn register_the_wrong_thing(&mut self, catalogue: &Value) -> Result<()> {
        let about = About::of(catalogue, PROMISED)?;
        let datasets = &self.stack.tools.datasets;
        let args = cli::parse_args([
            &datasets.join(DELIVERED_INSTEAD).display().to_string(),
            "--title",
            "Seattle weather",
            "--license",
            &about.license,
            "--source-url",
            &about.source_url,
        ])?;
        let mut draft = Draft::seal(&self.cast.bad_creator, &args).await?;
        let promised = std::fs::read(datasets.join(PROMISED))?;
        draft.content_hash = <[u8; 32]>::from(Sha256::digest(promised)).into();
        let registered = register(&self.cast.bad_creator, draft, &args).await?;
        self.report.transactions("bad_creator", &registered);
        self.tell.fact(&format!("bad_creator registers {PROMISED}, and encrypts {DELIVERED_INSTEAD} instead"));
        self.bad_content = Some(registered.content_id);
        Ok(())
    }

    /// The package's description of its files.
    fn catalogue(&self) -> Result<Value> {
        let path = self.stack.tools.datasets.parent().unwrap_or(Path::new("/")).join("datapackage.json");
        let text = std::fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        Ok(serde_json::from_slice(&text)?)
    }
}

/// What a file's publisher says of it.
struct About {
    license: String,
    license_title: String,
    source_url: String,
    author: String,
    description: String,
}

impl About {
    fn of(catalogue: &Value, file: &str) -> Result<Self> {
        let resource = catalogue["resources"]
            .as_array()
            .and_then(|resources| resources.iter().find(|resource| resource["path"] == file))
            .with_context(|| format!("datapackage.json does not describe {file}"))?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let license = &resource["licenses"][0];
        let source = &resource["sources"][0];
        let title = text(&license["title"]).or_else(|| text(&license["name"]));
        Ok(Self {
            license: text(&license["path"]).with_context(|| format!("{file} names no license: it is not for sale"))?,
            license_title: title.with_context(|| format!("the license of {file} has no name"))?,
            source_url: text(&source["path"]).with_context(|| format!("{file} names no source"))?,
            author: text(&source["title"]).unwrap_or_else(|| "unknown".into()),
            description: text(&resource["description"]).unwrap_or_default(),
        })
    }
}
