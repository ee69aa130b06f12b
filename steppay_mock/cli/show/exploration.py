"""Shows one exploration: the report, files for people and CI, and the exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from steppay_mock.cli.exit_codes import INTERRUPTED, MISUSED, UNREACHED, WRONG
from steppay_mock.cli.show.report_files import write_file, xml_text
from steppay_mock.cli.show.search_progress import StoppedError
from steppay_mock.cli.show.terminal import pretty, say, write_json, write_text
from steppay_mock.ordering.failure import ExplorationError, NoAnswerError
from steppay_mock.ordering.remote import RemoteError
from steppay_mock.ordering.report.verdict import verdict_line

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from steppay_mock.ordering.exploration import Exploration

_ERRORS = {"unfinished", "vacuous"}


def is_worth_showing(found: Exploration) -> bool:
    """Whether it has more than the error that stopped the search."""
    return found.verdict != "unfinished" or found.coverage.deliveries > 0


def show(found: Exploration, *, as_json: bool) -> None:
    """The report on standard output, and the verdict in one line on standard error."""
    if as_json:
        write_json(found.as_dict())
    else:
        write_text(found.report())
    say(verdict_line(found))


def write_files(
    *,
    reports: Iterable[Path],
    junits: Iterable[Path],
    page: Callable[[], str],
    data: Callable[[], object],
    xml: Callable[[], bytes],
) -> None:
    """Write the files that were asked for: each report in the format of its suffix, and JUnit XML."""
    for path in reports:
        if path.suffix == ".html":
            write_file(path, page().encode())
        elif path.suffix == ".json":
            write_file(path, pretty(data()) + b"\n")
        else:
            write_file(path, xml())
    for path in junits:
        write_file(path, xml())


def exit_code(found: Exploration) -> int:
    """0 if the verdict is yes, 3 if the receiver never answered, else 1."""
    if found.ok:
        return 0
    coverage = found.coverage
    return UNREACHED if coverage.deliveries and coverage.silent == coverage.deliveries else WRONG


def tell_cut_off(error: ExplorationError) -> int:
    """Print why a search stopped early, and give the exit code."""
    if isinstance(error, StoppedError):
        say("stopped: the report has what was found so far")
        return INTERRUPTED
    say(f"Error: {error}")
    if isinstance(error, NoAnswerError):
        return WRONG if error.reached else UNREACHED
    cause = error.__cause__
    return UNREACHED if isinstance(cause, RemoteError) and not cause.reached else MISUSED


def case_of(found: Exploration, *, name: str, seed: int | None = None) -> Element:
    """The exploration as a JUnit test case; ``seed`` if several explorations have the same name."""
    from xml.etree.ElementTree import SubElement

    from steppay_mock.ordering.report.junit import junit_case

    which = "" if seed is None else f", seed {seed}"
    names = found.receiver or name, f"{found.name} in every order{which}"
    case = junit_case(*map(xml_text, names), seconds=found.coverage.elapsed)
    if not found.ok:
        kind = "error" if found.verdict in _ERRORS else "failure"
        message = xml_text(verdict_line(found))
        SubElement(case, kind, type=found.verdict, message=message).text = xml_text(found.report())
    return case


def xml_of(found: Exploration, *, name: str) -> bytes:
    """The exploration as a JUnit file."""
    from steppay_mock.ordering.report.junit import junit_xml

    return junit_xml([case_of(found, name=name)], name=name, seconds=found.coverage.elapsed).encode()
