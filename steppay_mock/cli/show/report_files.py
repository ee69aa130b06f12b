"""Writes reports to files: JSON, or the XML of JUnit that CI shows, chosen by the suffix of the name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steppay_mock.cli.show.terminal import pretty, printable

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

FEW = 300
"""The most deliveries that are shown one by one; more are shown by event type."""

_NOT_XML = re.compile("[\ufffe\uffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One delivery, as reports show it, or several with the same outcome; ``state`` is SUCCESS, FAIL or PENDING."""

    number: int | None
    event: str
    state: str
    answer: str
    seconds: float | None
    receiver: str
    times: int = 1


def write_reports(
    files: Iterable[Path], document: dict[str, Any], lines: Callable[[], Iterable[ReportLine]], *, count: int, name: str
) -> None:
    """Write every file that was asked for; ``lines`` gives the deliveries, ``count`` says how many there are.

    Where one cannot be written the others are, and then the OSError is raised.
    """
    first: OSError | None = None
    for path in files:
        try:
            if path.suffix == ".json":
                write_file(path, pretty(document) + b"\n")
            else:
                write_file(path, _junit(lines(), count=count, name=name, seconds=float(document.get("elapsed", 0.0))))
        except OSError as error:
            first = first or error
    if first is not None:
        raise first


def write_file(path: Path, data: bytes) -> None:
    """Write the whole file; an OSError names it, also where the disk is full."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


@dataclass(slots=True)
class _JUnitCase:
    """A test case of JUnit: a delivery, or all deliveries of an event type."""

    classname: str
    name: str
    seconds: float = 0.0
    failed: int = 0
    pending: int = 0
    count: int = 0
    first_failure: str = ""

    def add(self, line: ReportLine) -> None:
        self.count += line.times
        self.seconds += line.seconds or 0.0
        self.failed += line.times * (line.state == "FAIL")
        self.pending += line.times * (line.state == "PENDING")
        if line.state == "FAIL" and not self.first_failure:
            self.first_failure = line.answer

    def element(self) -> Element:
        from xml.etree.ElementTree import SubElement

        from steppay_mock.ordering.report.junit import junit_case

        made = junit_case(xml_text(self.classname), xml_text(self.name), seconds=self.seconds)
        how_many = f"{self.failed} of {self.count} failed, " if self.count > 1 else ""
        if self.failed:
            SubElement(made, "failure", type="delivery", message=xml_text(f"{how_many}{self.first_failure}"))
        elif self.pending:
            SubElement(made, "error", type="pending", message="no outcome yet: resume the run")
        return made


def _junit(lines: Iterable[ReportLine], *, count: int, name: str, seconds: float) -> bytes:
    from steppay_mock.ordering.report.junit import junit_xml

    cases = list(_each(lines) if count <= FEW else _by_type(lines))
    return junit_xml([case.element() for case in cases], name=name, seconds=seconds).encode()


def _each(lines: Iterable[ReportLine]) -> Iterator[_JUnitCase]:
    for line in lines:
        case = _JUnitCase(line.receiver, line.event if line.number is None else f"{line.number} {line.event}")
        case.add(line)
        yield case


def _by_type(lines: Iterable[ReportLine]) -> Iterable[_JUnitCase]:
    cases: dict[tuple[str, str], _JUnitCase] = {}
    for line in lines:
        event = line.event.partition(",")[0]
        cases.setdefault((line.receiver, event), _JUnitCase(line.receiver, event)).add(line)
    return cases.values()


def xml_text(text: str) -> str:
    """The text, without what XML cannot hold."""
    return _NOT_XML.sub("?", printable(text))
