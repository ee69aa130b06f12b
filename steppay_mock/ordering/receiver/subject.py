"""How is the receiver led through a course, and looked at? From its beginning, one delivery after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from steppay_mock.delivery.deliver import make_request
from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.errors import ContractViolation, SteppayMockError
from steppay_mock.ordering.failure import ExplorationError, NoAnswerError
from steppay_mock.ordering.orders.course import Course
from steppay_mock.ordering.receiver.answers import accepts, is_late
from steppay_mock.ordering.receiver.flight import Flight, Passing
from steppay_mock.ordering.receiver.follow import follow
from steppay_mock.ordering.receiver.fresh import FreshStories, FreshStory
from steppay_mock.ordering.receiver.receiver import OpenReceiver, Receiver
from steppay_mock.ordering.receiver.run import Run
from steppay_mock.ordering.receiver.watchdog import HungError, Watchdog
from steppay_mock.ordering.state.fingerprint import fingerprint
from steppay_mock.ordering.state.normal import normalise
from steppay_mock.ordering.state.states import Snapshot, States

if TYPE_CHECKING:
    from steppay_mock.delivery.transport import Answer, Request
    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.ordering.receiver.identifiers import Ids
    from steppay_mock.payload.event import Event

_FRESH_FOR = 60  # seconds that a signature is used for: receivers refuse what is some minutes old (fact 19)
_PATIENCE = 2  # how many deliveries in a row may time out before the search gives up
_SHORTEST_HOLD, _LONGEST_HOLD = 0.3, 2.0  # seconds: a receiver that makes one delivery wait for another never passes it
_MOST_KNOWN = 50_000  # fingerprints that are kept
_GRACE = 1.1  # how many timeouts the watchdog waits for: what has a timeout of its own shall tell by itself


class BudgetSpentError(Exception):
    """No delivery is left."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A state of the receiver that can be gone back to, and the course that led there."""

    saved: Any
    course: Course


class Subject:
    """The receiver under test.

    It knows what was delivered since its beginning (``course``), and counts deliveries against the budget.
    """

    def __init__(self, receiver: Receiver, events: Sequence[Event], settings: ExploreSettings) -> None:
        self.events = tuple(events)
        self.states = States()
        self.course: Course = ()
        self.deliveries = 0
        self.refused = 0
        self.answered = 0
        self._left: float = settings.budget
        self._settings = settings
        self._receiver = OpenReceiver(receiver, settings.delivery)
        self._requests: list[Request | None] = [None] * len(self.events)
        self._signed_at = -float("inf")
        self._beginning: Mark | None = None
        self._judged: dict[int, str | None] = {}
        self._known: dict[bytes, int] = {}
        """By their fingerprints, the numbers of states that were read before."""
        self._timed_out = 0
        self._slowest = 0.0
        self._stories = FreshStories(self.events) if settings.fresh else None
        self._story: FreshStory | None = None
        self._dog = Watchdog(_GRACE * settings.delivery.timeout)
        self._stack = ExitStack()
        if not self.can_begin:
            raise SteppayMockError(
                "explore() delivers many orders, and each begins anew: say how. Pass reset= (empties the receiver), or "
                "save= and restore=, or a function that makes a fresh app in place of the app; or fresh=True, where "
                "nothing can be emptied."
            )

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
    def ids(self) -> Ids | None:
        """What this run is about, where ids are fresh."""
        return None if self._story is None else self._story.ids

    def __enter__(self) -> Self:
        if self._receiver.fresh:
            self._guarded("the factory", self._stack.enter_context, self._receiver)
        else:
            self._stack.enter_context(self._receiver)
        self._stack.enter_context(self._dog)
        return self

    def __exit__(self, *exception: Any) -> None:  # noqa: PYI036 - as ExitStack has it
        if self._settings.api is not None:
            self._settings.api.as_of(None)
        self._stack.__exit__(*exception)

    def allow(self, deliveries: float) -> None:
        """From now on so many more may be made; ``inf`` where the work has its own bound."""
        self._left = deliveries

    # Moving.

    def begin(self) -> None:
        """Back to the beginning."""
        if self._beginning is not None:
            self.go_back(self._beginning)
            return
        self.course = ()
        if self._stories is not None:
            self._story = self._stories.next()
            self._requests = [None] * len(self.events)
        if self._settings.reset is not None:
            self._ask("reset", self._settings.reset)
        if self._receiver.fresh:
            self._guarded("the factory", self._receiver.renew)
        if self.can_restore:
            self._beginning = self.mark()

    def deliver(self, place: int) -> Answer:
        """Deliver the event at that place; BudgetSpentError if no delivery is left."""
        self._spend(1)
        self._happen(place)
        try:
            self._dog.watch()
            answer = self._receiver.send(self._request(place))
        except HungError:
            raise self._hung(place) from None
        finally:
            self._dog.rest()
        self.course = (*self.course, place)
        self.answered += answer.status is not None
        self._slowest = max(self._slowest, answer.latency)
        if is_late(answer):
            self._timed_out += 1
            if self._timed_out >= _PATIENCE:
                raise self._hung(place)
        else:
            self._timed_out = 0
        if not accepts(answer):
            self.refused += 1
        return answer

    def deliver_together(self, places: Course, *, held: bool = False) -> Flight:
        """Deliver these events at once; ``held``: the REST API holds what the first asks until the others landed."""
        self._spend(len(places))
        passing = self._passing(places) if held else None
        self._happen(*places[:1] if held else places)
        try:
            self._dog.watch()
            flight = self._receiver.send_together([self._request(place) for place in places], passing=passing)
        except HungError:
            raise self._hung(*places) from None
        finally:
            self._dog.rest()
        if any(map(is_late, flight.answers)):
            raise self._hung(*places)
        self.course += places
        self.answered += sum(answer.status is not None for answer in flight.answers)
        self.refused += sum(not accepts(answer) for answer in flight.answers)
        return flight

    def mark(self) -> Mark:
        """Where the receiver is, to come back to."""
        save = self._settings.save
        assert save is not None  # noqa: S101 - asked for only where there is one
        return Mark(self._ask("save", save), self.course)

    def go_back(self, mark: Mark) -> None:
        """Back to where the receiver was."""
        restore = self._settings.restore
        assert restore is not None  # noqa: S101 - see above
        self._ask("restore", restore, mark.saved)
        self.course = mark.course

    # Looking.

    def look(self) -> int:
        """The number of the state that the receiver is in."""
        settings = self._settings
        raw = self._ask_about("state", settings.state)
        effects = None if settings.effects is None else self._ask_about("effects", settings.effects)
        printed = fingerprint(raw, effects) if self._story is None else None
        known = None if printed is None else self._known.get(printed)
        if known is not None:
            return known
        counted = None if settings.effects is None else self._counted(effects)
        number = self.states.number(Snapshot(self._normalised(raw, "state"), counted))
        if settings.invariant is not None and number not in self._judged:
            self._judged[number] = self._judge(settings.invariant, raw)
        if printed is not None and len(self._known) < _MOST_KNOWN:
            self._known[printed] = number
        return number

    def broken(self, number: int) -> str | None:
        """What the invariant says of a state, if it says no."""
        return self._judged.get(number)

    def follow(
        self, course: Course, *, together: tuple[int, ...] = (), held: bool = False, judging: bool = True
    ) -> Run:
        """Deliver the whole course from the beginning, what is refused again at its end, and tell what became of it.

        The deliveries at the positions ``together``, neighbours, are in flight at once; ``held`` is as in
        :meth:`deliver_together`. Where it is ``judging`` the run ends as soon as the invariant is broken.
        """
        return follow(self, course, together, held=held, attempts=self._settings.attempts, judging=judging)

    # How.

    def _spend(self, count: int) -> None:
        if self._left < count:
            raise BudgetSpentError
        self._left -= count
        self.deliveries += count
        self._settings.watch(self.deliveries, self._settings.budget)

    def _happen(self, *places: int) -> None:
        """Let the REST API tell how things were once the newest of the events delivered by now had happened."""
        if self._settings.api is not None:
            self._settings.api.as_of(self.events[max((*self.course, *places))])

    def _passing(self, places: Course) -> Passing:
        api = self._settings.api
        assert api is not None  # noqa: S101 - asked for only where there is one
        patience = min(max(_SHORTEST_HOLD, 20 * self._slowest), _LONGEST_HOLD)
        hold = api.hold(timeout=self._settings.delivery.timeout + _LONGEST_HOLD)
        return Passing(hold, patience, lambda: self._happen(*places))

    def _request(self, place: int) -> Request:
        now = self._settings.delivery.now()
        if not 0 <= now - self._signed_at < _FRESH_FOR:
            self._requests = [None] * len(self.events)
            self._signed_at = now
        request = self._requests[place]
        if request is None:
            told = self.events if self._story is None else self._story.events
            request = make_request(told[place], self._settings.delivery, position=place)
            self._requests[place] = request
        return request

    def _counted(self, effects: Any) -> Hashable:
        if isinstance(effects, str | bytes | Mapping | AbstractSet) or not hasattr(effects, "__iter__"):
            raise self._cut_off(
                f"effects= gives {type(effects).__name__}. Let it give a list of what was done, in which a thing that "
                "was done twice is twice"
            )
        return frozenset(Counter(self._normalised(one, "effects") for one in effects).items())

    def _normalised(self, value: Any, name: str) -> Hashable:
        try:
            form = normalise(value, ignore=self._settings.ignore, name=name)
        except SteppayMockError as error:
            raise self._cut_off(str(error)) from error
        return form if self._story is None else self._story.as_given(form)

    def _judge(self, invariant: Callable[[Any], Any], raw: Any) -> str | None:
        try:
            verdict = self._receiver.call(invariant, raw)
        except AssertionError as error:
            return excerpt(str(error)) if str(error) else "the invariant does not hold"
        except Exception as error:
            raise self._cut_off(f"invariant= raised {type(error).__name__}: {error}") from error
        return "the invariant does not hold" if verdict is False else None

    def _ask_about(self, name: str, probe: Callable[..., Any]) -> Any:
        return self._ask(name, probe) if self.ids is None else self._ask(name, probe, self.ids)

    def _ask(self, name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        return self._guarded(f"{name}=", self._receiver.call, function, *arguments)

    def _guarded(self, name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        try:
            self._dog.watch()
            return function(*arguments)
        except HungError:
            raise self._cut_off(f"{name} did not come back within {self._settings.delivery.timeout:g} s") from None
        except ContractViolation:
            raise
        except SteppayMockError as error:
            raise self._cut_off(str(error)) from error
        except Exception as error:
            raise self._cut_off(f"{name} raised {type(error).__name__}: {excerpt(str(error))}") from error
        finally:
            self._dog.rest()

    def _hung(self, *places: int) -> NoAnswerError:
        seconds = self._settings.delivery.timeout
        what = " and ".join(str(self.events[place].type) for place in places)
        at_once = ", in flight at once," if len(places) > 1 else ""
        told = f"The receiver did not answer {what}{at_once} within {seconds:g} s. The limit is timeout="
        error = NoAnswerError(self._told_of(told))
        error.reached = self.answered > 0
        return error

    def _cut_off(self, what: str) -> ExplorationError:
        return ExplorationError(self._told_of(what))

    def _told_of(self, what: str) -> str:
        told = ", ".join(f"{place} {self.events[place].type}" for place in self.course) or "nothing"
        return (
            f"{what.rstrip('.')}. It was in the course of {told}, delivered to {self.target or 'the receiver'}. "
            "Correct that, and explore again."
        )
