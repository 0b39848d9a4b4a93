"""Many mutants in one source: each is behind a switch, so that one build serves all of them.

A switch is `Mutant.on(17)`: whether the block's coinbase is 17, which `forge test --block-coinbase` sets. Nothing of
ours reads the coinbase.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SWITCH = """// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

library Mutant {
    function on(uint160 id) internal pure returns (bool) {
        function(uint160) view returns (bool) impure = _on;
        function(uint160) pure returns (bool) asked;
        assembly {
            asked := impure
        }
        return asked(id);
    }

    function _on(uint160 id) private view returns (bool) {
        return block.coinbase == address(id);
    }
}
"""
SWITCH_PATH = "src/mutation/Mutant.sol"

STATEMENTS = {"ExpressionStatement", "Return", "RevertStatement", "EmitStatement", "PlaceholderStatement", "Break", "Continue"}
PLACES = {"Block", "UncheckedBlock", "IfStatement", "ForStatement", "WhileStatement"}


@dataclass(frozen=True)
class Mutant:
    """What slither-mutate would write in place of `old`, at byte `start` of `file`."""

    file: str
    start: int
    end: int
    line: int
    operator: str
    old: str
    new: str

    @property
    def key(self) -> tuple:
        return (self.file, self.operator, self.start, self.old, self.new)


def index(tree: dict) -> dict:
    """Nodes of a syntax tree by their byte range, outermost first, each with its parent and its name in it."""
    found: dict = {}

    def walk(node, parent, role):
        if isinstance(node, list):
            for element in node:
                walk(element, parent, role)
        elif isinstance(node, dict):
            if "nodeType" in node and "src" in node:
                start, length, _ = (int(part) for part in node["src"].split(":"))
                found.setdefault((start, start + length), []).append((node, parent, role))
                parent = node
            for name, value in node.items():
                if name not in ("typeDescriptions", "src"):
                    walk(value, parent, name)

    walk(tree, None, None)
    return found


def shape(mutant: Mutant, nodes: dict) -> str | None:
    """How the mutant can be switched on: as a statement, a declaration or an expression. None: not at all."""
    if mutant.operator == "FHR":
        return None  # visibility and mutability: nothing that a call could tell
    for node, parent, role in nodes.get((mutant.start, mutant.end), []):
        kind = node["nodeType"]
        if kind in STATEMENTS and parent["nodeType"] in PLACES:
            if role in ("loopExpression", "initializationExpression"):
                return None
            return "statement"
        if kind == "VariableDeclarationStatement" and role == "statements":
            return declaration_shape(mutant, node)
        if node.get("typeDescriptions", {}).get("typeString") == "bool":
            return None if mutant.new.startswith("//") else "expression"
    return None


def declaration_shape(mutant: Mutant, node: dict) -> str | None:
    if mutant.operator == "RR":
        return "before"
    if mutant.operator == "CR" or len(node["declarations"]) != 1 or "=" not in mutant.old:
        return None
    declared = node["declarations"][0]
    if declared.get("storageLocation") in ("storage", "calldata"):
        return None
    head = mutant.old.split("=", 1)[0]
    if mutant.new.strip() == head.strip():
        return "declaration"  # without its value
    return "declaration" if mutant.new.split("=", 1)[0] == head and "=" in mutant.new else None


class Embedding:
    """A file with switches, and where each mutant's text came to lie in it (for the compiler's complaints)."""

    def __init__(self, file: str, text: bytes, mutants: list[tuple[int, Mutant, str]]):
        self.places: list[tuple[int, int, int]] = []
        groups: dict[tuple[int, int], list] = {}
        for number, mutant, how in mutants:
            groups.setdefault((mutant.start, mutant.end), []).append((number, mutant, how))
        depth = file.count("/") - 1
        up = "./" + "../" * depth if depth else "./"
        parts: list[bytes] = []
        self._length = 0
        self._parts = parts
        at = 0
        for (start, end), members in sorted(groups.items()):
            self._add(text[at:start])
            old = text[start:end]
            # A bare `return;` reaches over its semicolon.
            old = old.removesuffix(b";")
            tail = re.match(rb"\s*;", text[start + len(old) :])
            at = end
            hows = {how for _, _, how in members}
            if hows == {"expression"}:
                self._add(b"(")
                for number, mutant, _ in members:
                    self._mutant(number, f"Mutant.on({number}) ? ({mutant.new}) : ".encode())
                self._add(b"(" + old + b"))")
                continue
            if tail is None:
                raise ValueError(f"{file}: no semicolon behind {old!r}")
            at = start + len(old) + tail.end()
            if hows & {"before", "declaration"}:
                self._declaration(old, members)
            else:
                self._add(b"{ ")
                for number, mutant, _ in members:
                    self._mutant(number, f"if (Mutant.on({number})) {{ {statement(mutant)} }} else ".encode())
                self._add(b"{ " + old + b"; } }")
        self._add(text[at:])
        pragma = re.search(rb"pragma solidity [^;]*;", b"".join(parts))
        insert = f'\nimport {{Mutant}} from "{up}{SWITCH_PATH.removeprefix("src/")}";'.encode()
        whole = b"".join(parts)
        self.text = whole[: pragma.end()] + insert + whole[pragma.end() :]
        self.places = [(a + len(insert), b + len(insert), number) for a, b, number in self.places]

    def _add(self, text: bytes) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _mutant(self, number: int, text: bytes) -> None:
        self.places.append((self._length, self._length + len(text), number))
        self._add(text)

    def _declaration(self, old: bytes, members: list) -> None:
        for number, _, how in members:
            if how == "before":
                self._mutant(number, f"if (Mutant.on({number})) revert(); ".encode())
        changed = [(number, mutant) for number, mutant, how in members if how == "declaration"]
        if not changed:
            self._add(old + b";")
            return
        head, value = old.decode().split("=", 1)
        name = head.split()[-1]
        self._add(f"{head.strip()}; ".encode())
        for number, mutant in changed:
            other = f"{name} = {mutant.new.split('=', 1)[1]};" if "=" in mutant.new else ""
            self._mutant(number, f"if (Mutant.on({number})) {{ {other} }} else ".encode())
        self._add(f"{{ {name} = {value}; }}".encode())

    def culprit(self, location: dict) -> int | None:
        """Which mutant the compiler complains of, if it is one."""
        for start, end, number in self.places:
            if start <= location["start"] < end:
                return number
        return None


def statement(mutant: Mutant) -> str:
    """Of several lines `//` would comment out the first: here the statement goes as a whole."""
    return "" if mutant.new.startswith("//") else f"{mutant.new};"


def batches(mutants: list, most: int) -> list[list]:
    """Splits `(number, mutant, how)` into builds in which no two ranges overlap, unless they are the same."""
    made: list[tuple[dict, list]] = []
    for entry in mutants:
        mutant = entry[1]
        for ranges, members in made:
            taken = ranges.setdefault(mutant.file, [])
            mine = (mutant.start, mutant.end)
            if len(members) < most and all(one == mine or one[1] <= mine[0] or mine[1] <= one[0] for one in taken):
                taken.append(mine)
                members.append(entry)
                break
        else:
            made.append(({mutant.file: [(mutant.start, mutant.end)]}, [entry]))
    return [members for _, members in made]
