"""How is a report written to a file? As JSON, or as the XML of JUnit that CI shows, by the suffix of its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.options import Decorator
from steppay_mock.cli.output import pretty, printable

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    _Parameter = click.ParamType[Any, Any]
else:
    _Parameter = click.ParamType  # generic only since click 8.4

FEW = 300
"""So many deliveries are shown one by one; of more, only how many of each kind there were."""

_NOT_XML = re.compile("[\ufffe\uffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One delivery, as reports show it; ``state`` is SUCCESS, FAIL or PENDING."""

    number: int
    event: str
    state: str
    answer: str
    seconds: float | None
    receiver: str


class ReportFile(_Parameter):
    """The name of a file for a report, which says by its suffix how it is written."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path, if something can be written there."""
        path = Path(value)
        if path.suffix not in {".json", ".xml"}:
            self.fail(f"{str(value)!r} ends in neither .json nor .xml (JUnit). Name it report.json.", param, ctx)
        if not path.parent.is_dir() or path.is_dir():
            self.fail(f"{str(value)!r} cannot be a file: make the folder {path.parent}, or name another.", param, ctx)
        return path


def report_option() -> Decorator[Any]:
    """``--report``: repeatable."""
    return click.option(
        "--report",
        "reports",
        metavar="FILE",
        multiple=True,
        type=ReportFile(),
        help="Write the report to this file too: JSON if it ends in .json, JUnit's XML if in .xml. Repeatable.",
    )


def write_reports(
    files: Iterable[Path], document: dict[str, Any], lines: Callable[[], Iterable[Line]], *, count: int, name: str
) -> None:
    """Write every file that was asked for; ``lines`` gives the deliveries, ``count`` says how many there are."""
    for path in files:
        if path.suffix == ".json":
            path.write_bytes(pretty(document) + b"\n")
        else:
            path.write_bytes(_junit(lines(), count=count, name=name, seconds=float(document.get("elapsed", 0.0))))


@dataclass(slots=True)
class _Case:
    """What is a test case to JUnit: a delivery, or all deliveries of an event type."""

    classname: str
    name: str
    seconds: float = 0.0
    failed: int = 0
    pending: int = 0
    count: int = 0
    answers: list[str] = field(default_factory=list)

    def add(self, line: Line) -> None:
        self.count += 1
        self.seconds += line.seconds or 0.0
        self.failed += line.state == "FAIL"
        self.pending += line.state == "PENDING"
        if line.state != "SUCCESS" and not self.answers:
            self.answers.append(line.answer)

    def element(self) -> Element:
        from xml.etree.ElementTree import Element, SubElement

        made = Element("testcase", classname=_text(self.classname), name=_text(self.name), time=f"{self.seconds:.4f}")
        how_many = f"{self.failed} of {self.count} failed, " if self.count > 1 else ""
        if self.failed:
            SubElement(made, "failure", type="delivery", message=_text(f"{how_many}{self.answers[0]}"))
        elif self.pending:
            SubElement(made, "error", type="pending", message="no outcome yet: resume the run")
        return made


def _junit(lines: Iterable[Line], *, count: int, name: str, seconds: float) -> bytes:
    from xml.etree.ElementTree import Element, SubElement, indent, tostring

    cases = list(_each(lines) if count <= FEW else _by_type(lines))
    failures = sum(case.failed > 0 for case in cases)
    errors = sum(case.pending > 0 and not case.failed for case in cases)
    numbers = {"tests": len(cases), "failures": failures, "errors": errors}
    told = {"name": name, **{key: str(value) for key, value in numbers.items()}, "time": f"{seconds:.4f}"}
    suites = Element("testsuites", told)
    suite = SubElement(suites, "testsuite", told)
    suite.extend(case.element() for case in cases)
    indent(suites)
    return bytes(tostring(suites, encoding="utf-8", xml_declaration=True)) + b"\n"


def _each(lines: Iterable[Line]) -> Iterator[_Case]:
    for line in lines:
        case = _Case(line.receiver, f"{line.number} {line.event}")
        case.add(line)
        yield case


def _by_type(lines: Iterable[Line]) -> Iterable[_Case]:
    cases: dict[tuple[str, str], _Case] = {}
    for line in lines:
        event = line.event.partition(",")[0]
        cases.setdefault((line.receiver, event), _Case(line.receiver, event)).add(line)
    return cases.values()


def _text(text: str) -> str:
    return _NOT_XML.sub("?", printable(text))
