"""The table of tests that take long names tests that exist, and `make test` has its part of each."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from thinning import mark_thinned, read_table

ROOT = Path(__file__).parents[2]


class NamedItem:
    """As much of a test as is needed to choose it."""

    def __init__(self, nodeid: str) -> None:
        self.nodeid = nodeid
        self.markers: list[str] = []

    def add_marker(self, marker: str) -> None:
        self.markers.append(marker)


def test_every_entry_names_a_test() -> None:
    for name in read_table():
        file, _, test = name.partition("::")
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        names = {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert test.rpartition("::")[2] in names, f"take {name} out of tests/thinned.toml, or give its new name"


@pytest.mark.parametrize(("every", "left"), [(0, []), (1, ["a", "b", "c", "d"]), (2, ["a", "c"]), (3, ["a", "d"])])
def test_every_which_example_is_left_whatever_their_order(
    every: int, left: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thinning.read_table", lambda: {"f.py::test_it": every})
    for order in ("abcd", "dbca"):
        items = [NamedItem(f"f.py::test_it[{one}]") for one in order] + [NamedItem("f.py::test_it_not")]
        mark_thinned(items)  # type: ignore[arg-type]
        kept = [one.nodeid for one in items if not one.markers]
        assert sorted(kept) == [*(f"f.py::test_it[{one}]" for one in left), "f.py::test_it_not"]
