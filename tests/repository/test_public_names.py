"""Everything that users need is in ``steppay_mock`` itself, and its pages and examples import from nowhere deeper."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import steppay_mock

ROOT = Path(__file__).parents[2]

# It replaces Python's sockets when it is imported, so it is no name of the package.
DEEP = {"steppay_mock.delivery.locust"}

READ_BY_USERS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("README*.md"),
        *ROOT.glob("examples/**/*.py"),
        *ROOT.glob("examples/**/*.md"),
    )
)
_IMPORT = re.compile(r"^\s*(?:from|import)\s+((?:steppay_mock|pytest_steppay)\.[\w.]+)", re.MULTILINE)
_IN_PROSE = re.compile(r"`(steppay_mock\.\w+\.\w+)`")


def deep_paths(text: str) -> set[str]:
    """The modules below the package that a text imports, or tells its reader to import."""
    return {*_IMPORT.findall(text), *_IN_PROSE.findall(text)} - DEEP


def test_no_page_and_no_example_imports_a_deep_path() -> None:
    assert len(READ_BY_USERS) > 30
    deep = {name: deep_paths((ROOT / name).read_text(encoding="utf-8")) for name in READ_BY_USERS}
    found = {name: paths for name, paths in deep.items() if paths}
    assert not found, "Export what is needed in steppay_mock/__init__.py, and import it from steppay_mock."


@pytest.mark.parametrize(
    "text",
    [
        "from steppay_mock.delivery.endpoint import Endpoint",
        "    from steppay_mock.ordering.saving import saving_objects",
        "import steppay_mock.delivery.deliver",
        "It is in `steppay_mock.ordering.saving`.",
        "from pytest_steppay.door import StepPay",
    ],
)
def test_deep_paths_are_found(text: str) -> None:
    assert deep_paths(f"words\n{text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "from steppay_mock import Endpoint",
        "import steppay_mock",
        "from steppay_mock.delivery.locust import StepPayUser",
        "`python -m steppay_mock.cli`",
        "E       steppay_mock.errors.OrderViolation: When event 2",
    ],
)
def test_other_paths_are_not(text: str) -> None:
    assert not deep_paths(f"words\n{text}\n")


def test_the_three_lists_of_names_are_one() -> None:
    """Type checkers read the imports, readers ``__all__``, and Python the table."""
    tree = ast.parse((ROOT / "steppay_mock" / "__init__.py").read_text(encoding="utf-8"))
    [checked] = [node for node in tree.body if isinstance(node, ast.If)]
    imported = {
        alias.name: str(node.module).removeprefix("steppay_mock.")
        for node in checked.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    modules = {name: f"{imported[name]}.{name}" for name in steppay_mock._MODULES}
    assert {**imported, **modules} == {**steppay_mock._HOMES, **steppay_mock._MODULES}
    assert {*imported} == {*steppay_mock.__all__}
