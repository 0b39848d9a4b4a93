//! `contracts/artifacts/<Name>.json`: interface and code of every contract that is deployed, so that
//! `cargo build` needs no Solidity compiler. And `contracts/verification/input.json`: what was compiled, as block
//! explorers take it to verify a source.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use foundry_compilers::artifacts::Settings;
use foundry_compilers::solc::{Solc, SolcCompiler, SolcSettings};
use foundry_compilers::{ProjectBuilder, ProjectPathsConfig};
use serde_json::{Value, json};

use super::Files;
use super::foundry::{self, Profile};

const VERIFICATION: &str = "contracts/verification/input.json";

/// Deployed as OpenZeppelin wrote them. Looked up by path: it has several contracts called `Proxy`.
const OPENZEPPELIN: [&str; 2] = ["proxy/ERC1967/ERC1967Proxy.sol", "governance/TimelockController.sol"];

/// Compiles `contracts/src` and returns the artifacts.
pub fn generate(root: &Path) -> Result<Files> {
    let contracts = root.join("contracts");
    if !contracts.join("node_modules/solc").exists() {
        bail!("the Solidity compiler is not installed: run `npm ci --prefix contracts`");
    }
    let profile = Profile::read(&contracts)?;
    let mut paths = ProjectPathsConfig::builder()
        .root(&contracts)
        .sources(contracts.join("src"))
        .artifacts(contracts.join("out"))
        .lib(contracts.join("node_modules"));
    for mut remapping in foundry::remappings(&contracts)? {
        remapping.path = contracts.join(&remapping.path).display().to_string();
        paths = paths.remapping(remapping);
    }
    let settings: Settings = profile.settings()?;
    let solc = Solc::new(contracts.join(&profile.solc)).context("the Solidity compiler does not answer")?;
    let project = ProjectBuilder::<SolcCompiler>::new(Default::default())
        .paths(paths.build()?)
        .settings(SolcSettings { settings, ..SolcSettings::default() })
        .ignore_error_codes(profile.ignored_error_codes.clone())
        .ephemeral()
        .no_artifacts()
        .build(SolcCompiler::Specific(solc))?;
    // Not `compile`: that builds the tests too, which takes minutes.
    let output = project.compile_files(project.sources()?.keys())?;
    if output.has_compiler_errors() {
        bail!("the contracts do not compile:\n{output}");
    }

    let mut files = Files::new();
    let mut sources = deployed_sources(&contracts)?;
    let openzeppelin = contracts.join("node_modules/@openzeppelin/contracts");
    sources.extend(OPENZEPPELIN.map(|path| openzeppelin.join(path)));
    for source in sources {
        let name = source.file_stem().context("a source has a name")?.to_string_lossy().into_owned();
        let Some(contract) = output.find(&source, &name) else {
            bail!("{} holds no contract `{name}`: a file is named after its contract", source.display());
        };
        let code = |object: Option<&foundry_compilers::artifacts::BytecodeObject>| {
            let code = object.and_then(|object| object.as_bytes()).map(ToString::to_string);
            code.with_context(|| format!("`{name}` is abstract or needs an external library"))
        };
        let creation = contract.bytecode.as_ref().map(|code| &code.object);
        let runtime = contract.deployed_bytecode.as_ref().and_then(|code| code.bytecode.as_ref());
        let mut abi = json!(contract.abi);
        let interface = contracts.join(format!("src/interfaces/I{name}.sol"));
        if let Some(interface) = output.find(&interface, &format!("I{name}")) {
            name_inputs(&mut abi, &json!(interface.abi));
        }
        let artifact = json!({
            "contractName": name,
            "abi": abi,
            "bytecode": code(creation)?,
            "deployedBytecode": code(runtime.map(|code| &code.object))?,
        });
        let text = serde_json::to_string_pretty(&artifact)? + "\n";
        files.insert(PathBuf::from(format!("contracts/artifacts/{name}.json")), text);
    }
    let compiled = output.output().sources.sources().map(|(path, _)| path.clone()).collect();
    files.insert(PathBuf::from(VERIFICATION), verification_input(&contracts, &profile, compiled)?);
    Ok(files)
}

/// A function that hands its arguments on unread leaves them unnamed: they are named as in the interface.
fn name_inputs(abi: &mut Value, interface: &Value) {
    let types = |entry: &Value| entry["inputs"].as_array().map(|inputs| inputs.iter().map(kind).collect::<Vec<_>>());
    for entry in abi.as_array_mut().into_iter().flatten() {
        let said =
            interface.as_array().into_iter().flatten().find(|said| {
                said["type"] == "function" && said["name"] == entry["name"] && types(said) == types(entry)
            });
        let (Some(said), Some(inputs)) = (said, entry["inputs"].as_array_mut()) else { continue };
        for (index, input) in inputs.iter_mut().enumerate() {
            if input["name"] == "" {
                input["name"] = said["inputs"][index]["name"].clone();
            }
        }
    }
}

fn kind(input: &Value) -> (Value, Value) {
    (input["type"].clone(), input["internalType"].clone())
}

/// Standard JSON for solc, with every path below `contracts`. Of this and a contract's name, the compiler makes the
/// code of its artifact again.
fn verification_input(contracts: &Path, profile: &Profile, compiled: BTreeSet<PathBuf>) -> Result<String> {
    let mut sources = serde_json::Map::new();
    for path in compiled {
        let path = path.strip_prefix(contracts).unwrap_or(&path);
        let read = contracts.join(path);
        let content = fs::read_to_string(&read).with_context(|| format!("cannot read {}", read.display()))?;
        sources.insert(path.display().to_string(), json!({ "content": content }));
    }
    let mut settings = profile.settings()?;
    settings.remappings = foundry::remappings(contracts)?;
    let input = json!({ "language": "Solidity", "sources": sources, "settings": settings });
    Ok(serde_json::to_string_pretty(&input)? + "\n")
}

/// Every source below `src/` that holds a contract of its own name; libraries and interfaces are not deployed.
fn deployed_sources(contracts: &Path) -> Result<Vec<PathBuf>> {
    let mut sources = Vec::new();
    let mut folders = vec![contracts.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "sol") && is_deployed(&path)? {
                sources.push(path);
            }
        }
    }
    sources.sort();
    Ok(sources)
}

fn is_deployed(source: &Path) -> Result<bool> {
    let name = source.file_stem().context("a source has a name")?.to_string_lossy().into_owned();
    let text = fs::read_to_string(source).with_context(|| format!("cannot read {}", source.display()))?;
    let declared = |line: &str| {
        let rest = line.strip_prefix("contract ").and_then(|rest| rest.strip_prefix(&name));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    Ok(text.lines().any(declared))
}
