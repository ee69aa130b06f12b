"""What would StepPay's REST API answer? The things of a store as they are, or as the test wants them to be seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from hmac import compare_digest
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.event import Event
from steppay_mock.store.api.answers import Answer, refusal, telling
from steppay_mock.store.api.calls import Call, CallLog
from steppay_mock.store.api.endpoints import LISTING, Target, target_of
from steppay_mock.store.api.hold import Hold, check_seconds
from steppay_mock.store.api.request import CallerGoneError, Request
from steppay_mock.store.api.rules import Fail, FallBehind, HideNew, Holding, Rule, Rulebook, SlowDown
from steppay_mock.store.api.views import Sight, look
from steppay_mock.store.books import Books
from steppay_mock.store.shapes import shape_of
from steppay_mock.wire.real_time import monotonic

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse
    from responses import RequestsMock


_living: WeakSet[StoreApi] = WeakSet()


def living_apis() -> tuple[StoreApi, ...]:
    """Every API of this process that somebody still has."""
    return tuple(_living)


def can_be_token(token: object) -> bool:
    """Whether a header can carry it, and every server takes it as it was given."""
    return isinstance(token, str) and re.fullmatch("[!-~]+", token) is not None


class StoreApi:
    """StepPay's REST API over one store or more; of the stores that have a thing, the one added last answers.

    Give it to a receiver in one of three ways: ``api.patched()`` for ``requests`` and ``httpx`` in this process,
    ``api.serve()`` for anything else, and the API itself is a WSGI application. A call is settled when it arrives: a
    slow or held answer says what was true then. ``match`` is a path with wildcards, ``times`` the next so many calls
    that match; None: all.
    A rule is used by every call that it matches, also by one without the right token.

    ``sleep`` is what :meth:`slow_down` waits with; left out, a server that stops does not wait for it.
    """

    def __init__(
        self,
        *stores: Books,
        token: str = "test_token",  # noqa: S107 - a name for tests, which opens nothing
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        if not stores:
            raise SteppayMockError("An API needs a store to tell of. Say StoreApi(Store(seed=7)).")
        # What a header can carry. The message does not repeat it: it may be a real one.
        if not can_be_token(token):
            raise SteppayMockError("The token is no text of printable ASCII without spaces. Say token='test_token'.")
        self.token = token
        """What calls have to carry in the header ``Secret-Token``."""
        self.calls = CallLog()
        """Every call of the API, in the order of the answers."""
        self._sleep = sleep
        self._stores: tuple[Books, ...] = ()
        self._until: dict[int, int] = {}
        self._rules = Rulebook()
        for store in stores:
            self.add(store)
        _living.add(self)

    def __repr__(self) -> str:
        return f"<StepPay API: {len(self._stores)} stores, {len(self.calls)} calls>"

    def add(self, store: Books) -> None:
        """Tell of this store too. Where two have the same id, the one added last answers; nothing is added twice."""
        if not isinstance(store, Books):
            raise SteppayMockError(f"{type(store).__name__} is no store. Make one: Store(seed=7).")
        if not any(one is store for one in self._stores):
            self._stores = (*self._stores, store)

    # How it is to answer.

    def as_of(self, moment: Event | int | None) -> None:
        """Answer as the event's store was once it had happened, or the newest after so many; None: as all are now.

        The other stores go on answering as they are.
        """
        if moment is None:
            self._until = {}
        elif isinstance(moment, Event):
            self._until = {**self._until, **self._place_of(moment)}
        else:
            newest = len(self._stores) - 1
            self._until = {**self._until, newest: self._stores[newest].events.count_until(moment)}

    def fall_behind(self, *, events: int = 3, match: str = "*") -> None:
        """Tell how things were so many events ago, as a replica that lags does."""
        self._rules.add(FallBehind(events=events, match=match))

    def hide_new(self, *, events: int = 3, match: str = "*") -> None:
        """Answer 404 for what did not exist so many events ago."""
        self._rules.add(HideNew(events=events, match=match))

    def fail(
        self, *, status: int = 500, times: int | None = None, match: str = "*", retry_after: int | None = None
    ) -> None:
        """Answer with an error, and with ``Retry-After`` if you say how many seconds."""
        self._rules.add(Fail(status=status, times=times, match=match, retry_after=retry_after))

    def slow_down(self, *, seconds: float = 2.0, times: int | None = None, match: str = "*") -> None:
        """Take so long for each answer. A patched caller with a shorter timeout gets its ReadTimeout."""
        self._rules.add(SlowDown(seconds=seconds, times=times, match=match))

    def hold(self, *, match: str = "*", times: int | None = 1, timeout: float = 30.0) -> Hold:
        """Hold the answer back until ``release()``; 503 if that does not come within ``timeout`` seconds."""
        hold = Hold(self._rules.moved, timeout=check_seconds("timeout", timeout))
        self._rules.add(Holding(match=match, times=times, hold=hold))
        return hold

    def behave(self) -> None:
        """Forget every rule, and let go what is held. ``as_of`` stays: it is no misbehaviour."""
        self._rules.clear()

    # How it is called.

    def patched(self) -> AbstractContextManager[RequestsMock]:
        """Within it, calls of ``requests`` and ``httpx`` to https://api.steppay.kr are answered in this process.

        Of ``requests``, calls of this machine pass through; any other host, or an unknown path, is a
        ``ConnectionError`` that says what can be called. It gives a ``responses.RequestsMock``, to which you can add
        other hosts; what you add wins. Of ``httpx`` other calls go where they go.

        Mocks of your own (``responses``, ``requests_mock``, ``respx``, pytest-httpx) answer what they have an answer
        for, in whatever order they begin and end. One of ``responses`` around it answers every host but StepPay's, this
        machine included. Any other client is refused StepPay's hosts meanwhile, also through a proxy: serve() the API
        for it.
        """
        from steppay_mock.store.api.patching import patched

        return patched(self)

    def serve(self, *, port: int = 0, host: str = "127.0.0.1") -> AbstractContextManager[str]:
        """Serve it in a thread; gives the URL, without a path. Port 0 is a free one.

        ``host`` is the address of this machine on which it listens. On any other than loopback whoever reaches it is
        kept out by the token alone, which travels in plain HTTP.

        When it ends, calls that are still held are answered 503, and every thread has ended.
        """
        from steppay_mock.store.api.serving import served

        return served(self, port=port, host=host)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer as a WSGI application."""
        from steppay_mock.store.api.wsgi import answer_wsgi

        return answer_wsgi(self, environ, start_response)

    def wake(self) -> None:
        """For servers: let held calls look whether their server is stopping."""
        self._rules.wake()

    def answer(self, request: Request) -> Answer:
        """Answer one call and log it; CallerGoneError if the caller's patience ends first."""
        target = target_of(request.path)
        endpoint = target.endpoint.template if target else None
        rules = self._rules.take(request.path)
        answer = self._settle(request, target, rules)
        try:
            answer = self._take_time(request, rules) or answer
        except CallerGoneError:
            self.calls.add(Call(request.method, request.path, None, endpoint))
            raise
        self.calls.add(Call(request.method, request.path, answer.status, endpoint))
        return answer

    def _place_of(self, event: Event) -> dict[int, int]:
        """Which store the event happened in, and how many events that makes."""
        for place in reversed(range(len(self._stores))):
            with suppress(SteppayMockError):
                return {place: self._stores[place].events.count_until(event)}
        raise SteppayMockError(
            f"This {event.type} did not happen in a store of this API. Add its store with api.add(store), and take one "
            "of store.events as it is."
        )

    def _settle(self, request: Request, target: Target | None, rules: tuple[Rule, ...]) -> Answer:
        """What the answer is, from what is true now."""
        for rule in rules:
            if isinstance(rule, Fail):
                headers = {} if rule.retry_after is None else {"Retry_After": str(rule.retry_after)}
                message = f"The test asked for this: api.fail(status={rule.status}). api.behave() ends it."
                return refusal(rule.status, message, **headers)
        if request.token is None:
            return refusal(401, f"The header Secret-Token is missing. {_HOW_TO_AUTHENTICATE}")
        if not compare_digest(request.token.encode("utf-8", "replace"), self.token.encode()):
            return refusal(401, f"The header Secret-Token has a token that is not this API's. {_HOW_TO_AUTHENTICATE}")
        if target is None:
            return refusal(404, f"{request.path} is no endpoint that is known of StepPay. Call one of: {LISTING}")
        if request.method not in {"GET", "HEAD"}:
            message = f"{request.method} is not known of {target.endpoint.template}. Call it with GET."
            return refusal(405, message, Allow="GET, HEAD")
        return self._tell(target, rules)

    def _tell(self, target: Target, rules: tuple[Rule, ...]) -> Answer:
        noun, key = target.endpoint.noun, target.key
        if not target.can_be:
            return refusal(404, f"{key!r} is no id of {_a(noun)}: that is a number. Call with {target.endpoint.key}.")
        sight = Sight(
            until=self._until,
            behind=next((rule.events for rule in reversed(rules) if isinstance(rule, FallBehind)), 0),
            hiding=next((rule.events for rule in reversed(rules) if isinstance(rule, HideNew)), 0),
        )
        found = look(self._stores, target, sight)
        if found.record is not None:
            return telling(shape_of(found.record))
        if found.is_hidden:
            message = f"The {noun} {key!r} is new, and api.hide_new(events={sight.hiding}) hides it. Ask again later."
            return refusal(404, message)
        past = " at the moment that is told of (api.as_of, api.fall_behind)" if sight.until or sight.behind else ""
        return refusal(
            404,
            f"There is no {noun} {key!r}{past}: it was deleted, or it never was. Forget what you know of it; if it "
            f"should be there, call with {target.endpoint.key}.",
        )

    def _take_time(self, request: Request, rules: tuple[Rule, ...]) -> Answer | None:
        """Wait as the rules say; the answer of a call that waited in vain."""
        patience = request.patience
        for rule in rules:
            since = monotonic()
            if isinstance(rule, SlowDown):
                self._pause(request, rule.seconds, patience)
                patience = None if patience is None else patience - rule.seconds
            elif isinstance(rule, Holding):
                end = rule.hold.keep(request, patience)
                if end == "closing":
                    return refusal(503, "The API was stopped while it held this call. Release holds before it ends.")
                if end == "forgotten":
                    return refusal(
                        503,
                        f"This call was held for {rule.hold.timeout:g} seconds. Call release() on what api.hold() "
                        "gave, or give it a longer timeout.",
                    )
                patience = None if patience is None else max(0.0, patience - (monotonic() - since))
        return None

    def _pause(self, request: Request, seconds: float, patience: float | None) -> None:
        is_too_long = patience is not None and seconds > patience
        sleep = request.closing.wait if self._sleep is None else self._sleep
        sleep(patience if is_too_long and patience is not None else seconds)
        if is_too_long:
            raise CallerGoneError("api.slow_down() makes it slow")


_HOW_TO_AUTHENTICATE = "Send the token that this API was given: api.token in Python, --token on the command line."


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
