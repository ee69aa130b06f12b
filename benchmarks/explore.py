"""Measures a proof in deliveries and time, and how soon and how small a failure is found, against plain shuffling.

The receiver of the timings is a Flask app that verifies signatures and keeps the newest of each thing in a dict: the
less work a receiver does, the larger is the share of the search.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from math import comb
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Contender, Goal, Report, Row, Table, main, table_of, take_turns
from benchmarks.newest import SECRET, Newest
from steppay_mock import Event, Exploration, explore, scenario
from steppay_mock.delivery.deliver import request_for
from steppay_mock.delivery.options.settings import resolve_options
from steppay_mock.delivery.receiver import make_transport
from steppay_mock.delivery.transport import Transport
from steppay_mock.ordering.orders.bound import bound_of
from steppay_mock.ordering.orders.chains import Chains
from steppay_mock.ordering.orders.ideals import find_ideals
from steppay_mock.ordering.report.coverage import bound_text, readable
from steppay_mock.payload.chance import Chance

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

if TYPE_CHECKING:
    from ordering.zoo.receiver import Receiver

STORY = "subscription-renewal-fails-then-recovers"
BUDGET = 2_000


def build(quick: bool) -> Report:  # noqa: FBT001 - the signature of `main`
    """Measure."""
    counts = (5, 6, 7) if quick else (5, 6, 7, 8, 9, 10, 11, 12)
    proofs, excess = _proofs(counts)
    timings, spent, ten = _timings(7 if quick else 9, rounds=3 if quick else 9, whole=not quick)
    bounded, beyond = _bounded((22,) if quick else (22, 57))
    tables = [proofs, bounded, timings, *_failures(quick=quick)]
    goals = [
        Goal("deliveries of a proof, beside the formulas", "<=", 1.05, "x", excess),
        Goal("deliveries of a proof within a bound, beside the formulas", "<=", 1.1, "x", beyond),
        Goal("time of a proof, beside its bare deliveries", "<=", 1.3, "x", spent),
        *([Goal("ten events, beside 12,600 bare deliveries", "<=", 3, "x", ten)] if ten else []),
    ]
    return Report(tables, goals, ["flask", "werkzeug"])


def _proofs(counts: Sequence[int]) -> tuple[Table, float]:
    """Deliveries, beside n²·C(n-1, ⌊(n-1)/2⌋) where one can only begin anew, n·2^(n-1) where one can go back."""
    rows, most = [], 0.0
    for count in counts:
        for way, formula in (
            ("reset", count**2 * comb(count - 1, (count - 1) // 2)),
            ("restore", count * 2 ** (count - 1)),
        ):
            result = _prove(count, restoring=way == "restore")
            made = result.coverage.deliveries
            most = max(most, made / formula)
            rows.append(Row(f"{count} events, {way}", made, made / formula, f"formula {formula:,}"))
    return Table("Deliveries until it is proved; the ratio is to the formula", "deliveries", rows), most


def _bounded(counts: Sequence[int]) -> tuple[Table, float]:
    """Deliveries within a bound, beside the edges or the fewest orders that go each, and the late duplicates."""
    rows, most = [], 0.0
    for count in counts:
        events = scenario("subscription-renews", seed=7, renewals=11).events[:count]
        times = [event.timestamp for event in events]
        for how in ({"late_by": 600.0, "distance": None}, {"late_by": None, "distance": 3}):
            ideals = find_ideals(bound_of(times, **how), duplicates=True, most=1_000_000)
            assert ideals is not None
            told = bound_text(**how)
            for restoring, edges in ((True, ideals.edges), (False, count * len(Chains(ideals)))):
                formula = edges + ideals.copies
                made = _proved(events, restoring=restoring, duplicates=True, **how).coverage.deliveries
                most = max(most, made / formula)
                name = f"{count} events, {told}, {'restore' if restoring else 'reset'}"
                rows.append(Row(name, made, made / formula, f"formula {formula:,}; {readable(ideals.orders)} orders"))
    return Table("Deliveries until it is proved within a bound", "deliveries", rows), most


def _prove(count: int, *, restoring: bool) -> Exploration:
    return _proved(_events(count), restoring=restoring, duplicates=False)


def _proved(events: Sequence[Event], *, restoring: bool, duplicates: bool, **how: Any) -> Exploration:
    newest = Newest()
    anew: Any = {"save": newest.rows.copy, "restore": newest.restore} if restoring else {"reset": newest.rows.clear}
    result = explore(
        events,
        newest.app,
        state=newest.state,
        secret=SECRET,
        seed=7,
        duplicates=duplicates,
        losses=False,
        budget=1_000_000,
        **anew,
        **how,
    )
    assert result.verdict == "proved", result.report()
    return result


def _timings(count: int, *, rounds: int, whole: bool) -> tuple[Table, float, float]:
    made = _prove(count, restoring=False).coverage.deliveries
    proof = Contender(
        name=f"explore(), {count} events",
        run=lambda: _prove(count, restoring=False),
        operations=made,
        note=f"{made:,} deliveries, the state read after each",
    )
    bare = Contender(name="the same deliveries, bare", run=_bare(count, made), operations=made)
    timings = take_turns([proof, bare], rounds=rounds, turn=0)
    table = table_of("One delivery of a proof", [proof, bare], timings)
    ten = 0.0
    if whole:
        whole_proof = Contender(name="ten", run=lambda: _prove(10, restoring=False))
        deliveries = Contender(name="bare", run=_bare(10, 12_600))
        ten = take_turns([whole_proof, deliveries], rounds=3, turn=0).ratio("ten", "bare")
    return table, timings.ratio(proof.name, bare.name), ten


def _bare(count: int, deliveries: int) -> Callable[[], None]:
    """So many deliveries, begun anew after each ``count``, and nothing else."""
    newest, settings = Newest(), resolve_options({"secret": SECRET, "seed": 7})
    transport = make_transport(newest.app, settings)
    assert isinstance(transport, Transport)

    def run() -> None:
        requests = [request_for(event, settings, position=place) for place, event in enumerate(_events(count))]
        for number in range(deliveries):
            if number % count == 0:
                newest.rows.clear()
            transport.send(requests[number % count])

    return run


def _events(count: int) -> tuple[Event, ...]:
    return scenario(STORY, seed=7).events[:count]


def _failures(*, quick: bool) -> list[Table]:
    """Over the flawed receivers of the zoo: deliveries until the first failure, and how large the counterexample is."""
    from ordering.zoo.event_sets import events_of
    from ordering.zoo.members import FLAWED

    pairs = [(receiver, name) for receiver in FLAWED for name in receiver.shows_on]
    pairs = pairs[::6] if quick else pairs
    ours = [_searched(receiver, events_of(name)) for receiver, name in pairs]
    theirs = [_shuffled(receiver, events_of(name)) for receiver, name in pairs]
    title = f"{len(pairs)} flaws of the zoo, {{}}, with {BUDGET:,} deliveries at most"
    return [
        Table(
            title.format("deliveries until the first failure"),
            "median",
            [_row("explore()", [found for found, _ in ours]), _row("shuffling", [found for found, _ in theirs])],
        ),
        Table(
            title.format("deliveries of the counterexample"),
            "median",
            [_row("explore()", [size for _, size in ours]), _row("shuffling", [size for _, size in theirs])],
        ),
    ]


def _row(name: str, found: list[int | None]) -> Row:
    seen = [one for one in found if one is not None]
    return Row(name, median(seen), None, f"at most {max(seen)}; not found: {len(found) - len(seen)}")


def _searched(receiver: Receiver, events: tuple[Event, ...]) -> tuple[int | None, int | None]:
    shop = receiver.make(events)
    result = explore(
        events, shop.app, state=shop.state, effects=shop.effects, reset=shop.reset, seed=7, budget=BUDGET, losses=False
    )
    if result.counterexample is None:
        return None, None
    return result.coverage.found_after, len(result.counterexample.course)


def _shuffled(receiver: Receiver, events: tuple[Event, ...]) -> tuple[int | None, int | None]:
    """Whole orders by chance, each with one event once more at a later place, until one ends otherwise."""
    shop, chance, settings = receiver.make(events), Chance(7), resolve_options({"seed": 7})
    transport = make_transport(shop.app, settings)
    assert isinstance(transport, Transport)
    requests = [request_for(event, settings, position=place) for place, event in enumerate(events)]

    def end(course: Sequence[int]) -> tuple[object, object, set[tuple[int, bool]]]:
        shop.reset()
        answers = {(place, (transport.send(requests[place]).status or 500) < 300) for place in course}
        return shop.state(), shop.effects(), answers

    places = list(range(len(events)))
    expected, made = end(places), len(places)
    while made < BUDGET:
        keys = [chance.random() for _ in places]
        course = sorted(places, key=keys.__getitem__)
        again = chance.between(0, len(course) - 1)
        course.insert(chance.between(again + 1, len(course)), course[again])
        made += len(course)
        if end(course) != expected:
            return made, len(course)
    return None, None


if __name__ == "__main__":
    main(__doc__, build)
