// A compiler that stays: one JSON request a line on stdin, one JSON answer a line on stdout.
//
// {"root", "check": ["src/A.sol"], "code": [["src/A.sol", "A"]], "sources": {"src/A.sol": "text"}}
// `sources` stand in for what is on disk. `check` only looks for errors, `code` asks for bytecode.
"use strict";

const fs = require("fs");
const path = require("path");
const readline = require("readline");

const root = process.argv[2];
const settings = JSON.parse(process.argv[3]);
const solc = require(path.join(root, "node_modules/solc"));
const remappings = settings.remappings.map((line) => line.split("="));

function locate(name) {
  for (const [prefix, target] of remappings) {
    if (name.startsWith(prefix)) return path.join(root, target, name.slice(prefix.length));
  }
  return path.join(root, name);
}

function compile({ check = [], code = [], sources = {} }) {
  const read = (name) => sources[name] ?? fs.readFileSync(locate(name), "utf8");
  const outputSelection = {};
  for (const file of check) outputSelection[file] = { "*": ["abi"] };
  for (const [file, name] of code) outputSelection[file] = { [name]: ["evm.bytecode.object", "evm.deployedBytecode.object"] };
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(Object.keys(outputSelection).map((name) => [name, { content: read(name) }])),
    settings: { ...settings, outputSelection },
  };
  const found = (name) => {
    try {
      return { contents: read(name) };
    } catch (cause) {
      return { error: String(cause) };
    }
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: found }));
  const errors = (output.errors ?? []).filter((error) => error.severity === "error");
  const codes = {};
  for (const [file, name] of code) {
    const evm = output.contracts?.[file]?.[name]?.evm;
    if (evm) codes[name] = { creation: evm.bytecode.object, runtime: evm.deployedBytecode.object };
  }
  return { errors: errors.map(({ sourceLocation, message }) => ({ sourceLocation, message })), codes };
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  process.stdout.write(JSON.stringify(compile(JSON.parse(line))) + "\n");
});
