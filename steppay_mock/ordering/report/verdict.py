"""Says the verdict in one line, and what it rests on in a sentence each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.ordering.face import option
from steppay_mock.ordering.report.coverage import (
    events_of,
    independence,
    once_more,
    proved_orders,
    say_one_customer,
    within,
)

if TYPE_CHECKING:
    from steppay_mock.ordering.findings import Coverage, ExplorationData
    from steppay_mock.ordering.state.difference import Difference


_TITLES = {
    "flaky": "flaky: equal runs do not begin or end alike, so orders cannot be compared.",
    "hidden": "hidden state: two runs that looked alike to the probe went on differently.",
    "vacuous": "vacuous: nothing was tested, so nothing is proved.",
    "unfinished": "unfinished: the search was cut off.",
}
_NEXT = {
    "flaky": "Find what makes the difference: clocks, random ids, what a former run has left behind (does {reset} "
    "empty everything that {state} shows?), work that goes on after the answer ({settle} waits for it). What is "
    "meant to differ belongs into {ignore}.",
    "hidden": "Let the probe ({state}) show what decides it as well, such as a cache, a queue or the table of events "
    "that are known, and let {reset} empty that too.",
    "vacuous": "Read the answers of the receiver: are {secret}, {path} and the probe ({state}) right, does {reset} "
    "leave the receiver ready to take events, and is its work done when it answers ({settle} waits for it)?",
    "unfinished": "Correct what is named above, and explore again. What was found until then is not lost.",
}
_NAMED = ("state", "reset", "settle", "ignore", "secret", "path")

_MOST_HINTS = 5  # that a text tells
_MOST_IGNORED = 5  # names that a text suggests
_LAST_NAME = re.compile(r"\.([^.\[\]]+)$")
_ROW = re.compile(r"\[[^\]*]+\]")


def title(exploration: ExplorationData) -> str:
    """The verdict in one sentence."""
    return _TITLES.get(exploration.verdict) or f"{verdict_line(exploration).partition(';')[0]}."


def next_step(exploration: ExplorationData) -> str:
    """What to do about a verdict that is neither yes nor no; empty for the others."""
    if exploration.verdict == "vacuous" and exploration.coverage.events < 2:
        return "Give two events or more."
    if exploration.verdict == "vacuous" and exploration.coverage.interleavings:
        return (
            f"Leave out {option('independent')}, or name what customers share in {option('ignore')}, where that is no "
            "harm."
        )
    if exploration.verdict == "vacuous" and not exploration.coverage.deliveries:
        return f"Give a larger {option('late_by')} or {option('distance')}."
    if exploration.verdict == "vacuous" and exploration.coverage.strength is not None:
        return f"Give it a larger {option('budget')}."
    if exploration.verdict == "vacuous" and exploration.coverage.effective == 1:
        return (
            f"Choose a scenario of which the receiver keeps more events, or let the probe ({option('state')}) show "
            "more of it."
        )
    return _NEXT.get(exploration.verdict, "").format(**{name: option(name) for name in _NAMED})


def verdict_line(exploration: ExplorationData) -> str:
    """The verdict in one line of any length: what it is, and how much was delivered for it."""
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
    """What was done, in numbers."""
    deliveries, states = counted(coverage.deliveries, "delivery", "deliveries"), counted(coverage.states, "state")
    took = f"{coverage.elapsed:.{1 if coverage.elapsed >= 1 else 2}f} s"
    refused = f"{coverage.refused:,} refused, " if coverage.refused else ""
    return f"{deliveries}, {refused}{states}, {took}, seed {coverage.seed}"


def conditions(exploration: ExplorationData) -> Iterator[str]:
    """What has to be so that a green verdict is true, and what else was seen; one sentence each."""
    coverage = exploration.coverage
    yield from exploration.notes
    if exploration.without_effect:
        yield _without_effect(exploration)
    yield from _looks_wrong(exploration)
    if exploration.unmatched and coverage.states:
        names = excerpt(", ".join(exploration.unmatched))
        yield f"{option('ignore')} names what no state has: {names}. Is it written as it is there?"
    yield from _assumed(exploration)
    if coverage.overlaps is not None:
        yield str(coverage.overlaps)
    if coverage.sampled:
        yield _sampled(coverage)
    if coverage.leans_on_retries:
        yield (
            "It leans on retries: some events are refused at first, and the state is right only because they were "
            "delivered again. StepPay documents no retries (fact 23): answer 2xx, and keep what comes too early."
        )
    if coverage.refused:
        refused = counted(coverage.refused, "delivery was", "deliveries were")
        yield f"{refused} refused: answered with something else than 2xx, or the receiver raised after its answer."


def _assumed(exploration: ExplorationData) -> Iterator[str]:
    """What a green verdict rests on, and what it does not say."""
    if exploration.verdict == "proved":
        yield (
            f"This holds if the probe ({option('state')}) shows all state that matters: where it showed the same, the "
            "receiver was taken to be the same."
        )
    if exploration.ok and (about_one := say_one_customer(exploration.events)):
        yield about_one
    if exploration.verdict == "covered":
        yield "This is no proof: not every order of all events was delivered."
    if exploration.ok and exploration.coverage.groups:
        yield independence(exploration.coverage)


def _without_effect(exploration: ExplorationData) -> str:
    """Which events never changed the state, each type once."""
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
    orders = f"{counted(coverage.sampled, 'whole order')}, delivered without taking states for equal"
    if not coverage.disagreed:
        return f"{orders}, ended the same."
    return (
        f"Of {orders}, {coverage.disagreed:,} ended otherwise: the probe ({option('state')}) does not show all state "
        "that matters. Let it show more."
    )


def counted(count: int, noun: str, plural: str = "") -> str:
    """How many there are, in words: ``1 state``, ``1,024 states``."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def _covered(coverage: Coverage) -> str:
    if coverage.strength is None:
        return f"{counted(coverage.runs, 'order')} of {events_of(coverage)}"
    which = "every order" if coverage.covered >= coverage.of else f"{coverage.covered:,} of {coverage.of:,} orders"
    random = f" and {coverage.random:,} random ones" if coverage.random else ""
    runs = counted(coverage.runs - coverage.random, "run")
    return f"{which} of any {coverage.strength} of {events_of(coverage)}{within(coverage)}, in {runs}{random}"


def _also(coverage: Coverage) -> str:
    also = f", each event also {once_more(coverage)}" if coverage.duplicates else ""
    return also + (", and all of it with the seconds of each burst collapsed" if coverage.ties else "")


def suggest_ignore(found: Sequence[Difference]) -> tuple[str, ...]:
    """What ``ignore=`` has to name so that the values that differ do not count; not the rows that come or go."""
    names = [_pattern(one.path) for one in found if one.kind == "changed"]
    return tuple(dict.fromkeys(names))[:_MOST_IGNORED]


def advise(found: Sequence[Difference]) -> Iterator[str]:
    """What to do about states that differ though they should be equal; one sentence each."""
    if names := suggest_ignore(found):
        yield f"If that does not count: {option('ignore', value=list(names))}"
    if any(one.kind in {"missing", "unexpected"} for one in found):
        yield (
            "Rows came or went. Does the receiver go on with its work after it has answered (a thread, a queue, a "
            f"background task)? Then {option('settle', value=0.2)} waits until the state is "
            "unchanged for so many seconds."
        )
    if any(one.kind == "order" for one in found):
        yield "Only the order of rows differs: sort them in the probe (ORDER BY)."


def _pattern(path: str) -> str:
    last = _LAST_NAME.search(path)
    return last[1] if last is not None else _ROW.sub("[*]", path)
