"""The pages as the tests of them read them: their blocks, their tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from steppay_mock.store.scenarios.registry import forget_scenarios

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page, and the line on which its content begins."""

    page: str
    language: str
    text: str
    line: int

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def at_its_place(self) -> str:
        """The text below as many empty lines as stand above it, so that tracebacks name lines of the page."""
        return "\n" * (self.line - 1) + self.text


def page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def blocks_of(name: str) -> Iterator[Block]:
    text = page(name)
    for match in BLOCK.finditer(text):
        yield Block(name, match[1], match[2], text.count("\n", 0, match.start(2)) + 1)


def run_python(name: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Run the Python of a page from top to bottom, and compare what it prints; the variables that it leaves."""
    found = list(blocks_of(name))
    assert "python" in {block.language for block in found}, f"{name} has no Python to run"
    namespace: dict[str, Any] = {"__name__": "__main__"}
    file = ROOT / "docs" / f"{name}.md"
    try:
        for block, following in zip(found, [*found[1:], None], strict=True):
            if block.language != "python":
                continue
            exec(compile(block.at_its_place, str(file), "exec", dont_inherit=True), namespace)
            printed = capsys.readouterr().out
            if "print(" in block.text and following is not None and following.language == "text":
                assert printed == following.text, f"{following}: this is what is printed"
    finally:
        forget_scenarios(file)
    return namespace


def section(name: str, heading: str) -> str:
    """What stands under a heading, with what stands under the lesser headings below it."""
    text = page(name)
    found = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert found, f"docs/{name}.md has no heading {heading!r}"
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", BLOCK.sub(lambda block: " " * len(block[0]), rest), re.MULTILINE)
    return rest[: end.start()] if end else rest


def rows(text: str) -> list[tuple[str, ...]]:
    """The rows of every table in the text, without their heads."""
    found: list[tuple[str, ...]] = []
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        lines = [tuple(cell.strip() for cell in line.strip().strip("|").split("|")) for line in table.splitlines()]
        assert {len(line) for line in lines} == {len(lines[0])}, f"a table is ragged: {lines[0]}"
        found += lines[2:]
    return found


def code_in(cell: str) -> list[str]:
    """What a cell shows as code."""
    return re.findall(r"`([^`]+)`", cell)
