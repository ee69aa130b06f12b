"""The page of deliveries names all of a report and of an outcome, and every code of a failure."""

from __future__ import annotations

from dataclasses import fields

from docs.pages import code_in, rows, section

from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.outcome import Outcome
from steppay_mock.delivery.report import FAILURES_KEPT, OUTCOMES_KEPT, Report


def named_in(heading: str, *, first: str) -> set[str]:
    """What the first column shows as code in the table under a heading whose first column is called so."""
    text = section("delivery", heading)
    begin = text.index(f"| {first} |")
    table = rows(text[begin:].partition("\n\n")[0] + "\n")
    return {name.removesuffix("()") for row in table for name in code_in(row[0])}


def test_the_table_of_the_report_names_all_of_it() -> None:
    public = {name for name in dir(Report) if not name.startswith("_")}
    assert named_in("The report", first="of a report") == public - {"count", "index"}  # of every sequence


def test_the_table_of_an_outcome_names_all_of_it() -> None:
    public = {name for name in dir(Outcome) if not name.startswith("_")} | {one.name for one in fields(Outcome)}
    assert named_in("An outcome", first="of an outcome") - {"str(outcome)"} == public


def test_the_limits_are_those_of_the_report() -> None:
    text = section("delivery", "Limits of what is kept")
    assert f"at most {OUTCOMES_KEPT:,} deliveries" in text
    assert f"the first {FAILURES_KEPT}" in text


def test_the_codes_are_those_of_the_failures() -> None:
    named = named_in("Failures", first="code") | named_in("What this machine lacks", first="code")
    assert {name.strip('"') for name in named} == {*Failure}
