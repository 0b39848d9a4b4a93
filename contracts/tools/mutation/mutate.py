"""Mutation testing with slither-mutate's operators, many mutants to a build.

slither-mutate compiles and tests each mutant by itself, which takes days here. This asks its mutators for what they
would write, embeds it behind switches (`embed.py`), compiles the mutated contracts in place of the built ones, and runs
the tests once per switch: the tests deploy built artifacts, so none of them is compiled again.

    python3 tools/mutation/mutate.py --work ../target/mutation [--only PaymentEscrow ...] [--minutes 60] [--again]

Works on a copy below `--work`, keeps every verdict there, and goes on where it stopped. Writes `mutation.json`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from embed import SWITCH, SWITCH_PATH, Embedding, Mutant, batches, index, shape  # noqa: E402

CONTRACTS = Path(__file__).resolve().parents[2]

# What is counted together: sources, and the tests that come first. Survivors of those face all the others.
SUBJECTS = {
    "PaymentEscrow": (["src/PaymentEscrow.sol", "src/escrow/", "src/base/EscrowRecords.sol"], "{actions/Escrow,actions/Thaw,actions/Tokens}"),
    "LicenseManager": (
        ["src/LicenseManager.sol", "src/licenses/", "src/libraries/License", "src/libraries/Offer"],
        "{actions/Offer,actions/Buy,actions/License,actions/Key,actions/Renew,actions/Rebind,actions/Accept,actions/Deliver,actions/Bundle}",
    ),
    "UsageTracker": (["src/UsageTracker.sol", "src/libraries/ProofContext.sol"], "{actions/Usage,actions/Lanes,actions/Overage,actions/Compliance}"),
    "DisputeResolution": (["src/DisputeResolution.sol", "src/arbitration/"], "{actions/Dispute,actions/Panel}"),
    "ContentRegistry": (["src/ContentRegistry.sol", "src/libraries/BinaryCid.sol", "src/libraries/SnarkField.sol"], "{actions/Content,actions/Versions}"),
    "VerifierSets": (["src/VerifierSets.sol"], "actions/Verifiers"),
    "Operation": (["src/base/Guarded.sol", "src/base/Operated.sol"], "{actions/Pause,actions/Upgrade,actions/Timelock}"),
    "Periphery": (["src/periphery/", "src/libraries/OrderTotal.sol"], "periphery/"),
}
# Neither mutated nor part of a verdict: proofs and gas say nothing about branches, halmos is not run by forge.
OTHER_TESTS = ["Gas.t.sol", "RealProof.t.sol", "halmos", "layout", "generated"]
DEPLOYED = [
    "src/PaymentEscrow.sol", "src/LicenseManager.sol", "src/licenses/OfferBook.sol", "src/UsageTracker.sol",
    "src/DisputeResolution.sol", "src/arbitration/PanelArbitrator.sol", "src/ContentRegistry.sol", "src/VerifierSets.sol",
    "src/periphery/PurchaseRouter.sol", "src/periphery/CompanyAccount.sol", "src/periphery/CompanyAccountFactory.sol",
]
EXCUSED_OPERATORS = {"FHR"}
MOST_PER_BUILD = 220
TIMEOUT_SECS = 240


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--only", nargs="*", choices=list(SUBJECTS), default=list(SUBJECTS))
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--sample", type=int, default=10**9, help="at most so many mutants of each, drawn by hash: always the same")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--without", nargs="*", default=[], help="tests to leave out, below test/")
    parser.add_argument("--first-tests-only", action="store_true", help="copy no tests but the first of each: scores are lower bounds")
    parser.add_argument("--again", action="store_true", help="start from a fresh copy; earlier survivors come first")
    options = parser.parse_args()
    run = Run(options.work.resolve(), options.jobs, time.monotonic() + 60 * options.minutes, options.sample)
    run.prepare(options.again, options.without, options.only if options.first_tests_only else None)
    for subject in options.only:
        run.subject(subject)
    run.summarise("first of each contract" if options.first_tests_only else "all")


class Run:
    def __init__(self, work: Path, jobs: int, until: float, sample: int):
        self.work, self.jobs, self.until, self.sample = work, jobs, until, sample
        self.copy = work / "contracts"
        self.trees = work / "trees"
        self.verdicts_path = work / "verdicts.json"
        self.environment = os.environ | {
            "PATH": f"{CONTRACTS / 'node_modules/.bin'}:{os.environ['PATH']}",
            "FOUNDRY_FUZZ_RUNS": "24",
            "FOUNDRY_INVARIANT_RUNS": "6",
            "FOUNDRY_INVARIANT_DEPTH": "32",
            "FOUNDRY_SNAPSHOTS": str(work / "snapshots"),
        }

    # ---- the copy

    def prepare(self, again: bool, without: list[str], first_tests_of: list[str] | None) -> None:
        if again and self.work.exists():
            shutil.rmtree(self.work)
        if not self.copy.exists():
            self.copy.mkdir(parents=True)
            for name in ("src", "test"):
                shutil.copytree(CONTRACTS / name, self.copy / name)
            for name in OTHER_TESTS + without:
                left_out = self.copy / "test" / name
                shutil.rmtree(left_out) if left_out.is_dir() else left_out.unlink(missing_ok=True)
            if first_tests_of is not None:
                wanted = tuple(prefix for subject in first_tests_of for prefix in SUBJECTS[subject][1].strip("{}").split(","))
                for test in (self.copy / "test").rglob("*.t.sol"):
                    path = str(test.relative_to(self.copy / "test"))
                    if not path.startswith(wanted) and not test.name.endswith("Base.t.sol"):
                        test.unlink()
            for name in ("foundry.toml", "remappings.txt"):
                shutil.copy(CONTRACTS / name, self.copy / name)
            for name in ("node_modules", "tools", "artifacts"):
                (self.copy / name).symlink_to(CONTRACTS / name)
            (self.work / "prover").symlink_to(CONTRACTS.parent / "prover")
        if not (self.work / "built").exists():
            print("mutate: building the copy ...", flush=True)
            # Apart, because with syntax trees forge makes artifacts of files without a contract, and `vm.getCode` then
            # finds two called alike.
            trees = ["forge", "build", "--ast", "--build-info", "--skip", "test/**", "--build-info-path", str(self.trees / "build-info")]
            aside = self.environment | {"FOUNDRY_OUT": str(self.trees), "FOUNDRY_CACHE_PATH": str(self.work / "trees-cache")}
            for build, environment in ((trees, aside), (["forge", "build"], self.environment)):
                subprocess.run(build, cwd=self.copy, env=environment, check=True, stdout=subprocess.DEVNULL)
            shutil.copytree(self.copy / "out", self.work / "built")
        self.verdicts = json.loads(self.verdicts_path.read_text()) if self.verdicts_path.exists() else {}
        self.settings = self._settings()
        self.compiler = subprocess.Popen(
            ["node", str(CONTRACTS / "tools/mutation/compile.js"), str(self.copy), json.dumps(self.settings)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        self.mutants = self._mutants()

    def _settings(self) -> dict:
        config = json.loads(subprocess.run(["forge", "config", "--json"], cwd=self.copy, env=self.environment, check=True, capture_output=True, text=True).stdout)
        return {
            "remappings": (self.copy / "remappings.txt").read_text().split(),
            "optimizer": {"enabled": config["optimizer"], "runs": config["optimizer_runs"]},
            "viaIR": config["via_ir"],
            "evmVersion": config["evm_version"],
            "metadata": {"bytecodeHash": config["bytecode_hash"], "appendCBOR": config["cbor_metadata"]},
        }

    def _compile(self, **request) -> dict:
        self.compiler.stdin.write(json.dumps(request) + "\n")
        self.compiler.stdin.flush()
        return json.loads(self.compiler.stdout.readline())

    # ---- the mutants

    def _mutants(self) -> list[tuple[Mutant, str | None]]:
        """All that slither's mutators propose for our sources, each with how it can be embedded."""
        known = self.work / "mutants.json"
        if known.exists():
            return [(Mutant(**entry["mutant"]), entry["how"]) for entry in json.loads(known.read_text())]
        from slither import Slither
        from slither.tools.mutator.mutators import all_mutators
        from slither.tools.mutator.mutators.abstract_mutator import AbstractMutator

        os.chdir(self.copy)
        os.environ["PATH"] = self.environment["PATH"]
        core = Slither(".", ignore_compile=True, foundry_out_directory=str(self.trees))
        kinds = [kind for kind in vars(all_mutators).values() if isinstance(kind, type) and issubclass(kind, AbstractMutator) and kind.NAME]
        found: dict[tuple, tuple[Mutant, str | None]] = {}
        trees: dict[str, dict] = {}
        for unit in core.compilation_units:
            for contract in unit.contracts:
                path = Path(contract.source_mapping.filename.absolute)
                file = str(path.relative_to(self.copy)) if path.is_relative_to(self.copy) else ""
                if contract.is_interface or self._subject_of(file) is None:
                    continue
                for kind in kinds:
                    mutator = kind(unit, 0, "", "", contract, None, False, self.work, [])
                    try:
                        patches = mutator._mutate().get("patches", {})
                    except Exception as problem:  # slither's own loop goes on, too
                        print(f"mutate: {kind.NAME} fails on {contract.name}: {problem}")
                        continue
                    for patch in patches.get(str(path), []):
                        mutant = Mutant(file, patch["start"], patch["end"], patch["line_number"], kind.NAME, patch["old_string"], patch["new_string"])
                        if mutant.old == mutant.new or mutant.key in found or kind.NAME in EXCUSED_OPERATORS:
                            continue
                        if file not in trees:
                            trees[file] = index(self._tree(file))
                        found[mutant.key] = (mutant, shape(mutant, trees[file]))
        mutants = sorted(found.values(), key=lambda entry: entry[0].key)
        known.write_text(json.dumps([{"mutant": vars(mutant), "how": how} for mutant, how in mutants]))
        return mutants

    def _tree(self, file: str) -> dict:
        for path in (self.trees / Path(file).name).glob("*.json"):
            tree = json.loads(path.read_text()).get("ast")
            if tree and tree["absolutePath"] == file:
                return tree
        raise SystemExit(f"no syntax tree of {file}")

    @staticmethod
    def _subject_of(file: str) -> str | None:
        if file.startswith("src/arbitration/I"):
            return None
        for subject, (prefixes, _) in SUBJECTS.items():
            if any(file.startswith(prefix) for prefix in prefixes):
                return subject
        return None

    # ---- verdicts

    def subject(self, subject: str) -> None:
        mine = [(number, mutant, how) for number, (mutant, how) in enumerate(self.mutants, 1) if self._subject_of(mutant.file) == subject]
        drawn = sorted((entry for entry in mine if entry[2]), key=lambda entry: hashlib.sha256(repr(entry[1].key).encode()).digest())
        refused = [entry for entry in drawn if self.verdicts.get(str(entry[0])) == "uncompilable"]
        open_ = [entry for entry in drawn[: self.sample + len(refused)] if str(entry[0]) not in self.verdicts]
        print(f"mutate: {subject}: {len(mine)} proposed, {sum(1 for entry in mine if entry[2])} can be embedded, {len(open_)} to do", flush=True)
        for batch in batches(open_, MOST_PER_BUILD):
            if time.monotonic() > self.until:
                print("mutate: out of time", flush=True)
                return
            self._batch(subject, batch)

    def _batch(self, subject: str, batch: list) -> None:
        if not batch:
            return
        begun = time.monotonic()
        batch, sources, embedded = self._without_errors(batch)
        files = {mutant.file for _, mutant, _ in batch}
        code = [[file, Path(file).stem] for file in DEPLOYED if (self.copy / file).exists() and files & self._imports(file)]
        answer = self._compile(code=code, sources=sources)
        if answer["errors"]:
            if len(batch) == 1:
                self._verdict(batch[0][0], "uncompilable")
                return
            print(f"mutate: {subject}: {answer['errors'][0]['message'][:100]}: halving {len(batch)}", flush=True)
            self._batch(subject, batch[::2])
            self._batch(subject, batch[1::2])
            return
        self._install(answer["codes"])
        first = f"test/{SUBJECTS[subject][1]}*"
        unfit = self._baseline(["--match-path", first])
        unfit_all = self._baseline([])
        print(f"mutate: {subject}: {len(batch)} mutants built in {time.monotonic() - begun:.0f} s, unfit tests: {sorted(unfit | unfit_all)}", flush=True)
        skip = lambda names: ["--no-match-test", f"^({'|'.join(sorted(names))})$"] if names else []

        def judge(entry):
            if time.monotonic() > self.until:
                return
            number, mutant, _ = entry
            killed = self._kills(number, ["--match-path", first, *skip(unfit)]) or self._kills(number, skip(unfit_all))
            self._verdict(number, killed or "survived")
            if not killed:
                print(f"  survived: {mutant.file}:{mutant.line} {mutant.operator}: {mutant.old!r} -> {mutant.new!r}", flush=True)

        with ThreadPoolExecutor(self.jobs) as pool:
            list(pool.map(judge, batch))
        print(f"mutate: {subject}: batch done in {time.monotonic() - begun:.0f} s", flush=True)

    def _without_errors(self, batch: list) -> tuple[list, dict, dict]:
        """Drops what the compiler refuses, as slither-mutate does."""
        while True:
            embedded = {}
            for file in {mutant.file for _, mutant, _ in batch}:
                mine = [entry for entry in batch if entry[1].file == file]
                embedded[file] = Embedding(file, (self.copy / file).read_bytes(), mine)
            sources = {file: embedding.text.decode() for file, embedding in embedded.items()} | {SWITCH_PATH: SWITCH}
            errors = self._compile(check=list(embedded), sources=sources)["errors"]
            if not errors:
                return batch, sources, embedded
            refused = set()
            for error in errors:
                location = error["sourceLocation"] or {}
                embedding = embedded.get(location.get("file"))
                number = embedding.culprit(location) if embedding else None
                if number is None and embedding:
                    # Behind the last mutant that begins before it: `else` branches and what follows a switch.
                    before = [place for place in embedding.places if place[0] <= location["start"]]
                    number = max(before)[2] if before else None
                if number is None:
                    raise SystemExit(f"the compiler complains of nothing of ours: {error}")
                refused.add(number)
            for number in refused:
                self._verdict(number, "uncompilable")
            batch = [entry for entry in batch if entry[0] not in refused]

    def _imports(self, file: str, seen: set | None = None) -> set[str]:
        import re
        seen = set() if seen is None else seen
        if file in seen or not (self.copy / file).exists():
            return seen
        seen.add(file)
        for target in re.findall(r'from "(\.[^"]+)"', (self.copy / file).read_text()):
            self._imports(os.path.normpath(os.path.join(os.path.dirname(file), target)), seen)
        return seen

    def _install(self, codes: dict) -> None:
        shutil.rmtree(self.copy / "out")
        shutil.copytree(self.work / "built", self.copy / "out")
        for name, code in codes.items():
            path = self.copy / "out" / f"{name}.sol" / f"{name}.json"
            artifact = json.loads(path.read_text())
            artifact["bytecode"]["object"] = "0x" + code["creation"]
            artifact["deployedBytecode"]["object"] = "0x" + code["runtime"]
            path.write_text(json.dumps(artifact))

    def _forge(self, number: int, arguments: list[str]) -> subprocess.CompletedProcess:
        command = ["forge", "test", "--block-coinbase", f"0x{number:040x}", *arguments]
        # A counterexample kept from one mutant would be tried on all others, and a short one fails `afterInvariant`.
        with tempfile.TemporaryDirectory() as failures:
            environment = self.environment | {f"FOUNDRY_{kind}_FAILURE_PERSIST_DIR": failures for kind in ("FUZZ", "INVARIANT")}
            return subprocess.run(command, cwd=self.copy, env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECS)

    def _baseline(self, arguments: list[str]) -> set[str]:
        """Tests that fail with all switches off: they look at gas or code. They take no part."""
        found = self._forge(len(self.mutants) + 1, ["--json", *arguments])
        line = next((line for line in found.stdout.splitlines() if line.startswith("{")), None)
        if line is None:
            raise SystemExit(f"no tests ran:\n{found.stdout[-2000:]}{found.stderr[-2000:]}")
        suites = json.loads(line)
        failed = {name.split("(")[0] for suite in suites.values() for name, result in suite["test_results"].items() if result["status"] == "Failure"}
        if "setUp" in failed:
            raise SystemExit("a set-up fails without any mutant")
        return failed

    def _kills(self, number: int, arguments: list[str]) -> str | None:
        try:
            found = self._forge(number, ["--fail-fast", *arguments])
        except subprocess.TimeoutExpired:
            return "killed (timeout)"
        if found.returncode == 0:
            return None
        if "[FAIL" not in found.stdout:
            raise SystemExit(f"forge failed, but no test did:\n{found.stdout[-2000:]}{found.stderr[-2000:]}")
        return "killed"

    def _verdict(self, number: int, verdict: str) -> None:
        self.verdicts[str(number)] = verdict
        partial = self.verdicts_path.with_suffix(".partial")
        partial.write_text(json.dumps(self.verdicts))
        partial.rename(self.verdicts_path)

    # ---- the summary

    def summarise(self, tests: str) -> None:
        target = CONTRACTS / "mutation.json"
        earlier = json.loads(target.read_text()) if target.exists() else {"contracts": {}}
        reasons = {(entry["file"], entry["operator"], entry["old"], entry["new"]): entry["reason"] for summary in earlier["contracts"].values() for entry in summary["survivors"]}
        contracts = {}
        total = [0, 0]
        for subject in SUBJECTS:
            counted = {"killed": 0, "survived": 0, "uncompilable": 0, "not_embedded": 0, "not_tested": 0}
            survivors = []
            for number, (mutant, how) in enumerate(self.mutants, 1):
                if self._subject_of(mutant.file) != subject:
                    continue
                verdict = self.verdicts.get(str(number), "not_tested" if how else "not_embedded").split()[0]
                counted[verdict] += 1
                if verdict == "survived":
                    named = {"file": mutant.file, "line": mutant.line, "operator": mutant.operator, "old": mutant.old, "new": mutant.new}
                    survivors.append(named | {"reason": reasons.get((mutant.file, mutant.operator, mutant.old, mutant.new), "")})
            # Whoever gives the reason answers for it: what behaves the same, no test can tell.
            counted["equivalent"] = sum(1 for survivor in survivors if survivor["reason"].startswith("Equivalent:"))
            judged = counted["killed"] + counted["survived"] - counted["equivalent"]
            total[0] += counted["killed"]
            total[1] += judged
            contracts[subject] = counted | {"score": round(100 * counted["killed"] / judged, 1) if judged else None, "survivors": survivors}
        overall = round(100 * total[0] / total[1], 1) if total[1] else None
        text = json.dumps({"tests": tests, "overall": overall, "contracts": contracts}, indent=2, ensure_ascii=False) + "\n"
        target.write_text(text)
        for subject, summary in contracts.items():
            print(f"{subject:<18} {summary['killed']:>5} killed {summary['survived']:>4} survived ({summary['equivalent']} equivalent)  {summary['score']} %  ({summary['not_tested']} not tested)")
        print(f"overall {overall} %")


if __name__ == "__main__":
    main()
