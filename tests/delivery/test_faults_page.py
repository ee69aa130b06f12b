"""The page of the faults says what the faults say, and its Python runs."""

from __future__ import annotations

import re

import pytest
from docs.pages import code_in, page, rows, run_python, section

import steppay_mock
from steppay_mock.delivery.faults import FAULTS
from steppay_mock.delivery.faults.fault import Fault

VERDICTS = {"accepted": "takes it", "refused": "refuses it", "either": "takes or refuses it"}


def test_the_tables_are_the_faults() -> None:
    """On failure, the rows as they ought to be."""
    expected = [
        (f"`{fault.name}`", fault.family, VERDICTS[fault.expects], fault.description, fault.reason)
        for fault in FAULTS.values()
    ]
    assert rows(section("faults", "All faults")) == expected


def test_the_names_in_python_are_those_of_the_package() -> None:
    named = [re.split(r"[(.]", name) for row in rows(section("faults", "In Python")) for name in code_in(row[0])]
    assert {name for name, *_ in named if name != "fault" and not hasattr(steppay_mock, name)} == set()
    attributes = {attribute for name, attribute in filter(lambda one: one[0] == "fault", named)}
    public = {name for name in dir(Fault) if not name.startswith("_")}
    assert attributes == public - {"make", "apply", "met_by"}  # what makes requests of it is not for users


def test_the_faults_that_need_a_socket_are_named() -> None:
    told = code_in(section("faults", "The connection").partition("|")[0])
    others = [fault.name for fault in FAULTS.values() if fault.needs_socket and fault.family != "connection"]
    assert told == others
    assert {fault.needs_socket for fault in FAULTS.values() if fault.family == "connection"} == {True}


def test_the_page_refers_only_to_facts_that_exist() -> None:
    named = {
        int(number) for text in re.findall(r"facts? [0-9 and,]+", page("faults")) for number in re.findall(r"\d+", text)
    }
    assert named
    assert named <= {*range(1, 33), 34}


@pytest.mark.filterwarnings("error")
@pytest.mark.filterwarnings("error")
def test_the_python_of_the_page_runs_from_top_to_bottom_and_prints_what_it_shows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run_python("faults", capsys)["statuses"]["answer-lost"] is None
