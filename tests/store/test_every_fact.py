"""Every documented fact about what a store does has a test that is named by its number, such as test_fact_45_..."""

from __future__ import annotations

import ast
from pathlib import Path

from docs.pages import page, rows

ELSEWHERE = {
    1: "the request: wire, delivery",
    2: "the envelope: contract, payload",
    4: "no event has an id: contract, ordering",
    5: "the order of delivery: delivery, ordering",
    8: "the vendor's example: contract",
    9: "the form of a date: contract, payload",
    10: "the zone of a date: payload, ordering",
    14: "types of ids: contract",
    15: "names of ids: contract",
    18: "the signature: wire",
    19: "the time of the signature: wire, delivery",
    27: "reading back: rest",
    37: "errors of the REST API: rest",
    38: "objects of the REST API: rest",
    39: "lists of the REST API: rest",
    40: "receipts and paid orders of the REST API: rest",
    52: "webhook v1, which is not simulated: docs/fidelity.md",
    54: "verifiers of the vendor: wire",
}
"""Documented facts that are not about what a store does, and where they count."""


def _documented() -> set[int]:
    """The rows of docs/facts.md with evidence D."""
    return {
        int(number)
        for number, _, evidence in (row for row in rows(page("facts")) if len(row) == 3 and row[0].isdecimal())
        if "D" in evidence.replace("(", " ").replace(",", " ").split()
    }


def _named() -> set[int]:
    """The facts that the names of the store's tests tell."""
    found: set[int] = set()
    for file in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_fact_"):
                found.add(int(node.name.removeprefix("test_fact_").partition("_")[0]))
    return found


def test_every_documented_fact_about_the_store_has_a_test_of_its_number() -> None:
    documented = _documented()
    assert len(documented) > 30
    assert sorted(documented - set(ELSEWHERE) - _named()) == [], "write test_fact_<number>_... in tests/store"


def test_what_counts_elsewhere_is_documented_and_has_no_test_here() -> None:
    assert sorted(set(ELSEWHERE) - _documented()) == []
    assert sorted(set(ELSEWHERE) & _named()) == []
