"""The reason why a receiver is wrong: the smallest course that shows it, beside one that differs by a single step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from steppay_mock.ordering.face import Face, current_face, speaking
from steppay_mock.ordering.orders.course import Course, inversions, repeats

if TYPE_CHECKING:
    from steppay_mock.delivery.schedule.schedule import Schedule
    from steppay_mock.ordering.receiver.run import Run
    from steppay_mock.ordering.report.anomaly import Anomaly
    from steppay_mock.payload.event import Event

Kind = Literal["refused", "state", "effects", "answer", "invariant", "truth", "order"]
"""What shows the mistake: an event that is refused in the order in which it happened, another final state, other
effects, an event that is accepted in one order and refused in another, a broken invariant, a final state that is not
what the store knows to be true, or the same rows in another order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterexample:
    """The smallest course that was found: fewest events, then fewest inversions, then fewest repeats.

    ``events`` are those of the exploration; courses name them by place. ``expected`` is how it should have ended: the
    run of the same events in the order in which they happened. ``passing`` differs from ``failing`` by one swap, by one
    repeat, or by delivering one after the other what is in flight at once there (``failing.together``). ``smallest``
    says whether everything smaller was tried.
    """

    kind: Kind
    events: tuple[Event, ...] = field(repr=False)
    expected: Run = field(repr=False)
    passing: Run = field(repr=False)
    failing: Run = field(repr=False)
    anomaly: Anomaly
    token: str = field(repr=False)
    smallest: bool = True
    doubtful: bool = False
    """Whether the end that is taken for the right one looks wrong itself: it is not what the store says."""
    truth: Any = field(default=None, repr=False)
    """What the store knows to be true, for the kind ``truth``."""
    face: Face = field(default_factory=current_face, repr=False, compare=False)
    """How its texts write options, and how it is replayed."""

    @property
    def course(self) -> Course:
        """The failing course: places of events in the order of delivery."""
        return self.failing.course

    @property
    def size(self) -> tuple[int, int, int]:
        """How many events, inversions and repeats it has."""
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

    def report(self) -> str:
        """Say it to a person: what happened, what was delivered, both states, the likely cause, and how to replay."""
        from steppay_mock.ordering.report.text import describe_counterexample

        with speaking(self.face):
            return describe_counterexample(self)

    def __str__(self) -> str:
        return self.report()
