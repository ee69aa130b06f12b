"""The data of what a search found: coverage, losses, one counterexample, the whole exploration.

The renderings in ``report/`` read these classes. Users get the subclasses ``Exploration`` and ``Counterexample``, which
add the methods that call the renderings. So results are below their renderings, and the methods are above them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from steppay_mock.ordering.face import Face, current_face
from steppay_mock.ordering.orders.course import Course, inversions, repeats

if TYPE_CHECKING:
    from steppay_mock.delivery.schedule.schedule import Schedule
    from steppay_mock.ordering.anomaly import Anomaly
    from steppay_mock.ordering.receiver.run import Run
    from steppay_mock.ordering.state.difference import Difference
    from steppay_mock.ordering.truth.hint import Hint
    from steppay_mock.payload.event import Event

Kind = Literal["refused", "state", "effects", "answer", "invariant", "truth", "order"]
"""What shows the mistake.

``refused``: an event is refused in the order in which it happened. ``state``: another final state. ``effects``: other
effects. ``answer``: an event is accepted in one order and refused in another. ``invariant``: the invariant is broken.
``truth``: the final state is not what the store says. ``order``: the same rows in another order.
"""

Verdict = Literal["proved", "covered", "fails", "flaky", "hidden", "vacuous", "unfinished"]
"""The result of a search.

``proved``: every order ends the same. ``covered``: every order that was tried ends the same; the report says which.
``fails``: there is a counterexample. ``flaky``: two equal runs ended differently, or an order did not begin like the
first one. ``hidden``: equal states behaved differently, so the probe does not show everything that matters.
``vacuous``: nothing was tested, or fewer than two events have an effect. ``unfinished``: the probe raised, or the
receiver did not answer in time.
"""


class Reported(ABC):
    """A finding that has a text for people and data for programs."""

    __slots__ = ()

    @abstractmethod
    def report(self) -> str:
        """The finding as text."""

    @abstractmethod
    def as_dict(self) -> dict[str, Any]:
        """The finding as plain data, for JSON."""

    def __str__(self) -> str:
        return self.report()


class Result(Reported):
    """The result of ``explore`` or ``replay``: also says whether the receiver is right."""

    __slots__ = ()

    @property
    @abstractmethod
    def ok(self) -> bool:
        """Whether something was tested, and nothing was found against the receiver."""

    @abstractmethod
    def assert_ok(self) -> None:
        """Raise an OrderViolation with the report, unless the result is ok."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterexampleData(Reported):
    """The fields of a :class:`~steppay_mock.ordering.counterexample.Counterexample`."""

    kind: Kind
    events: tuple[Event, ...] = field(repr=False)
    """The events of the exploration, in the order in which they happened. Courses name them by place."""
    expected: Run = field(repr=False)
    """The run that ends as it should: the same events in the order in which they happened."""
    passing: Run = field(repr=False)
    """A run that passes and differs from ``failing`` in one step.

    The step is a swap, a repeat, or that deliveries are in flight at once (``failing.together``).
    """
    failing: Run = field(repr=False)
    anomaly: Anomaly
    token: str = field(repr=False)
    smallest: bool = True
    """Whether everything smaller was tried."""
    doubtful: bool = False
    """Whether ``expected`` looks wrong too: it does not end with what the store says."""
    truth: Any = field(default=None, repr=False)
    """The state that the store says is right, for the kind ``truth``."""
    face: Face = field(default_factory=current_face, repr=False, compare=False)
    """How its texts write options, and the command that replays it."""

    @property
    def course(self) -> Course:
        """The failing course: places of events in the order of delivery."""
        return self.failing.course

    @property
    def size(self) -> tuple[int, int, int]:
        """The numbers of events, inversions and repeats."""
        return len(set(self.course)), inversions(self.course), repeats(self.course)

    @property
    def schedule(self) -> Schedule:
        """The failing course as a schedule over all events, for ``deliver`` and ``Sender``."""
        from steppay_mock.delivery.schedule.schedule import plan
        from steppay_mock.delivery.schedule.steps import Again, Deliver, Drop, Overlap, Step

        steps: list[Step] = []
        together = self.failing.together
        for at, place in enumerate(self.course):
            if at in together:
                if at == together[0]:
                    steps.append(Overlap(events=tuple(self.course[one] for one in together)))
                continue
            steps.append(Again(event=place) if place in self.course[:at] else Deliver(event=place))
        missing = sorted(set(range(len(self.events))) - set(self.course))
        steps += [Drop(event=place) for place in missing]
        return plan(list(self.events), steps, made_by=f"explore({self.token})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlaps:
    """The webhooks that were in flight at once: ``groups`` of the ``of`` groups that there are.

    A group is an event and its own copy, two events that are neighbours or related, or the events of one second. The
    groups were in flight ``tries`` times. ``certain`` counts the races that did not depend on chance: the REST API held
    its answer to one event until the others were done.
    """

    groups: int
    of: int
    tries: int
    certain: int

    def __str__(self) -> str:
        which = f"{self.groups:,}" if self.groups == self.of else f"{self.groups:,} of {self.of:,}"
        certain = f" In {self.certain:,} races the API's answer was held to force the order." if self.certain else ""
        return f"{which} groups of webhooks were in flight at once, {self.tries:,} times in total.{certain}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The numbers behind a verdict: what was delivered, and which orders that covers."""

    events: int
    orders: int
    """How many orders are proved (all n!), or how many whole orders were delivered, which are ``runs`` then."""
    runs: int
    deliveries: int
    states: int
    elapsed: float
    """Seconds."""
    seed: int
    effective: int = 0
    """How many of the events changed the state in some order; the order of the others cannot matter."""
    late_by: float | None = None
    """The bound in seconds: an event is overtaken only by events that happened at most this much later. None: no bound.
    """
    distance: int | None = None
    """The bound in places: an event is overtaken only by events at most this many places later. None: no bound."""
    points: int = 0
    """With a bound, the number of points of rest at which late duplicates were delivered; 0: at every later place."""
    groups: tuple[int, ...] = ()
    """With ``independent``, the number of events of each customer; else empty."""
    interleavings: int = 0
    """With ``independent``, the number of orders in which the events of two customers were delivered, all pairs."""
    strength: int | None = None
    """t, where every order of any t events occurred; None in a proof."""
    covered: int = 0
    """How many orders of any ``strength`` events occurred."""
    of: int = 0
    """How many such orders there are."""
    duplicates: bool = False
    """Whether each event was also delivered again at every later place."""
    ties: bool = False
    """Whether the events were also delivered with the timestamps of each burst collapsed to one second."""
    sampled: int = 0
    """With ``paranoid``, the number of whole orders that were delivered after a proof, without merging states."""
    disagreed: int = 0
    """How many of those ended differently."""
    random: int = 0
    """How many of the runs were in random order, beyond those that the strength needs."""
    refused: int = 0
    """How many deliveries were answered with something other than success."""
    silent: int = 0
    """How many deliveries were not answered at all."""
    found_after: int | None = None
    """The number of deliveries before the first failure."""
    leans_on_retries: bool = False
    """Some events are refused at first, and the state is right only because they were delivered again."""
    overlaps: Overlaps | None = None
    """The webhooks that were in flight at once, if that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One event that was never delivered: whether the receiver ends as if it had been."""

    place: int
    heals: bool
    changes: tuple[str, ...] = ()
    """Where the states differ, as paths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplorationData(Result):
    """The fields of an :class:`~steppay_mock.ordering.exploration.Exploration`."""

    verdict: Verdict
    receiver: str
    """The receiver in words: its URL, or the name of the app."""
    name: str
    """The scenario, or how many events were given."""
    events: tuple[Event, ...] = field(repr=False)
    coverage: Coverage
    counterexample: CounterexampleData | None = None
    others: tuple[CounterexampleData, ...] = ()
    """More counterexamples, each of another kind of mistake or about another kind of thing."""
    given: tuple[Event, ...] = field(default=(), repr=False)
    """The events that were delivered before every order."""
    losses: tuple[Loss, ...] = ()
    without_effect: tuple[int, ...] = ()
    """The events, by place, that changed nothing in any order that was tried."""
    causes: tuple[str, ...] = ()
    """Likely causes, one sentence each, where events were refused as they happened or changed nothing."""
    notes: tuple[str, ...] = ()
    """What else bears on the verdict, one sentence each, such as a state that was not empty at first."""
    unequal: tuple[Difference, ...] = field(default=(), repr=False)
    """For ``flaky``, where two states differ that should be equal."""
    hints: tuple[Hint, ...] = ()
    """What looks wrong at the end of the events as they happened, compared with the store of their story."""
    uncompared: bool = False
    """The end was to be compared with the store, but no state had anything comparable; a note says so too."""
    why: str = ""
    """The reason for a verdict other than ``proved``, ``covered`` and ``fails``."""
    unmatched: tuple[str, ...] = ()
    """The patterns of ``ignore=`` that match nothing in any state: often a typing mistake."""
    witnesses: tuple[Run, ...] = field(default=(), repr=False)
    """For ``flaky`` and ``hidden``, the runs that contradict each other."""
    face: Face = field(default_factory=current_face, repr=False, compare=False)
    """How its texts write options."""

    @property
    def ok(self) -> bool:
        """Whether something was tested, and nothing was found against the receiver."""
        return self.verdict in {"proved", "covered"}
