"""``CheckedReceiver``: the receiver while it is checked. It makes events, sends requests, and looks at the state.

It judges nothing. A check asks it for a fresh event, so that no check depends on what another one delivered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self, Unpack

from steppay_mock.conformance.progress import STOPPED, CheckProgress, ChecksStoppedError
from steppay_mock.conformance.proofs import Proofs
from steppay_mock.conformance.store_events import StoreEvents
from steppay_mock.conformance.trace import Trace
from steppay_mock.conformance.unlike import Unlike
from steppay_mock.delivery.address import DEFAULT_PATH, parse_address
from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.faults import make_draft
from steppay_mock.delivery.request import Request
from steppay_mock.ordering.face import option
from steppay_mock.ordering.failure import NoAnswerError
from steppay_mock.ordering.receiver.probe_reader import ProbeReader
from steppay_mock.ordering.receiver.receiver import OpenReceiver, Receiver
from steppay_mock.ordering.receiver.supervisor import Supervisor
from steppay_mock.ordering.remote import RemoteError
from steppay_mock.ordering.search.reading_back import ApiCallWatch
from steppay_mock.payload.chance import SEEDS, derive_seed
from steppay_mock.payload.factory import make_event
from steppay_mock.store.scenarios.scenario import scenario
from steppay_mock.wire.redact import Redaction

if TYPE_CHECKING:
    from types import TracebackType

    from steppay_mock.conformance.options import CheckSettings
    from steppay_mock.conformance.told_story import ToldStory
    from steppay_mock.delivery.faults import RequestDraft
    from steppay_mock.delivery.options.settings import Settings
    from steppay_mock.ordering.failure import ExplorationError
    from steppay_mock.ordering.state.states import Snapshot
    from steppay_mock.payload.event import Event
    from steppay_mock.payload.options import EventOptions
    from steppay_mock.rest.exchange import ApiCall

_PATIENCE = 3  # requests without an answer until the checks give up
_GONE = frozenset({Failure.TIMED_OUT, Failure.REFUSED, Failure.UNREACHABLE, Failure.NO_ADDRESS})
_FRESH = 5  # seconds for which the deliveries of a check are signed at the moment of its events
_IN_PROCESS = "http://localhost:8000"


class CheckedReceiver:
    """The receiver while it is checked; ``with`` opens and closes it.

    ``traces`` are all requests with their answers. ``main`` is the event type that most checks use: it is accepted,
    and changes the state if that can be looked at. ``reacts`` are the types that change the state, and
    ``reacts_in_stories`` those that do so only after others. ``unsteady`` says where the states differ after the same
    event was delivered twice, and ``unlike`` are equal requests that were answered or ended unlike. ``proofs`` are the
    searches through orders, which are made after all that is delivered here. ``stories`` are the scenarios that were
    delivered once.
    """

    def __init__(self, receiver: Receiver, settings: CheckSettings) -> None:
        self.settings = settings
        self.traces: list[Trace] = []
        self.main = "payment.completed"
        self.accepted: tuple[str, ...] = ()
        self.reacts: tuple[str, ...] = ()
        self.reacts_in_stories: tuple[str, ...] = ()
        self.unsteady: tuple[str, ...] = ()
        self.unlike: list[Unlike] = []
        self.proofs = Proofs()
        self.stories: tuple[ToldStory, ...] = ()
        self._delivery = settings.probing.delivery
        self._open = OpenReceiver(receiver, self._delivery)
        redact = Redaction(self._delivery.hidden)
        self._supervisor = Supervisor(
            timeout=self._delivery.timeout, where=self._where, again="check again", redact=redact
        )
        self._probes = ProbeReader(settings.probing, self._supervisor, self._open.call)
        self.is_lost = False
        """Whether the state or the reset does not answer any more."""
        self.api = settings.probing.api
        """The REST API that it reads back from; None: none was given."""
        self._calls_before = 0 if self.api is None else len(self.api.calls)
        self._api_watch = ApiCallWatch(self.api)
        self._store_events = None if self.api is None else StoreEvents(self.api)
        self.is_stopped = False
        """Whether ``watch`` ended the checks."""
        self._searched = 0
        self.done, self.total = 0, 0
        """How many checks are done, and how many there are."""
        self._has_begun = False
        self._is_settled = True
        self._purpose = "reactions"
        self._moment: int | None = None
        self._made = 0
        self._url = ""
        self._saved: Any = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        if self._open.is_factory:
            self._supervisor.call("the factory", self._stack.enter_context, self._open)
        else:
            with self._supervisor.starting():
                self._stack.enter_context(self._open)
        self._stack.enter_context(self._supervisor.watchdog)
        self._url = _url_of(self._open.app, self._delivery)
        if self.settings.probing.save is not None and self.settings.has_state:
            self._saved = self._ask("save", self.settings.probing.save)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # Leave the first state behind. What is no more there cannot be put back, and the card says so.
        with self._stack:
            if error is None and self._has_begun and not self.is_gone:
                self.begin()
            self._forget_stores()

    @property
    def target(self) -> str:
        """The receiver in words, for messages."""
        return self._open.target

    @property
    def url(self) -> str:
        """The URL for commands; of an app in this process one to start from."""
        return self._url

    @property
    def app(self) -> object:
        """The app in this process, or the URL."""
        return self._open.app

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is reached by a socket."""
        return isinstance(self._open.app, str)

    @property
    def is_in_process(self) -> bool:
        """Whether it runs in this process."""
        return self._open.is_in_process

    @property
    def has_route(self) -> bool:
        """Whether it gets requests of every method itself: a function of AWS Lambda has a gateway before it."""
        from steppay_mock.delivery.aws.app import LambdaApp

        return not isinstance(self._open.app, LambdaApp)

    @property
    def is_signed(self) -> bool:
        """Whether deliveries are signed."""
        return self._delivery.secret is not None

    @property
    def has_state(self) -> bool:
        """Whether its state can be looked at."""
        return self.settings.has_state

    @property
    def can_reset(self) -> bool:
        """Whether its state can be looked at and put back, and is the same after the same deliveries."""
        return self.has_state and self.has_reset and not self.unsteady

    @property
    def has_reset(self) -> bool:
        """Whether there is a way to put its state back."""
        probing = self.settings.probing
        return probing.reset is not None or probing.restore is not None or self._open.is_factory

    def now(self) -> float:
        """The time of the clock that signs, in seconds since the epoch."""
        return self._delivery.toward(self._open.app).now()

    @property
    def moment(self) -> int:
        """The second in which the events of this check happen, if it is not an old one that is asked for."""
        return int(self.now()) if self._moment is None else self._moment

    def begin_check(self, name: str) -> None:
        """Make other events than for any other check, and the same ones in each run."""
        self._purpose, self._made, self._moment = name, 0, int(self.now())
        self._forget_stores()

    def repeat_check(self, name: str) -> None:
        """Begin the check once more, with events of the same bytes; where no state can be put back, a second older.

        There the same bytes would be a copy.
        """
        moment = self.moment
        self.begin_check(name)
        self._moment = moment if self.can_reset else moment - 1

    def _forget_stores(self) -> None:
        if self._store_events is not None:
            self._store_events.forget()

    def event(self, event_type: str | None = None, **options: Unpack[EventOptions]) -> Event:
        """A fresh event of the type, of the main one by default, that happened just now; ids as never before."""
        self._made += 1
        return self._make(event_type or self.main, self._made, options)

    def twin(self, event: Event, **options: Unpack[EventOptions]) -> Event:
        """The event that was made last again, with these options; it happened just now."""
        return self._make(str(event.type), self._made, options)

    def _make(self, event_type: str, number: int, options: EventOptions) -> Event:
        seed = derive_seed(self.settings.seed, self._purpose, number) % SEEDS
        chosen: Any = {"seed": seed, "now": float(self.moment), "is_test": False, **options}
        if self._store_events is not None and "data" not in options:  # no store has what a check writes into an event
            return self._store_events.make(event_type, **chosen)
        if event_type.startswith("payment."):  # ids of any form are for the check of them: else causes change by chance
            chosen["data"] = {"paymentOnly": False, **(chosen.get("data") or {})}
        return make_event(event_type, **chosen)

    def story(self, name: str) -> Iterator[Event]:
        """The events of a scenario; while one is used, the REST API answers as of it."""
        story = scenario(name, seed=self.settings.seed, is_test=False)
        return iter(story) if self._store_events is None else self._store_events.moments(story)

    def hints(self, name: str, *, latest: bool) -> Iterator[Event]:
        """The events of a scenario for which it is registered, with a REST API that may know the latest of a thing."""
        assert self._store_events is not None  # noqa: S101 - for checks that need the API
        story = scenario(name, seed=self.settings.seed, is_test=False)
        return self._store_events.moments(story, types=self.settings.types, latest=latest)

    @property
    def api_calls(self) -> Sequence[ApiCall]:
        """The calls of the REST API since the checks began."""
        return () if self.api is None else self.api.calls[self._calls_before :]

    @property
    def reads_back(self) -> bool:
        """Whether the REST API has told it anything."""
        return any(call.status == 200 for call in self.api_calls)

    @property
    def calls_of_other_apis(self) -> int:
        """How often an API of this process was called that was not given to the checks."""
        return self._api_watch.other_calls

    def draft(self, event: Event, *, later: int = 0) -> RequestDraft:
        """The request of the event as StepPay would send it, before anything is changed; signed if it is signed.

        An event of this second is signed in this second: a check that begins at the end of one sees no difference.
        """
        now = int(self.now())
        moment = self.moment if abs(now - self.moment) < _FRESH else now
        return make_draft(
            event.body,
            secret=self._delivery.secret,
            timestamp=moment + later,
            trace_seed=(self.settings.seed << 32) + len(self.traces),
        )

    def begin(self) -> None:
        """Put the state back to what it was at first, if that is possible."""
        self._has_begun = True
        probing = self.settings.probing
        if probing.settle is not None and not self._is_settled:
            self.look()  # a reset amid work that goes on would empty what that then fills again
        if probing.reset is not None:
            self._ask("reset", probing.reset)
        elif self._saved is not None and probing.restore is not None:
            self._ask("restore", probing.restore, self._saved)
        elif self._open.is_factory:
            self._supervisor.call("the factory", self._open.renew)

    def deliver(self, event: Event, *, later: int = 0, what: str = "") -> Trace:
        """Deliver the event, right in every way; ``later``: signed so many seconds from now; ``what``: in words."""
        draft = self.draft(event, later=later)
        return self.send(Request(draft.body, draft.headers), what or str(event.type))

    def tell_of_search(self, scenario_name: str) -> None:
        """Tell ``watch`` of a delivery of a search; ChecksStoppedError if it ends the checks."""
        self._tell(scenario_name)
        self._searched += 1

    def _tell(self, doing: str) -> None:
        made = len(self.traces) + self._searched
        progress = CheckProgress(done=self.done, total=self.total, deliveries=made, doing=doing)
        if self.settings.watch(progress):
            self.is_stopped = True
            raise ChecksStoppedError(STOPPED)

    def send(self, request: Request, what: str) -> Trace:
        """Send the request, and keep it with its answer."""
        self._tell(self._purpose)
        self._is_settled = False
        sent_at = int(self.now())
        answered = any(trace.answer.status is not None for trace in self.traces[-3:])
        try:
            answer = self._supervisor.deliver(what, self._open.send, request, answered=answered)
        except NoAnswerError as error:
            answer = Answer(None, error=str(error), failure=Failure.TIMED_OUT, latency=self._delivery.timeout)
        trace = Trace(
            request=request,
            answer=answer,
            what=what,
            url=self.url,
            secrets=tuple(self._delivery.secret or ()),
            sent_at=sent_at,
        )
        self.traces.append(trace)
        return trace

    @property
    def is_gone(self) -> bool:
        """Whether it has stopped answering: the last requests, one after the other, got no answer at all."""
        last = self.traces[-_PATIENCE:]
        return self.is_lost or (len(last) == _PATIENCE and all(trace.answer.failure in _GONE for trace in last))

    def has_lost(self, error: ExplorationError) -> bool:
        """Whether the error says that the state or the reset does not answer any more; then it is lost."""
        cause = error.__cause__
        self.is_lost = self.is_lost or (isinstance(cause, RemoteError) and not cause.reached)
        return self.is_lost

    def accepts(self, trace: Trace, event: Event) -> bool:
        """Whether the answer accepts the event: 2xx (assumed, fact 23), or what ``accept=`` says."""
        return self._supervisor.accepts(self.settings.probing.accept, event, trace.answer)

    def look(self) -> int:
        """The number of the present state; 0 where it cannot be looked at."""
        self._is_settled = True
        return self._probes.look(None) if self.has_state else 0

    def state(self, number: int) -> Snapshot:
        """The state of that number."""
        return self._probes.states[number]

    def wait(self, seconds: float) -> None:
        """Wait that long, by the clock that the caller may have given."""
        self._delivery.sleep(seconds)

    def look_at_once(self) -> int:
        """The number of the present state, without waiting for work that goes on after an answer."""
        return self._probes.read(None) if self.has_state else 0

    def changes_by_itself(self, seconds: float) -> bool:
        """Whether the state changes within that time without a delivery."""
        first = self.look_at_once()
        self.wait(seconds)
        return self.look_at_once() != first

    def _ask(self, name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        return self._supervisor.call(option(name), self._open.call, function, *arguments)

    def _where(self) -> str:
        target = self.target or "the receiver"
        last = self.traces[-1].what if self.traces else ""
        return f"after {last}, delivered to {target}" if last else f"before the first delivery to {target}"


def _url_of(app: object, settings: Settings) -> str:
    if not isinstance(app, str):
        return f"{_IN_PROCESS}{settings.path or DEFAULT_PATH}"
    return parse_address(app, path=settings.path, allowed=settings.allow_hosts, access=settings.access).url
