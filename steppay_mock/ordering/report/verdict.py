"""Says a verdict in one line, its conditions in a sentence each, and the next step where it is no yes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.ordering.face import option
from steppay_mock.ordering.report.coverage import (
    assumed_independence,
    counted,
    events_of,
    only_one_customer,
    proved_orders,
    repeated,
    within,
)

if TYPE_CHECKING:
    from steppay_mock.ordering.findings import Coverage, ExplorationData
    from steppay_mock.ordering.state.difference import Difference

_TITLES = {
    "flaky": "flaky: two equal runs began or ended differently, so orders cannot be compared.",
    "hidden": "hidden state: two runs showed the same state, and then behaved differently.",
    "vacuous": "vacuous: nothing was tested, so nothing is proved.",
    "unfinished": "unfinished: the search stopped early.",
}
_NEXT = {
    "flaky": "Find what differs between the runs: a clock, random ids, rows of an earlier run (does {reset} empty "
    "everything that {state} shows?), or work that goes on after the answer ({settle} waits for it). Name values that "
    "may differ in {ignore}.",
    "hidden": "Let the probe ({state}) also show what makes the difference, such as a cache, a queue or the table of "
    "known events, and let {reset} empty that too.",
    "vacuous": "Read the answers of the receiver. Are {secret}, {path} and the probe ({state}) right? Does {reset} "
    "leave the receiver ready for events? Is its work done when it answers ({settle} waits for it)?",
    "unfinished": "Correct the error above, and explore again. This report has what was found before it.",
}
_NAMED = ("state", "reset", "settle", "ignore", "secret", "path")

_MOST_HINTS = 5  # in a text
_MOST_IGNORED = 5  # names that a text suggests
_LAST_NAME = re.compile(r"\.([^.\[\]]+)$")
_ROW = re.compile(r"\[[^\]*]+\]")


def title(exploration: ExplorationData) -> str:
    """The verdict in one sentence."""
    return _TITLES.get(exploration.verdict) or f"{verdict_line(exploration).partition(';')[0]}."


def next_step(exploration: ExplorationData) -> str:
    """The next step after a verdict that is neither yes nor no; empty for the others."""
    if exploration.verdict == "vacuous" and (step := _step_of_vacuous(exploration.coverage)):
        return step
    return _NEXT.get(exploration.verdict, "").format(**{name: option(name) for name in _NAMED})


def _step_of_vacuous(coverage: Coverage) -> str:
    """The next step where the numbers say why nothing was tested; empty where only the answers can say it."""
    if coverage.events < 2:
        return "Pass two events or more."
    if coverage.interleavings:
        return (
            f"Leave out {option('independent')}. Or name what customers share in {option('ignore')}, if it may differ."
        )
    if not coverage.deliveries:
        return f"Pass a larger {option('late_by')} or {option('distance')}."
    if coverage.strength is not None:
        return f"Pass a larger {option('budget')}."
    if coverage.effective == 1:
        return (
            "Choose a scenario of which the receiver stores more events, or let the probe "
            f"({option('state')}) show more of them."
        )
    return ""


def verdict_line(exploration: ExplorationData) -> str:
    """The verdict in one line of any length, with the numbers of the search."""
    coverage = exploration.coverage
    if exploration.verdict == "proved":
        said = f"proved: {proved_orders(coverage)}{_also(coverage)}{_but_wrong(exploration)}"
    elif exploration.verdict == "covered":
        said = f"covered: {_covered(coverage)}; all end the same{_also(coverage)}{_but_wrong(exploration)}"
    elif exploration.counterexample is not None:
        said = f"fails: {exploration.counterexample.anomaly}"
    else:
        said = f"{exploration.verdict}: {exploration.why}".rstrip(".: ")
    return f"{said}; {effort(coverage)}"


def effort(coverage: Coverage) -> str:
    """The numbers of the search: ``5 deliveries, 4 states, 0.04 s, seed 7``."""
    deliveries, states = counted(coverage.deliveries, "delivery", "deliveries"), counted(coverage.states, "state")
    took = f"{coverage.elapsed:.{1 if coverage.elapsed >= 1 else 2}f} s"
    refused = f"{coverage.refused:,} refused, " if coverage.refused else ""
    return f"{deliveries}, {refused}{states}, {took}, seed {coverage.seed}"


def conditions(exploration: ExplorationData) -> Iterator[str]:
    """What a verdict assumes, and what else was noticed; one sentence each."""
    coverage = exploration.coverage
    yield from exploration.notes
    if exploration.without_effect:
        yield _without_effect(exploration)
    yield from _looks_wrong(exploration)
    if exploration.unmatched and coverage.states:
        names = excerpt(", ".join(exploration.unmatched))
        yield f"{option('ignore')} matches nothing in any state: {names}. Check the spelling."
    yield from _assumed(exploration)
    if coverage.overlaps is not None:
        yield str(coverage.overlaps)
    if coverage.sampled:
        yield _sampled(coverage)
    if coverage.leans_on_retries:
        yield (
            "The verdict depends on retries: some events are refused at first, and the state is right only because "
            "they were delivered again. StepPay documents no retries (fact 23): answer 2xx, and keep events that "
            "arrive too early."
        )
    if coverage.refused:
        refused = counted(coverage.refused, "delivery was", "deliveries were")
        yield f"{refused} refused: the answer was not 2xx, or the receiver raised after it answered."


def _assumed(exploration: ExplorationData) -> Iterator[str]:
    """What a yes assumes, and what it leaves open."""
    if exploration.verdict == "proved":
        yield (
            f"The proof assumes that the probe ({option('state')}) shows all state that matters: two receivers that "
            "show the same state were treated as equal."
        )
    if exploration.ok and (open_question := only_one_customer(exploration.events)):
        yield open_question
    if exploration.verdict == "covered":
        yield "This is not a proof: not every order of all events was delivered."
    if exploration.ok and exploration.coverage.groups:
        yield assumed_independence(exploration.coverage)


def _without_effect(exploration: ExplorationData) -> str:
    """The types of the events that never changed the state, each once."""
    places = exploration.without_effect
    types = dict.fromkeys(str(exploration.events[place].type) for place in places)
    which = excerpt(", ".join(types))
    return f"{len(places)} of {counted(exploration.coverage.events, 'event')} had no effect in any order: {which}."


def _but_wrong(exploration: ExplorationData) -> str:
    count = len(exploration.hints)
    if exploration.uncompared:
        return ", but nothing was compared with the store"
    return f", but {counted(count, 'place looks', 'places look')} wrong" if count else ""


def _looks_wrong(exploration: ExplorationData) -> Iterator[str]:
    hints = exploration.hints
    yield from (f"{hint.sentence[0].upper()}{hint.sentence[1:]}" for hint in hints[:_MOST_HINTS])
    if len(hints) > _MOST_HINTS:
        yield f"And {len(hints) - _MOST_HINTS:,} more look wrong: the JSON report has all of them (hints)."


def _sampled(coverage: Coverage) -> str:
    orders = f"{counted(coverage.sampled, 'whole order was', 'whole orders were')} also delivered without merging "
    if not coverage.disagreed:
        return f"{orders}equal states: all ended the same."
    return (
        f"{orders}equal states: {coverage.disagreed:,} ended differently. The probe ({option('state')}) does not show "
        "all state that matters. Let it show more."
    )


def _covered(coverage: Coverage) -> str:
    if coverage.strength is None:
        return f"{counted(coverage.runs, 'order')} of {events_of(coverage)}"
    which = "every order" if coverage.covered >= coverage.of else f"{coverage.covered:,} of {coverage.of:,} orders"
    random = f" and {counted(coverage.random, 'random run')}" if coverage.random else ""
    runs = counted(coverage.runs - coverage.random, "run")
    return f"{which} of any {coverage.strength} of {events_of(coverage)}{within(coverage)}, in {runs}{random}"


def _also(coverage: Coverage) -> str:
    also = f", also with each event {repeated(coverage)}" if coverage.duplicates else ""
    return also + (", also with the timestamps of each burst collapsed to one second" if coverage.ties else "")


# States that differ though they should be equal.


def suggest_ignore(found: Sequence[Difference]) -> tuple[str, ...]:
    """The patterns for ``ignore=`` that leave out the values that differ; rows that came or went are not among them."""
    names = [_pattern(one.path) for one in found if one.kind == "changed"]
    return tuple(dict.fromkeys(names))[:_MOST_IGNORED]


def advise(found: Sequence[Difference]) -> Iterator[str]:
    """What to do about states that differ though they should be equal; one sentence each."""
    if names := suggest_ignore(found):
        yield f"If these values may differ, pass {option('ignore', value=list(names))}"
    if any(one.kind in {"missing", "unexpected"} for one in found):
        yield (
            "Rows were added or removed. Does the receiver go on working after it answered (a thread, a queue, a "
            f"background task)? Then {option('settle', value=0.2)} waits until the state has not changed for that "
            "many seconds."
        )
    if any(one.kind == "order" for one in found):
        yield "Only the order of rows differs: sort them in the probe (ORDER BY)."


def _pattern(path: str) -> str:
    last = _LAST_NAME.search(path)
    return last[1] if last is not None else _ROW.sub("[*]", path)
