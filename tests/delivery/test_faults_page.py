"""The page of the faults says what the faults say, and its Python runs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from docs.pages import ROOT, blocks_of, code_in, page, rows, section

from steppay_mock.delivery import faults
from steppay_mock.delivery.faults import FAULTS

VERDICTS = {"accepted": "takes it", "refused": "refuses it", "either": "takes or refuses it"}


def test_the_tables_are_the_faults() -> None:
    """On failure, the rows as they ought to be."""
    expected = [
        (f"`{fault.name}`", fault.family, VERDICTS[fault.expects], fault.description, fault.reason)
        for fault in FAULTS.values()
    ]
    assert rows(section("faults", "All faults")) == expected


def test_the_names_in_python_are_those_of_the_package() -> None:
    named = [re.split(r"[(.]", code_in(row[0])[0])[0] for row in rows(section("faults", "In Python"))]
    assert {name for name in named if name != "fault" and not hasattr(faults, name)} == set()


def test_the_faults_that_need_a_socket_are_named() -> None:
    told = code_in(section("faults", "The connection").partition("|")[0])
    others = [fault.name for fault in FAULTS.values() if fault.needs_socket and fault.family != "connection"]
    assert told == others
    assert all(fault.needs_socket for fault in FAULTS.values() if fault.family == "connection")


def test_the_page_refers_only_to_facts_that_exist() -> None:
    named = {
        int(number) for text in re.findall(r"facts? [0-9 and,]+", page("faults")) for number in re.findall(r"\d+", text)
    }
    assert named
    assert named <= {*range(1, 33), 34}


@pytest.mark.filterwarnings("error")
def test_the_python_of_the_page_runs_from_top_to_bottom() -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks_of("faults"):
        assert block.language == "python"
        exec(compile(block.at_its_place, str(ROOT / "docs" / "faults.md"), "exec", dont_inherit=True), namespace)
    assert namespace["statuses"]["answer-lost"] is None
