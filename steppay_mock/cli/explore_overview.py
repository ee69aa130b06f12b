"""Shows several explorations: the reports of those that are not ok, and one table of all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from steppay_mock.cli.exit_codes import WRONG
from steppay_mock.cli.show.exploration import case_of, is_worth_showing
from steppay_mock.cli.show.terminal import say, write_json, write_table, write_text
from steppay_mock.cli.story_candidates import varied

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from steppay_mock.cli.explore_stories import Explored

_RIGHT = frozenset({"Seed", "Deliveries", "Seconds"})
NAME = "steppay-mock explore"


def show_overview(outcomes: Sequence[Explored], *, as_json: bool) -> None:
    """Print reports and table on standard output, and the number of right ones on standard error."""
    if as_json:
        write_json(overview_data(outcomes))
    else:
        for one in outcomes:
            if one.found is not None and not one.found.ok and is_worth_showing(one.found):
                write_text(f"{one.found.report()}\n")
        headings, rows = table_of(outcomes)
        write_table(headings, rows, right=_RIGHT, wraps=frozenset({"Verdict"}))
        if sentence := varied([one.candidate for one in outcomes]):
            write_text(f"\n{sentence}")
    explored = [one for one in outcomes if not one.candidate.skipped]
    right = sum(one.found is not None and one.found.ok for one in explored)
    skipped = len(outcomes) - len(explored)
    say(f"{right} of {len(explored)} right" + (f", {skipped} skipped" if skipped else ""))


def table_of(outcomes: Sequence[Explored]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The headings, and a row for each story."""
    with_seed = len({one.candidate.name for one in outcomes}) < len(outcomes)
    headings = ("Scenario", "Seed", "Verdict", "With an effect", "Deliveries", "Seconds")
    rows = [tuple(_row(one)) for one in outcomes]
    if with_seed:
        return headings, rows
    return (headings[0], *headings[2:]), [(row[0], *row[2:]) for row in rows]


def worst(outcomes: Sequence[Explored]) -> int:
    """The largest exit code of the stories; 1 if every story was skipped, since nothing was tested."""
    if all(one.candidate.skipped for one in outcomes):
        return WRONG
    return max(one.code for one in outcomes)


def overview_data(outcomes: Sequence[Explored]) -> dict[str, Any]:
    """All explorations as plain data."""
    return {
        "ok": worst(outcomes) == 0,
        "varied": varied([one.candidate for one in outcomes]),
        "explorations": [
            {"scenario": one.candidate.name, "seed": one.candidate.seed, **one.found.as_dict()}
            for one in outcomes
            if one.found is not None
        ],
        "skipped": [
            {"scenario": one.candidate.name, "seed": one.candidate.seed, "why": one.candidate.skipped}
            for one in outcomes
            if one.candidate.skipped
        ],
    }


def overview_page(outcomes: Sequence[Explored]) -> str:
    """All explorations as one page: the table, and a section for each story."""
    from steppay_mock.ordering.report.page import write_pages

    found = [one.found for one in outcomes if one.found is not None]
    return write_pages(found, rows=table_of(outcomes), varied=varied([one.candidate for one in outcomes]))


def overview_xml(outcomes: Sequence[Explored]) -> bytes:
    """All explorations as a JUnit file, with a test case for each story."""
    from steppay_mock.ordering.report.junit import junit_xml

    seconds = sum(one.found.coverage.elapsed for one in outcomes if one.found is not None)
    return junit_xml(list(map(_case, outcomes)), name=NAME, seconds=seconds).encode()


def _case(one: Explored) -> Element:
    from xml.etree.ElementTree import SubElement

    from steppay_mock.ordering.report.junit import junit_case

    candidate = one.candidate
    if one.found is not None:
        return case_of(one.found, name=NAME, seed=candidate.seed)
    case = junit_case(NAME, f"{candidate.name} in every order, seed {candidate.seed}")
    if candidate.skipped:
        SubElement(case, "skipped", message=candidate.skipped)
    else:
        SubElement(case, "error", type="misuse", message="it was not explored: standard error says why")
    return case


def _row(one: Explored) -> Iterator[str]:
    candidate, found = one.candidate, one.found
    yield candidate.name
    yield str(candidate.seed)
    if found is None:
        yield f"skipped: {candidate.skipped}" if candidate.skipped else "not explored"
        yield from ("", "", "")
        return
    coverage, counterexample = found.coverage, found.counterexample
    yield found.verdict if counterexample is None else f"fails: {counterexample.anomaly}"
    yield f"{coverage.effective} of {coverage.events}"
    yield f"{coverage.deliveries:,}"
    yield f"{coverage.elapsed:.1f}"
