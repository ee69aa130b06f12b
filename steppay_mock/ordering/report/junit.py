"""Writes JUnit XML: a suite of test cases, with the numbers that CI shows."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from steppay_mock.ordering.report.markup import fit

_KINDS = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def junit_case(classname: str, name: str, *, seconds: float | None = None) -> Element:
    """A test case that passed; a child ``failure``, ``error`` or ``skipped`` says that it did not."""
    # Some readers refuse a test case that has no time.
    time = "0" if seconds is None else f"{seconds:.4f}"
    return Element("testcase", classname=fit(classname), name=fit(name), time=time)


def junit_xml(
    cases: Sequence[Element], *, name: str, seconds: float, properties: Sequence[tuple[str, str]] = ()
) -> str:
    """The XML of these test cases, as one suite of that name; ``properties`` are told of the suite."""
    numbers = {told: sum(case.find(kind) is not None for case in cases) for told, kind in _KINDS.items()}
    told = {"name": name, "tests": str(len(cases)), **{key: str(count) for key, count in numbers.items()}}
    told["time"] = f"{seconds:.4f}"
    suites = Element("testsuites", told)
    suite = SubElement(suites, "testsuite", told)
    if properties:
        listed = SubElement(suite, "properties")
        for key, value in properties:
            SubElement(listed, "property", name=key, value=fit(value))
    suite.extend(cases)
    indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(suites, encoding="unicode")}\n'
