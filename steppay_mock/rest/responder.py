"""Answers requests from the stores: which record, in which state, with which misbehaviour."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from hmac import compare_digest
from threading import Event as Flag
from threading import Lock
from typing import TYPE_CHECKING, Any

from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.event import Event
from steppay_mock.rest.absences import hidden, no_number, nothing_there
from steppay_mock.rest.exchange import (
    ApiAnswer,
    ApiCall,
    ApiRequest,
    CallerGoneError,
    CallLog,
    RefusedCallError,
    sent_body,
    success,
)
from steppay_mock.rest.places import Place, place_at
from steppay_mock.rest.query import WrongQueryError, read_query
from steppay_mock.rest.refusals import (
    asked_for,
    held_too_long,
    unknown_route,
    wrong_method,
    wrong_token,
)
from steppay_mock.rest.routes import ApiTarget, ApiView, find_record, list_records
from steppay_mock.rest.rules import ApiRule, Fail, FallBehind, HideNew, Holding, Rulebook, SlowDown
from steppay_mock.rest.writing.call import WriteTarget
from steppay_mock.store.base import StoreBase
from steppay_mock.values import check_flag
from steppay_mock.wire.real_time import monotonic

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

CLOSING = "steppay_mock.closing"
"""The key of the WSGI environ under which a server passes the flag that it sets when it stops."""

_HOW_TO_GIVE_A_STORE = "Store(seed=7), or story.store of a story."


def can_be_token(token: object) -> bool:
    """Whether a header can carry the token, and every server leaves it unchanged."""
    return isinstance(token, str) and re.fullmatch("[!-~]+", token) is not None


class Responder:
    """Answers requests. It is the part of StoreApi that a server or a patched client needs."""

    def __init__(
        self, *stores: StoreBase, token: str, sleep: Callable[[float], object] | None, writable: bool = False
    ) -> None:
        if not stores:
            raise SteppayMockError("An API needs a store to answer from. Give one: StoreApi(Store(seed=7)).")
        if not can_be_token(token):
            # Without the token: it may be a real one.
            raise SteppayMockError("The token must be printable ASCII without spaces. Give one such as 'test_token'.")
        self.token = token
        """The token that requests must have in the header ``Secret-Token``."""
        self.calls = CallLog()
        """All calls of the API, in the order of their answers."""
        self._sleep = sleep
        self._is_writable = check_flag("writable", writable)
        self._one_write = Lock()
        self._stores: tuple[StoreBase, ...] = ()
        self._until: dict[int, int] = {}
        self._rules = Rulebook()
        for store in stores:
            self.add(store)

    def __repr__(self) -> str:
        return f"<StepPay API: {len(self._stores)} stores, {len(self.calls)} calls>"

    def add(self, store: StoreBase) -> None:
        """Answer from this store too. If two stores have the same id, the one added last answers."""
        if not isinstance(store, StoreBase):
            raise SteppayMockError(f"{type(store).__name__} is not a store. Give one: {_HOW_TO_GIVE_A_STORE}")
        if not any(one is store for one in self._stores):
            self._stores = (*self._stores, store)

    def remove(self, store: StoreBase) -> None:
        """No longer answer from this store; nothing is done if the API does not."""
        gone = next((place for place, one in enumerate(self._stores) if one is store), None)
        if gone is None:
            return
        moments = {place - (place > gone): count for place, count in self._until.items() if place != gone}
        self._stores = tuple(one for one in self._stores if one is not store)
        self._until = moments

    def as_of(self, moment: Event | int | None) -> None:
        """Answer as the store was right after this event, or after its first ``moment`` events; None: as it is now.

        A number is about the store that was added last. The other stores answer as they are.
        """
        if moment is None:
            self._until = {}
        elif isinstance(moment, Event):
            self._until = {**self._until, **self._place_of(moment)}
        else:
            newest = len(self._stores) - 1
            self._until = {**self._until, newest: self._stores[newest].events.count_until(moment)}

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer as a WSGI application."""
        closing = environ.get(CLOSING)
        request = ApiRequest(
            method=str(environ.get("REQUEST_METHOD", "GET")),
            # WSGI passes the bytes of a path as Latin-1 text (PEP 3333).
            path=str(environ.get("PATH_INFO", "")).encode("latin-1", "replace").decode("utf-8", "replace"),
            query=str(environ.get("QUERY_STRING", "")).encode("latin-1", "replace").decode("utf-8", "replace"),
            token=environ.get("HTTP_SECRET_TOKEN"),
            body=sent_body(environ),
            content_type=environ.get("CONTENT_TYPE"),
            closing=closing if isinstance(closing, Flag) else Flag(),
        )
        answer = self.answer(request)
        start_response(f"{answer.status} {answer.reason}", answer.headers)
        return [] if request.method == "HEAD" else [answer.body]

    def wake(self) -> None:
        """For servers: let held calls check whether their server is stopping."""
        self._rules.wake()

    def answer(self, request: ApiRequest) -> ApiAnswer:
        """Answer one request and log it; CallerGoneError if its ``patience`` ends first.

        The answer is decided first, and what the call writes is written. The delays follow: so a late answer reports
        the state at its arrival.
        """
        place = place_at(request.path)
        route = place.template_of(request.method) if place else None
        rules = self._rules.take(request.path)
        notes: list[str] = []
        try:
            answer = self._decide(request, place, rules, notes)
        except RefusedCallError as error:
            answer = error.refusal.answer(request)
        try:
            answer = self._delay(request, rules) or answer
        except CallerGoneError:
            self.calls.add(ApiCall(request.method, request.path, None, route, tuple(notes)))
            raise
        self.calls.add(ApiCall(request.method, request.path, answer.status, route, tuple(notes)))
        return answer

    def _place_of(self, event: Event) -> dict[int, int]:
        """The position of the event's store, and the number of its events up to this one."""
        for place in reversed(range(len(self._stores))):
            with suppress(SteppayMockError):
                return {place: self._stores[place].events.count_until(event)}
        raise SteppayMockError(
            f"This {event.type} did not happen in a store of this API. Add its store with api.add(store), and give an "
            "unchanged event of store.events."
        )

    def _decide(
        self, request: ApiRequest, place: Place | None, rules: tuple[ApiRule, ...], notes: list[str]
    ) -> ApiAnswer:
        for rule in rules:
            if isinstance(rule, Fail):
                raise RefusedCallError(asked_for(rule))
        self._require_token(request)
        if place is None:
            raise RefusedCallError(unknown_route(request.method, request.path))
        write = place.write(request.method) if self._is_writable else None
        if write is not None:
            return self._write(request, write, notes)
        if place.read is None or request.method not in {"GET", "HEAD"}:
            raise RefusedCallError(wrong_method(request.method, place, is_writable=self._is_writable))
        return self._read(request, place.read, rules)

    def _require_token(self, request: ApiRequest) -> None:
        if request.token is None:
            raise RefusedCallError(wrong_token(is_missing=True))
        if not compare_digest(request.token.encode("utf-8", "replace"), self.token.encode()):
            raise RefusedCallError(wrong_token(is_missing=False))

    def _write(self, request: ApiRequest, target: WriteTarget, notes: list[str]) -> ApiAnswer:
        with self._one_write:
            return target.answer(request, self._stores, notes)

    def _read(self, request: ApiRequest, target: ApiTarget, rules: tuple[ApiRule, ...]) -> ApiAnswer:
        view = ApiView(
            until=self._until,
            behind=next((rule.events for rule in reversed(rules) if isinstance(rule, FallBehind)), 0),
            hiding=next((rule.events for rule in reversed(rules) if isinstance(rule, HideNew)), 0),
        )
        query = read_query(request.query)
        try:
            if target.route.listing is not None:
                listed = list_records(self._stores, target.route.listing, view)
                return success(target.route.listing.answer(listed, query))
            target = target.with_query(query)
        except WrongQueryError as error:
            raise RefusedCallError(error.refusal) from None
        return self._read_record(target, view)

    def _read_record(self, target: ApiTarget, view: ApiView) -> ApiAnswer:
        route, keys, wrong = target.route, target.keys, target.wrong_number
        if wrong is not None:
            raise RefusedCallError(no_number(route, keys, wrong))
        found = find_record(self._stores, target, view)
        if found.reading is not None and route.write is not None:
            return success(route.write(found.reading, found.record))
        if found.is_hidden:
            raise RefusedCallError(hidden(route, keys, events=view.hiding))
        raise RefusedCallError(nothing_there(route, keys, is_past=bool(view.until or view.behind)))

    def _delay(self, request: ApiRequest, rules: tuple[ApiRule, ...]) -> ApiAnswer | None:
        """Wait as the rules say; 503 if a hold ended without a release, else None."""
        patience = request.patience
        for rule in rules:
            since = monotonic()
            if isinstance(rule, SlowDown):
                self._pause(request, rule.seconds, patience)
                # Less the seconds of the rule, not of the clock: a ``sleep`` of the user's may take no real time.
                patience = None if patience is None else patience - rule.seconds
            elif isinstance(rule, Holding):
                end = rule.hold.keep(request, patience)
                if end != "released":
                    return held_too_long(rule, is_closing=end == "closing").answer(request)
                patience = None if patience is None else max(0.0, patience - (monotonic() - since))
        return None

    def _pause(self, request: ApiRequest, seconds: float, patience: float | None) -> None:
        is_too_long = patience is not None and seconds > patience
        sleep = request.closing.wait if self._sleep is None else self._sleep
        sleep(patience if is_too_long and patience is not None else seconds)
        if is_too_long:
            raise CallerGoneError("api.slow_down() makes it slow")
