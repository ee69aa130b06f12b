"""Writes a scorecard as JUnit XML: a test case for each check, which fails in CI where the card is not ok."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from steppay_mock.ordering.report.junit import junit_case, junit_xml
from steppay_mock.ordering.report.markup import fit

if TYPE_CHECKING:
    from steppay_mock.conformance.check import CheckResult
    from steppay_mock.conformance.finding import Finding
    from steppay_mock.conformance.outputs.card_data import CardData

_SUITE = "steppay-mock check"


def write_junit(card: CardData) -> str:
    """The XML. Findings that are a must are failures; of the others the report is in the output of their check."""
    # JUnit knows no warnings: were a "should" a failure, CI would refuse a receiver that the command lets pass.
    properties = [("receiver", card.receiver), ("headline", card.headline), ("seed", str(card.seed))]
    return junit_xml(list(_cases(card)), name=_SUITE, seconds=card.elapsed, properties=properties)


def _cases(card: CardData) -> Iterator[Element]:
    told: set[str] = set()
    by_check = {name: one for one in card.findings for name in (one.full_name, *one.explains)}
    names = {one.check.full_name for one in card.checks}
    for finding in card.findings:
        if names.isdisjoint({finding.full_name, *finding.explains}):  # of the control: no check failed for it
            case = _case(finding.family, finding.check)
            _tell(case, finding, finding.report())
            yield case
    for one in card.checks:
        yield _case_of(one, by_check.get(one.check.full_name), told)
    if not card.passed and not card.findings:
        case = _case("control", "something-is-checked")
        SubElement(case, "error", type="control", message=fit(card.headline))
        yield case


def _case_of(one: CheckResult, finding: Finding | None, told: set[str]) -> Element:
    case = _case(one.check.family, one.check.name)
    if one.outcome == "skipped":
        SubElement(case, "skipped", message=fit(one.judgement.why))
    elif one.outcome == "failed" and finding is not None:
        first = finding.full_name not in told
        told.add(finding.full_name)
        _tell(case, finding, finding.report() if first else f"It fails for {finding.full_name}, which is told above.")
    return case


def _tell(case: Element, finding: Finding, report: str) -> None:
    if finding.severity == "must":
        failure = SubElement(case, "failure", type=finding.full_name, message=fit(finding.summary))
        failure.text = fit(report)
    else:
        SubElement(case, "system-out").text = fit(report)


def _case(family: str, name: str) -> Element:
    return junit_case(f"check.{family}", name)  # the time of a single check is not measured
