"""The page of the scorecard lists all checks, causes, findings of the control, and options."""

from __future__ import annotations

import re

from docs.pages import code_in, page, rows

from steppay_mock.conformance import control, mistaken_forms
from steppay_mock.conformance.catalogue import CHECKS
from steppay_mock.conformance.causes.find import CAUSES
from steppay_mock.conformance.finding import CONTROL
from steppay_mock.conformance.kinds import FAMILIES, SEVERITIES
from steppay_mock.conformance.options import CheckOptions
from steppay_mock.delivery.address.access import AccessOptions


def part(heading: str) -> str:
    """The text below the heading, up to the next one of any level."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", page("check"), re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[1]


def test_every_check_has_its_row_in_the_part_of_its_family() -> None:
    """On failure, the rows as they ought to be."""
    for family in FAMILIES:
        expected = [
            (f"`{one.name}`", one.severity, one.asks, ", ".join(map(str, one.facts)) or "-")
            for one in CHECKS
            if one.family == family
        ]
        assert rows(part(family)) == expected, family


def test_every_cause_has_its_row() -> None:
    assert rows(part("Causes")) == [(f"`{one.family}/{one.name}`", one.summary) for one in CAUSES]


def test_every_severity_and_every_option_has_its_row() -> None:
    assert [row[0] for row in rows(part("The card")) if row[0] in SEVERITIES] == list(SEVERITIES)
    listed = {name for row in rows(part("Options")) for name in code_in(row[0])}
    passed_on = set(code_in(part("Options").rpartition("`seed`")[2].partition("are those of")[0]))
    assert listed | passed_on == set(CheckOptions.__annotations__)
    assert passed_on >= set(AccessOptions.__annotations__)


def test_every_finding_of_the_control_is_named_or_a_form_of_it() -> None:
    named = {name for row in rows(part(CONTROL)) for name in code_in(row[0])}
    walls = {name for name, _ in control._WALLS.values()}
    forms = {form.name for form in (*mistaken_forms.signature_forms(), *mistaken_forms.event_forms())}
    assert walls <= named
    assert {
        "verifies-re-serialised-body",
        "looks-for-another-header",
        "expects-hex",
        "reads-eventType",
    } <= named & forms
