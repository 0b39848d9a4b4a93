//! `xtask layout`: where the upgradeable contracts keep their state, compared with the last release. An upgrade that
//! moved a variable would read another one's value in its place.

mod compare;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One variable of each storage namespace; never deployed.
const PROBE: &str = "LayoutProbe";
/// Each file holds the namespace it is named after.
const NAMESPACES: &str = "contracts/src/storage";
const RELEASES: &str = "contracts/layouts";

/// Every struct that is kept in storage, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    structs: BTreeMap<String, StorageStruct>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct StorageStruct {
    bytes: u64,
    members: Vec<Member>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Member {
    label: String,
    slot: u64,
    /// Bytes from the low end of the slot.
    offset: u64,
    bytes: u64,
    #[serde(rename = "type")]
    kind: String,
}

/// Fails if anything of the last release moved. With `release`, records today's layout as that version's.
pub fn run(root: &Path, release: Option<&str>) -> Result<()> {
    let now = read_now(root)?;
    check_all_probed(root, &now)?;
    let structs = now.structs.len();
    match last_release(root)? {
        Some((version, before)) => {
            let moved = compare::moved(&before, &now);
            if !moved.is_empty() {
                bail!("storage moved since release {version}:\n- {}", moved.join("\n- "));
            }
            println!("layout: {structs} structs, everything of release {version} is in its place");
        }
        None => println!("layout: {structs} structs, no release to compare with"),
    }
    let Some(version) = release else { return Ok(()) };
    parse(version).with_context(|| format!("`{version}` is no version: expected 1.2.3"))?;
    let path = root.join(RELEASES).join(format!("{version}.json"));
    if path.exists() {
        bail!("{} exists: a release's layout never changes", path.display());
    }
    fs::create_dir_all(root.join(RELEASES)).context("cannot make the folder of layouts")?;
    let text = serde_json::to_string_pretty(&now)? + "\n";
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    println!("layout: wrote {}", path.display());
    Ok(())
}

/// Asks the compiler. Builds beside the tests' output, which it would otherwise throw away.
fn read_now(root: &Path) -> Result<Layout> {
    let contracts = root.join("contracts");
    let folder = root.join("target/layout");
    let asked = Command::new(contracts.join("node_modules/.bin/forge"))
        .args(["inspect", PROBE, "storageLayout", "--json"])
        .current_dir(&contracts)
        .env("FOUNDRY_OUT", folder.join("out"))
        .env("FOUNDRY_CACHE_PATH", folder.join("cache"))
        .output()
        .context("cannot run forge: is it installed by `npm ci --prefix contracts`?")?;
    if !asked.status.success() {
        bail!("forge does not print the layout of {PROBE}:\n{}", String::from_utf8_lossy(&asked.stderr));
    }
    let printed: Value = serde_json::from_slice(&asked.stdout).context("forge printed no JSON")?;
    normalise(&printed)
}

/// A namespace that the probe does not declare would move unseen.
fn check_all_probed(root: &Path, now: &Layout) -> Result<()> {
    for entry in fs::read_dir(root.join(NAMESPACES)).with_context(|| format!("cannot read {NAMESPACES}"))? {
        let path = entry?.path();
        let name = path.file_stem().context("a source has a name")?.to_string_lossy().into_owned();
        if !now.structs.contains_key(&format!("struct {name}")) {
            bail!("{PROBE} declares no `{name}`");
        }
    }
    Ok(())
}

/// Keeps what matters: ids of the syntax tree change with every comment.
fn normalise(printed: &Value) -> Result<Layout> {
    let types = printed["types"].as_object().context("the layout has no types")?;
    let label = |id: &Value| -> Result<(String, u64)> {
        let id = id.as_str().context("a type has no id")?;
        let label = types[id]["label"].as_str().with_context(|| format!("`{id}` has no label"))?;
        Ok((label.to_owned(), number(&types[id]["numberOfBytes"])?))
    };
    let mut structs = BTreeMap::new();
    for described in types.values() {
        let Some(members) = described["members"].as_array() else { continue };
        let name = described["label"].as_str().context("a struct has no name")?;
        let mut kept = Vec::new();
        for member in members {
            let (kind, bytes) = label(&member["type"])?;
            kept.push(Member {
                label: member["label"].as_str().context("a member has no name")?.to_owned(),
                slot: number(&member["slot"])?,
                offset: number(&member["offset"])?,
                bytes,
                kind,
            });
        }
        let found = StorageStruct { bytes: number(&described["numberOfBytes"])?, members: kept };
        if structs.insert(name.to_owned(), found).is_some() {
            bail!("two storage structs are called `{name}`");
        }
    }
    Ok(Layout { structs })
}

/// The compiler prints some numbers as text.
fn number(value: &Value) -> Result<u64> {
    let parsed = value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
    parsed.with_context(|| format!("{value} is no number"))
}

fn last_release(root: &Path) -> Result<Option<(String, Layout)>> {
    let Ok(entries) = fs::read_dir(root.join(RELEASES)) else { return Ok(None) };
    let mut releases: Vec<((u64, u64, u64), PathBuf)> = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let version = path.file_stem().and_then(|stem| parse(&stem.to_string_lossy()));
        let version = version.with_context(|| format!("{} is not named after a version", path.display()))?;
        releases.push((version, path));
    }
    let Some(((major, minor, patch), path)) = releases.into_iter().max() else { return Ok(None) };
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let layout = serde_json::from_str(&text).with_context(|| format!("{} is no layout", path.display()))?;
    Ok(Some((format!("{major}.{minor}.{patch}"), layout)))
}

fn parse(version: &str) -> Option<(u64, u64, u64)> {
    let mut parts = version.split('.').map(|part| part.parse().ok());
    let parsed = (parts.next()??, parts.next()??, parts.next()??);
    parts.next().is_none().then_some(parsed)
}
