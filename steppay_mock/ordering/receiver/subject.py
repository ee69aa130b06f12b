"""Leads the receiver under test through a course: from its beginning, one delivery after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import option
from steppay_mock.ordering.failure import ExplorationError, NotAnewError
from steppay_mock.ordering.orders.course import Course
from steppay_mock.ordering.receiver.answers import is_late, tell_answer
from steppay_mock.ordering.receiver.flight import Flight, Passing
from steppay_mock.ordering.receiver.follow import follow
from steppay_mock.ordering.receiver.fresh import FreshStories, FreshStory
from steppay_mock.ordering.receiver.guard import Guard
from steppay_mock.ordering.receiver.observer import Observer
from steppay_mock.ordering.receiver.receiver import OpenReceiver, Receiver
from steppay_mock.ordering.receiver.requests import Requests
from steppay_mock.ordering.receiver.run import Run
from steppay_mock.ordering.receiver.settle import look_until_settled
from steppay_mock.ordering.state.states import States

if TYPE_CHECKING:
    from types import TracebackType

    from steppay_mock.delivery.answer import Answer
    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.ordering.receiver.identifiers import Ids
    from steppay_mock.payload.event import Event

_PATIENCE = 2  # how many deliveries in a row, or in flight at once, time out before the search gives up
_SHORTEST_HOLD, _LONGEST_HOLD = 0.3, 2.0  # seconds: a receiver that makes one delivery wait for another never passes it


class BudgetSpentError(Exception):
    """No delivery is left."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A state of the receiver that can be gone back to, its number, and the course that led there."""

    saved: Any
    state: int
    course: Course


class Subject:
    """The receiver under test.

    It knows what was delivered since its beginning (``course``), and counts deliveries against the budget. ``told`` are
    the events as the REST API knows them, where their seconds were collapsed.
    """

    def __init__(
        self,
        receiver: Receiver,
        events: Sequence[Event],
        settings: ExploreSettings,
        *,
        told: Sequence[Event] = (),
    ) -> None:
        self.events = tuple(events)
        self.course: Course = ()
        self.deliveries = 0
        self.refused = 0
        self.answered = 0
        self.before: int | None = None
        """The number of the state in which the receiver was found; None where it could not be read."""
        self.first: int | None = None
        """The number of the state with which every order begins."""
        self.here = -1
        """The number of the state that was seen last."""
        self._left: float = settings.budget
        self._settings = settings
        self._told = tuple(told or events)
        self._receiver = OpenReceiver(receiver, settings.delivery)
        self._guard = Guard(timeout=settings.delivery.timeout, where=self._where)
        self._observer = Observer(settings, self._guard, self._receiver.call)
        self._requests = Requests(events, settings.given, settings.delivery, to=lambda: self._receiver.app)
        self._beginning: Mark | None = None
        self._timed_out = 0
        self._slowest = 0.0
        self._stories = FreshStories((*settings.given, *self.events)) if settings.fresh else None
        self._story: FreshStory | None = None
        self._stack = ExitStack()
        if not self.can_begin:
            raise SteppayMockError(
                "explore() delivers many orders, and each begins anew: say how. Pass "
                f"{option('reset')} (empties the receiver), or {option('save')} and {option('restore')}, or a "
                f"function that makes a fresh app in place of the app; or {option('fresh', value=True)}, where "
                "nothing can be emptied."
            )

    @property
    def states(self) -> States:
        """The states that were seen."""
        return self._observer.states

    @property
    def can_begin(self) -> bool:
        """Whether there is a way back to the beginning."""
        return bool(self._settings.reset or self._settings.restore or self._settings.fresh or self._receiver.fresh)

    @property
    def can_restore(self) -> bool:
        """Whether there is a way back to any state."""
        return self._settings.restore is not None

    @property
    def target(self) -> str:
        """The receiver in words."""
        return self._receiver.target

    @property
    def frame_notes(self) -> tuple[str, ...]:
        """What the test's frame put off or hid, in sentences for the report."""
        return self._receiver.notes

    @property
    def ids(self) -> Ids | None:
        """What this run is about, where ids are fresh."""
        return None if self._story is None else self._story.ids

    @property
    def is_unwatched(self) -> bool:
        """Whether nothing would stop a synchronous app of this process that hangs."""
        return self._receiver.is_synchronous and not self._guard.dog.armed

    def __enter__(self) -> Self:
        if self._receiver.fresh:
            self._guard.call("the factory", self._stack.enter_context, self._receiver)
        else:
            with self._guard.starting():
                self._stack.enter_context(self._receiver)
        self._stack.enter_context(self._guard.dog)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._settings.api is not None:
            self._settings.api.as_of(None)
        # Whoever explores again finds the first state, and none of the rows of the last order.
        with self._stack, suppress(ExplorationError) if error is not None else ExitStack():
            if self._beginning is not None and self._settings.restore is not None:
                self._ask("restore", self._settings.restore, self._beginning.saved)
            elif self._settings.reset is not None and self.first is not None:
                self._ask("reset", self._settings.reset)

    def allow(self, deliveries: float) -> None:
        """From now on so many more may be made; ``inf`` where the work has its own bound."""
        self._left = deliveries

    def accepts(self, place: int, answer: Answer) -> bool:
        """Whether the answer accepts that event."""
        return self._accepts(self.events[place], answer)

    def _accepts(self, event: Event, answer: Answer) -> bool:
        accept = self._settings.accept
        if accept.judge is None:
            return accept.accepts(event, answer)
        return self._guard.call(option("accept"), accept.accepts, event, answer)  # type: ignore[no-any-return]

    # Moving.

    def begin(self) -> None:
        """Back to the beginning; NotAnewError if the state is not the one that the first order began with."""
        if self._beginning is not None:
            self.go_back(self._beginning)
            return
        self.course = ()
        if self.first is None:
            self.before = self._look_before()
        if self._stories is not None:
            self._story = self._stories.next()
            self._requests.renew(self._story)
        if self._settings.reset is not None:
            self._ask("reset", self._settings.reset)
        if self._receiver.fresh:
            self._guard.call("the factory", self._receiver.renew)
        self._deliver_given()
        self.look()
        if self.first is None:
            self.first = self.here
        self._check_anew(self.first, self._way_back, was_saved=False)
        if self.can_restore:
            self._beginning = self.mark()

    def deliver(self, place: int) -> Answer:
        """Deliver the event at that place; BudgetSpentError if no delivery is left."""
        self._spend(1)
        self._happen(place)
        name = str(self.events[place].type)
        request = self._requests.make(place, copy=self.course.count(place))
        answer = self._guard.deliver(name, self._receiver.send, request, answered=self.answered > 0)
        self.course = (*self.course, place)
        self.answered += answer.status is not None
        self._slowest = max(self._slowest, answer.latency)
        self._timed_out = self._timed_out + 1 if is_late(answer) else 0
        if self._timed_out >= _PATIENCE:
            raise self._guard.no_answer(name, answered=self.answered > 0)
        if not self.accepts(place, answer):
            self.refused += 1
        return answer

    def deliver_together(self, places: Course, *, held: bool = False) -> Flight:
        """Deliver these events at once, one that is there twice beside its own copy.

        ``held``: the REST API holds what the first asks until the others landed.
        """
        self._spend(len(places))
        passing = self._passing(places) if held else None
        self._happen(*places[:1] if held else places)
        name = f"{' and '.join(str(self.events[place].type) for place in places)}, in flight at once,"
        course = (*self.course, *places)
        requests = [
            self._requests.make(place, copy=course[: len(self.course) + at].count(place))
            for at, place in enumerate(places)
        ]
        send = partial(self._receiver.send_together, passing=passing)
        flight = self._guard.deliver(name, send, requests, answered=self.answered > 0)
        self._timed_out = sum(map(is_late, flight.answers))
        if self._timed_out >= _PATIENCE:
            raise self._guard.no_answer(name, answered=self.answered > 0)
        self.course = course
        self.answered += sum(answer.status is not None for answer in flight.answers)
        self.refused += sum(
            not self.accepts(place, answer) for place, answer in zip(places, flight.answers, strict=True)
        )
        return flight

    def mark(self) -> Mark:
        """Where the receiver is, to come back to."""
        save = self._settings.save
        assert save is not None  # noqa: S101 - asked for only where there is one
        return Mark(self._ask("save", save), self.here, self.course)

    def go_back(self, mark: Mark) -> None:
        """Back to where the receiver was; NotAnewError if it does not look as it did there."""
        restore = self._settings.restore
        assert restore is not None  # noqa: S101 - see above
        self._ask("restore", restore, mark.saved)
        self.course = mark.course
        self.look()
        self._check_anew(mark.state, option("restore"), was_saved=True)

    # Looking.

    def look(self) -> int:
        """The number of the state that the receiver is in, once it has settled."""
        settling = self._settings.settle
        if settling is None:
            self.here = self._observer.look(self._story)
        elif settling.wait is not None:
            if self._ask("settle", settling.wait) is False:
                raise self._guard.cut_off(
                    f"{option('settle')} gave False, as Event.wait() does while the work is not done. Let it come back "
                    "when the work is done, as queue.join does, and give nothing"
                )
            self.here = self._observer.look(self._story)
        else:
            delivery = self._settings.delivery
            self.here = self._guard.call(
                option("settle"),
                lambda: look_until_settled(
                    lambda: self._observer.look(self._story),
                    seconds=settling.seconds,
                    limit=delivery.timeout,
                    sleep=delivery.sleep,
                ),
            )
        return self.here

    def broken(self, number: int) -> str | None:
        """What the invariant says of a state, if it says no."""
        return self._observer.broken(number)

    def follow(
        self, course: Course, *, together: tuple[int, ...] = (), held: bool = False, judging: bool = True
    ) -> Run:
        """Deliver the whole course from the beginning, what is refused again at its end, and tell what became of it.

        The deliveries at the positions ``together``, neighbours, are in flight at once; ``held`` is as in
        :meth:`deliver_together`. Where it is ``judging`` the run ends as soon as the invariant is broken.
        """
        return follow(self, course, together, held=held, attempts=self._settings.attempts, judging=judging)

    # How.

    @property
    def _way_back(self) -> str:
        if self._settings.reset is not None:
            return option("reset")
        return "a fresh app" if self._receiver.fresh else "a fresh customer"

    def _look_before(self) -> int | None:
        """The state before the first reset, where that may already be read: a reset may be what makes the tables."""
        if self._settings.reset is None or self._receiver.fresh:
            return None
        with suppress(ExplorationError):
            return self._observer.look(None)
        return None

    def _check_anew(self, wanted: int, how: str, *, was_saved: bool) -> None:
        if self.here != wanted:
            states = self.states
            raise NotAnewError(how=how, was_saved=was_saved, wanted=states[wanted].state, found=states[self.here].state)

    def _deliver_given(self) -> None:
        """What was delivered before every order; it is no part of the budget."""
        if self._settings.api is not None and self._settings.given:
            self._settings.api.as_of(self._settings.given[-1])
        for place in self._requests.given:
            event = self._requests.event(place)
            self.deliveries += 1
            request = self._requests.make(place)
            answer = self._guard.deliver(str(event.type), self._receiver.send, request, answered=self.answered > 0)
            self.answered += answer.status is not None
            if not self._accepts(event, answer):
                told = tell_answer(answer, accepted=False)
                raise self._guard.cut_off(
                    f"{event.type}, which {option('given')} delivers before every order, was refused: {told}"
                )

    def _spend(self, count: int) -> None:
        if self._left < count:
            raise BudgetSpentError
        self._left -= count
        self.deliveries += count
        self._settings.watch(self.deliveries, self._settings.budget)

    def _happen(self, *places: int) -> None:
        """Let the REST API tell how things were once the newest of the events delivered by now had happened."""
        if self._settings.api is not None:
            self._settings.api.as_of(self._told[max((*self.course, *places))])

    def _passing(self, places: Course) -> Passing:
        api = self._settings.api
        assert api is not None  # noqa: S101 - asked for only where there is one
        patience = min(max(_SHORTEST_HOLD, 20 * self._slowest), _LONGEST_HOLD)
        hold = api.hold(timeout=self._settings.delivery.timeout + _LONGEST_HOLD)
        return Passing(hold, patience, lambda: self._happen(*places))

    def _ask(self, name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        return self._guard.call(option(name), self._receiver.call, function, *arguments)

    def _where(self) -> str:
        target = self.target or "the receiver"
        told = ", ".join(f"{place + 1} {self.events[place].type}" for place in self.course)
        return f"in the course of {told}, delivered to {target}" if told else f"before the first delivery to {target}"
