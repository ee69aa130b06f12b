"""Names the kind of mistake that a counterexample shows: the first rule that holds decides.

The rules look at the smallest failing course, beside a passing course that differs in a single step. If that step is a
swap, the newer of the two events arrived first, and the older one, or a late copy of it, arrived second. The trail of a
run has the state after each delivery, so it says which delivery changed what; only places that end wrong count. A rule
that needs a trail does not hold without one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import TYPE_CHECKING, Any

from steppay_mock.ordering import anomaly
from steppay_mock.ordering.orders.course import occurrence
from steppay_mock.ordering.receiver.run import Run
from steppay_mock.ordering.report.changed_places import Places, Trails, meet
from steppay_mock.ordering.report.side_by_side import step_between
from steppay_mock.ordering.state.rows import same_rows
from steppay_mock.payload.subject import thing_of as _thing

if TYPE_CHECKING:
    from steppay_mock.ordering.anomaly import Anomaly
    from steppay_mock.ordering.findings import Kind
    from steppay_mock.payload.event import Event


def name_anomaly(kind: Kind, events: tuple[Event, ...], *, expected: Run, passing: Run, failing: Run) -> Anomaly:
    """The kind of mistake that these runs show; ``order dependence`` if no other rule holds."""
    runs = _ComparedRuns(kind, events, expected, passing, failing)
    return next((name for name, holds in _RULES if holds(runs)), anomaly.ORDER_DEPENDENCE)


@dataclass(frozen=True, slots=True)
class _Swap:
    """Two neighbours: in the failing course the newer event arrived first, at ``at``, and the older one next."""

    at: int
    newer: Event
    older: Event

    @property
    def is_of_one_thing(self) -> bool:
        return _thing(self.newer) == _thing(self.older)

    @property
    def is_of_one_second(self) -> bool:
        return _second(self.newer) == _second(self.older)


@dataclass(frozen=True)
class _ComparedRuns:
    kind: Kind
    events: tuple[Event, ...]
    expected: Run
    passing: Run
    failing: Run

    @cached_property
    def swap(self) -> _Swap | None:
        """The swap that is the step between the two courses; None if the step is something else."""
        step = step_between(self.passing.course, self.failing.course)
        if step is None or step.kind != "swap":
            return None
        newer, older = (self.events[place] for place in self.failing.course[step.at : step.at + 2])
        return _Swap(step.at, newer, older)

    @cached_property
    def trails(self) -> Trails:
        return Trails(expected=self.expected, passing=self.passing, failing=self.failing)

    def changed(self, at: int, *, passing: bool = False) -> Places | None:
        """The places that a delivery changed, of those that end wrong; None if the states were not read."""
        return self.trails.changed(failing=not passing, before=at, after=at + 1)


def _is_refused(runs: _ComparedRuns) -> bool:
    """An event is refused in the original order."""
    return runs.kind == "refused"


def _is_broken_invariant(runs: _ComparedRuns) -> bool:
    """The invariant does not hold."""
    return runs.kind == "invariant"


def _is_row_order(runs: _ComparedRuns) -> bool:
    """Only the order of rows differs."""
    expected, failing = runs.expected, runs.failing
    if runs.kind not in {"state", "order"} or _refused(failing) - _refused(runs.passing):
        return False
    return expected.effects == failing.effects and expected.state != failing.state and not runs.trails.wrong


def _is_rejected_in_flight(runs: _ComparedRuns) -> bool:
    """Deliveries were in flight at once, and an event was never accepted, or only answers differ."""
    if not runs.failing.together:
        return False
    return runs.kind == "answer" or bool(_never_accepted(runs.failing) - _never_accepted(runs.passing))


def _is_done_twice_in_flight(runs: _ComparedRuns) -> bool:
    """An event was in flight beside its own copy, or more effects were counted after a race."""
    racers = [runs.failing.course[at] for at in runs.failing.together]
    return len(set(racers)) < len(racers) or (bool(racers) and runs.kind == "effects" and _is_more(runs))


def _is_lost_in_flight(runs: _ComparedRuns) -> bool:
    """Deliveries were in flight at once, and the end differs."""
    return bool(runs.failing.together)


def _is_rejection(runs: _ComparedRuns) -> bool:
    """Only answers differ, or an event was refused that is never refused in the passing run."""
    return runs.kind == "answer" or bool(_refused(runs.failing) - _refused(runs.passing))


def _is_double_effect(runs: _ComparedRuns) -> bool:
    """More effects were counted, or an event was accepted twice and in the passing run once, or a late copy adds.

    A late copy adds something if it comes after an event about another thing, or if it changes a place that ends wrong
    and that had changed since its first delivery.
    """
    if runs.kind == "effects":
        return _is_more(runs)
    return bool(_taken_twice(runs.failing) - _taken_twice(runs.passing)) or _adds(runs)


def _is_of_effects_alone(runs: _ComparedRuns) -> bool:
    """Other effects, but the same state: the rules after this one are about states."""
    return runs.kind == "effects" and same_rows(runs.expected.state, runs.failing.state)


def _is_resurrection(runs: _ComparedRuns) -> bool:
    """The newer event ends its thing, and the older one is about that thing and changes something."""
    swap = runs.swap
    if swap is None or not swap.is_of_one_thing:
        return False
    return _ends(swap.newer) and not _ends(swap.older) and runs.changed(swap.at + 1) != frozenset()


def _is_false_dedupe(runs: _ComparedRuns) -> bool:
    """The first of the two to arrive wins: the second one changes nothing in both orders.

    The two have one type or are about one thing, and are not two events of one thing and one second. Or: the end is not
    what the store says, and in the original order an event changed nothing although an earlier event of its type and
    its thing did.
    """
    if (swap := runs.swap) is not None:
        alike = not swap.is_of_one_second if swap.is_of_one_thing else swap.newer.type == swap.older.type
        return alike and _first_wins(runs, swap.at)
    return runs.kind == "truth" and _drops_in_order(runs)


def _is_orphan(runs: _ComparedRuns) -> bool:
    """The older event is the first about its thing; the newer one changes nothing before it, and something after it.

    Without a trail: the older event creates the thing that the newer one is about.
    """
    swap = runs.swap
    if swap is None:
        return False
    before = [runs.events[place] for place in runs.failing.course[: swap.at]]
    if any(_thing(event) == _thing(swap.older) for event in before):
        return False
    too_early, in_time = runs.changed(swap.at), runs.changed(swap.at + 1, passing=True)
    if too_early is None:
        return swap.is_of_one_thing and str(swap.older.type).endswith(".created")
    return not too_early and bool(in_time)


def _is_tie_flip(runs: _ComparedRuns) -> bool:
    """The two are of one second, and are about one thing or write to one place."""
    swap = runs.swap
    return swap is not None and swap.is_of_one_second and (swap.is_of_one_thing or _touch_one_place(runs, swap.at))


def _is_stale_overwrite(runs: _ComparedRuns) -> bool:
    """The two are about one thing, and the older one arrived last."""
    return runs.swap is not None and runs.swap.is_of_one_thing


def _is_lost_in_turn(runs: _ComparedRuns) -> bool:
    """The two are about different things, and write to one place."""
    return runs.swap is not None and _touch_one_place(runs, runs.swap.at)


def _is_wrong_in_order(runs: _ComparedRuns) -> bool:
    """The course is the original order, so its end can only differ from what the store says."""
    return runs.failing.course == occurrence(runs.failing.course)


# The order decides: a rule may rely on all rules before it not holding. So rejections come before effects, effects
# before states, and among states the precise rules before stale overwrite, which holds for any two events of one thing.
_RULES: tuple[tuple[Anomaly, Callable[[_ComparedRuns], bool]], ...] = (
    (anomaly.REFUSED, _is_refused),
    (anomaly.BROKEN_INVARIANT, _is_broken_invariant),
    (anomaly.ROW_ORDER, _is_row_order),
    (anomaly.REJECTION_IN_FLIGHT, _is_rejected_in_flight),
    (anomaly.DOUBLE_EFFECT_IN_FLIGHT, _is_done_twice_in_flight),
    (anomaly.LOST_UPDATE, _is_lost_in_flight),
    (anomaly.ORDER_DEPENDENT_REJECTION, _is_rejection),
    (anomaly.DOUBLE_EFFECT, _is_double_effect),
    (anomaly.ORDER_DEPENDENCE, _is_of_effects_alone),
    (anomaly.RESURRECTION, _is_resurrection),
    (anomaly.FALSE_DEDUPE, _is_false_dedupe),
    (anomaly.ORPHAN_UPDATE_LOST, _is_orphan),
    (anomaly.TIE_FLIP, _is_tie_flip),
    (anomaly.STALE_OVERWRITE, _is_stale_overwrite),
    (anomaly.LOST_UPDATE, _is_lost_in_turn),
    (anomaly.WRONG_IN_EVERY_ORDER, _is_wrong_in_order),
)


def _second(event: Event) -> object:
    return event.second


def _ends(event: Event) -> bool:
    kind, data = str(event.type), event.payload.get("data")
    status = data.get("status") if isinstance(data, Mapping) else None
    return kind.endswith(".deleted") or (kind.startswith("subscription.") and status in {"CANCELED", "EXPIRED"})


def _first_wins(runs: _ComparedRuns, at: int) -> bool:
    seconds = runs.changed(at + 1), runs.changed(at + 1, passing=True)
    firsts = runs.changed(at), runs.changed(at, passing=True)
    # One of the firsts may change nothing by itself: the deletion of a row that was never there.
    return all(one == frozenset() for one in seconds) and any(firsts)


def _touch_one_place(runs: _ComparedRuns, at: int) -> bool:
    one, two = runs.changed(at), runs.changed(at + 1)
    return one is not None and two is not None and meet(one, two)


def _drops_in_order(runs: _ComparedRuns) -> bool:
    course = runs.failing.course
    if course != occurrence(course):
        return False
    kept: set[tuple[str, str, Any]] = set()  # a receiver that ignores a type does not dedupe it
    for at, place in enumerate(course):
        key = str(runs.events[place].type), *_thing(runs.events[place])
        if runs.changed(at):
            kept.add(key)
        elif key in kept:
            return True
    return False


def _adds(runs: _ComparedRuns) -> bool:
    if runs.swap is None:
        return False
    course, copy = runs.failing.course, runs.swap.at + 1
    first = course.index(course[copy])
    if first == copy:
        return False
    if not runs.swap.is_of_one_thing:
        return True
    changed = runs.changed(copy)
    since_first = runs.trails.changed(failing=True, before=first + 1, after=copy + 1)
    return changed is not None and since_first is not None and meet(changed, since_first)


def _is_more(runs: _ComparedRuns) -> bool:
    return sum(_counts(runs.failing.effects).values()) > sum(_counts(runs.expected.effects).values())


def _never_accepted(run: Run) -> frozenset[int]:
    return frozenset(run.course) - frozenset(_taken(run))


def _refused(run: Run) -> frozenset[int]:
    return frozenset(compress(run.course, (not accepted for accepted in run.accepted)))


def _taken_twice(run: Run) -> frozenset[int]:
    return frozenset(place for place, times in Counter(_taken(run)).items() if times > 1)


def _taken(run: Run) -> Iterator[int]:
    """The event of each delivery that was accepted."""
    return compress(run.course, run.accepted)


def _counts(effects: Any) -> dict[Any, int]:
    return dict(effects.items() if isinstance(effects, Mapping) else effects or ())
