"""The test driver: delivers a course to the receiver, from its beginning, one delivery after the other.

Every delivery of a search goes through it. It knows the course so far, asks the probe after each step, counts
deliveries against the budget, and puts the receiver back to its beginning or to a checkpoint. It judges nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import option
from steppay_mock.ordering.failure import ExplorationError, WrongStartError
from steppay_mock.ordering.orders.course import Course
from steppay_mock.ordering.receiver.answers import is_late, tell_answer
from steppay_mock.ordering.receiver.api_time import ApiTime
from steppay_mock.ordering.receiver.flight import Flight
from steppay_mock.ordering.receiver.fresh_ids import EventRenamer, RenamedEvents
from steppay_mock.ordering.receiver.probe_reader import ProbeReader
from steppay_mock.ordering.receiver.receiver import OpenReceiver, Receiver
from steppay_mock.ordering.receiver.signed_requests import SignedRequests
from steppay_mock.ordering.receiver.supervisor import Supervisor
from steppay_mock.ordering.state.states import States
from steppay_mock.wire.redact import Redaction

if TYPE_CHECKING:
    from types import TracebackType

    from steppay_mock.delivery.answer import Answer
    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.ordering.receiver.identifiers import Ids
    from steppay_mock.payload.event import Event

_PATIENCE = 2  # timeouts, in a row or in one flight, until the search gives up


class BudgetSpentError(Exception):
    """No delivery is left in the budget."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A saved state of the receiver: the value of ``save=``, the number of the state, and the course up to it."""

    saved: Any
    state: int
    course: Course


class Driver:
    """Drives the receiver under test.

    ``course`` is what was delivered since the beginning. ``as_stored`` are the events as the REST API knows them, where
    their seconds were collapsed.
    """

    def __init__(
        self, receiver: Receiver, events: Sequence[Event], settings: ExploreSettings, *, as_stored: Sequence[Event] = ()
    ) -> None:
        self.events = tuple(events)
        self.course: Course = ()
        self.deliveries = 0
        self.refused = 0
        self.answered = 0
        self.before: int | None = None
        """The number of the state before the first reset; None if it was not read."""
        self.first: int | None = None
        """The number of the state with which every order begins; None until the first order."""
        self.here: int
        """The number of the state that was read last; every order begins with reading one."""
        self.attempts = settings.attempts
        """How often a refused event is retried."""
        self.can_restore = settings.restore is not None
        """Whether there is a way back to any state, and not only to the beginning."""
        self._left: float = settings.budget
        self._settings = settings
        self._api_time = ApiTime(settings.api, tuple(as_stored or events), given=settings.given)
        self._receiver = OpenReceiver(receiver, settings.delivery)
        redact = Redaction(settings.delivery.hidden)
        self._supervisor = Supervisor(timeout=settings.delivery.timeout, where=self._where, redact=redact)
        self._probes = ProbeReader(settings, self._supervisor, self._receiver.call)
        self.states: States = self._probes.states
        """All states that were read so far."""
        self._requests = SignedRequests(events, settings.given, settings.delivery, to=lambda: self._receiver.app)
        self._beginning: Checkpoint | None = None
        self._timed_out = 0
        self._slowest = 0.0
        self._renamer = EventRenamer((*settings.given, *self.events)) if settings.fresh else None
        self._renamed: RenamedEvents | None = None
        self._stack = ExitStack()
        if not (settings.reset or settings.restore or settings.fresh or self._receiver.is_factory):
            raise SteppayMockError(
                "explore() delivers many orders, and each begins with the same state. Pass "
                f"{option('reset')} (empties the receiver), or {option('save')} and {option('restore')}, or a "
                f"function that makes a new app in place of the app; or {option('fresh', value=True)} if nothing "
                "can be emptied."
            )

    @property
    def target(self) -> str:
        """The receiver in words, for messages."""
        return self._receiver.target

    @property
    def harness_notes(self) -> tuple[str, ...]:
        """What the harness of the test delayed or hid, as sentences for the report."""
        return self._receiver.notes

    @property
    def ids(self) -> Ids | None:
        """The ids of this run, with ``fresh=True``."""
        return None if self._renamed is None else self._renamed.ids

    @property
    def is_unwatched(self) -> bool:
        """Whether nothing would stop a synchronous app in this process if it hung."""
        return self._receiver.is_synchronous and not self._supervisor.watchdog.armed

    def __enter__(self) -> Self:
        if self._receiver.is_factory:
            self._supervisor.call("the factory", self._stack.enter_context, self._receiver)
        else:
            with self._supervisor.starting():
                self._stack.enter_context(self._receiver)
        self._stack.enter_context(self._supervisor.watchdog)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._api_time.reset()
        # Leave the first state behind, not the rows of the last order: the next test may use the same receiver.
        # If the search already raised, an error of this clean-up must not hide it.
        with self._stack, suppress(ExplorationError) if error is not None else ExitStack():
            if self._beginning is not None and self._settings.restore is not None:
                self._ask("restore", self._settings.restore, self._beginning.saved)
            elif self._settings.reset is not None and self.first is not None:
                self._ask("reset", self._settings.reset)

    def allow(self, deliveries: float) -> None:
        """Set the deliveries that may be made from now on; ``inf`` for work that has its own bound."""
        self._left = deliveries

    def accepts(self, place: int, answer: Answer) -> bool:
        """Whether the answer accepts that event."""
        return self._supervisor.accepts(self._settings.accept, self.events[place], answer)

    # Moving.

    def begin(self) -> None:
        """Go back to the beginning; WrongStartError if the state is not the one that the first order began with.

        That check is why the state is read after each reset: an incomplete reset would show as a failure of the
        receiver much later, in an order that has nothing to do with it.
        """
        # With restore= the reset, the factory and given= are needed once: after that the saved beginning is faster.
        if self._beginning is not None:
            self.go_back(self._beginning)
            return
        self.course = ()
        if self.first is None:
            self.before = self._look_before()
        if self._renamer is not None:
            self._renamed = self._renamer.next()
            self._requests.renew(self._renamed)
        if self._settings.reset is not None:
            self._ask("reset", self._settings.reset)
        if self._receiver.is_factory:
            self._supervisor.call("the factory", self._receiver.renew)
        self._deliver_given()
        self.look()
        if self.first is None:
            self.first = self.here
        self._check_anew(self.first, self._way_back, was_saved=False)
        if self.can_restore:
            self._beginning = self.checkpoint()

    def deliver(self, place: int) -> Answer:
        """Deliver one event; BudgetSpentError if no delivery is left."""
        self._spend(1)
        self._api_time.set_to_newest((*self.course, place))
        name = str(self.events[place].type)
        request = self._requests.make(place, copy=self.course.count(place))
        answer = self._supervisor.deliver(name, self._receiver.send, request, answered=self.answered > 0)
        self.course = (*self.course, place)
        self.answered += answer.status is not None
        self._slowest = max(self._slowest, answer.latency)
        self._timed_out = self._timed_out + 1 if is_late(answer) else 0
        if self._timed_out >= _PATIENCE:
            raise self._supervisor.no_answer(name, answered=self.answered > 0)
        if not self.accepts(place, answer):
            self.refused += 1
        return answer

    def deliver_together(self, places: Course, *, held: bool) -> Flight:
        """Deliver several events at once; a place that stands twice is an event beside its copy.

        ``held``: the REST API holds what the first one asks until the others have their answers.
        """
        self._spend(len(places))
        course = (*self.course, *places)
        timeout = self._settings.delivery.timeout
        overtaking = self._api_time.overtaking(course, slowest=self._slowest, timeout=timeout) if held else None
        self._api_time.set_to_newest((*self.course, places[0]) if held else course)
        name = f"{' and '.join(str(self.events[place].type) for place in places)}, in flight at once,"
        requests = [
            self._requests.make(place, copy=course[: len(self.course) + at].count(place))
            for at, place in enumerate(places)
        ]
        send = partial(self._receiver.send_together, overtaking=overtaking)
        flight = self._supervisor.deliver(name, send, requests, answered=self.answered > 0)
        self._timed_out = sum(map(is_late, flight.answers))
        if self._timed_out >= _PATIENCE:
            raise self._supervisor.no_answer(name, answered=self.answered > 0)
        self.course = course
        self.answered += sum(answer.status is not None for answer in flight.answers)
        self.refused += sum(
            not self.accepts(place, answer) for place, answer in zip(places, flight.answers, strict=True)
        )
        return flight

    def checkpoint(self) -> Checkpoint:
        """Save the present state, to come back to it with :meth:`go_back`."""
        save = self._settings.save
        assert save is not None  # noqa: S101 - asked for only where there is one
        return Checkpoint(self._ask("save", save), self.here, self.course)

    def go_back(self, checkpoint: Checkpoint) -> None:
        """Restore a saved state; WrongStartError if the probe does not show it again.

        The state is read again, though it is known: a restore that forgets a table would make a right receiver fail.
        """
        assert self._settings.restore is not None  # noqa: S101 - see above
        self._ask("restore", self._settings.restore, checkpoint.saved)
        self.course = checkpoint.course
        self.look()
        self._check_anew(checkpoint.state, option("restore"), was_saved=True)

    def look(self) -> int:
        """The number of the present state, read once the receiver has settled."""
        self.here = self._probes.look(self._renamed)
        return self.here

    def broken(self, number: int) -> str | None:
        """The message of the invariant that is broken in this state; None if it holds."""
        return self._probes.broken(number)

    # Details.

    @property
    def _way_back(self) -> str:
        if self._settings.reset is not None:
            return option("reset")
        return "a fresh app" if self._receiver.is_factory else "a fresh customer"

    def _look_before(self) -> int | None:
        """The state before the first reset. An error is ignored: the reset may be what creates the tables."""
        if self._settings.reset is None or self._receiver.is_factory:
            return None
        with suppress(ExplorationError):
            return self._probes.read(None)
        return None

    def _check_anew(self, wanted: int, how: str, *, was_saved: bool) -> None:
        if self.here != wanted:
            found = self.states[self.here].state
            raise WrongStartError(how=how, was_saved=was_saved, wanted=self.states[wanted].state, found=found)

    def _deliver_given(self) -> None:
        """Deliver the events of ``given=``. They are counted, but not against the budget."""
        self._api_time.set_to_given()
        for place in self._requests.given:
            event = self._requests.event(place)
            self.deliveries += 1
            request = self._requests.make(place)
            answer = self._supervisor.deliver(str(event.type), self._receiver.send, request, answered=self.answered > 0)
            self.answered += answer.status is not None
            if not self._supervisor.accepts(self._settings.accept, event, answer):
                told = tell_answer(answer, accepted=False)
                raise self._supervisor.cut_off(
                    f"{event.type}, which {option('given')} delivers before every order, was refused: {told}"
                )

    def _spend(self, count: int) -> None:
        if self._left < count:
            raise BudgetSpentError
        self._left -= count
        self.deliveries += count
        self._settings.watch(self.deliveries, self._settings.budget)

    def _ask(self, name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        return self._supervisor.call(option(name), self._receiver.call, function, *arguments)

    def _where(self) -> str:
        target = self.target or "the receiver"
        told = ", ".join(f"{place + 1} {self.events[place].type}" for place in self.course)
        return f"in the course of {told}, delivered to {target}" if told else f"before the first delivery to {target}"
