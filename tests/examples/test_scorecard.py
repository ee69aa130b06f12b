"""The example receivers have no finding, and one line broken is the finding that it should be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from examples.breaks import BREAKS
from examples.card_of_copy import card_of
from examples.copies import IN_NODE, Break, card_of_copy
from node_programs import require_express

if TYPE_CHECKING:
    from examples.conftest import Receiver


def test_an_example_has_no_finding(receiver: Receiver) -> None:
    card = card_of(receiver, quick=True)
    assert (card.findings, card.ok) == ((), True), card.report()


@pytest.mark.node
@pytest.mark.parametrize("framework", ["express", pytest.param("nextjs", marks=pytest.mark.exhaustive)])
def test_an_example_in_node_has_no_finding(framework: str, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    require_express(pytestconfig)
    card = card_of_copy(framework, tmp_path)
    assert (card.findings, card.ok) == ([], True), card.report


@pytest.mark.exhaustive
@pytest.mark.parametrize("framework", ["flask", "django", "fastapi"])
def test_no_order_is_too_much_for_an_example(framework: str, tmp_path: Path) -> None:
    card = card_of_copy(framework, tmp_path, quick=False)
    assert (card.findings, card.ok) == ([], True), card.report


@pytest.mark.exhaustive
@pytest.mark.node
@pytest.mark.parametrize("framework", IN_NODE)
def test_no_order_is_too_much_for_an_example_in_node(
    framework: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    require_express(pytestconfig)
    card = card_of_copy(framework, tmp_path, quick=False)
    assert (card.findings, card.ok) == ([], True), card.report


def cases() -> list[object]:
    """Each break of each framework: all but the first of a framework are exhaustive."""
    return [
        pytest.param(
            framework,
            broken,
            id=f"{framework}-{broken.finding}",
            marks=[
                *([pytest.mark.node] if framework in IN_NODE else []),
                *([pytest.mark.exhaustive] if place else []),
            ],
        )
        for framework, breaks in BREAKS.items()
        for place, broken in enumerate(breaks)
    ]


@pytest.mark.parametrize(("framework", "broken"), cases())
def test_one_line_broken_is_that_finding(
    framework: str, broken: Break, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    if framework in IN_NODE:
        require_express(pytestconfig)
    card = card_of_copy(framework, tmp_path, broken=broken, quick=broken.quick)
    assert card.findings == [broken.finding], card.report
