"""One webhook, of v2 or of v1: its payload as a dict, and the exact bytes that are sent, and signed if it is of v2."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from steppay_mock.contract.catalogue import EventType
from steppay_mock.contract.v1 import V1EventType, v1_type_of
from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.body import DEFAULT_FORM, BodyForm, check_form, write_body
from steppay_mock.payload.captured import read_captured
from steppay_mock.payload.v1_body import DEFAULT_V1_FORM, V1_FORM, V1Form, read_v1_body, write_v1_body


@dataclass(frozen=True, slots=True)
class Event:
    """One webhook of StepPay.

    ``payload`` is the whole envelope: ``timestamp`` (seconds since the epoch), ``version``, ``event``, ``data`` and
    ``isTest`` (facts 2 and 3). Do not change it: ``body`` is made from it once, and each delivery sends the same
    bytes. To send something else, change a deep copy and make an event of that. ``form`` is how ``body`` is
    written (fact 34); two events with the same payload are equal in any form.
    """

    payload: dict[str, Any]
    form: BodyForm = field(default=DEFAULT_FORM, kw_only=True, repr=False, compare=False)
    _body: bytes | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_form("form", self.form)

    def __hash__(self) -> int:
        # A dict has no hash. Type and second differ for nearly all events, and are equal for equal events.
        return hash((self.payload.get("event"), self.payload.get("timestamp")))

    @classmethod
    def from_payload(cls, payload: Event | Mapping[str, Any], *, form: BodyForm = DEFAULT_FORM) -> Event:
        """The event with that payload, valid or not; an Event is returned as it is.

        A payload of webhook v1, which has no envelope (fact 52), is a :class:`V1Event`.
        """
        if isinstance(payload, Event):
            return payload
        if isinstance(payload, Mapping):
            kind = cls if v1_type_of(payload) is None else V1Event
            return kind(dict(payload), form=form)
        raise SteppayMockError(
            f"An event is an Event or a payload dict, not {type(payload).__name__}. "
            'Make one: make_event("payment.completed")'
        )

    @classmethod
    def from_bytes(cls, body: bytes) -> Event:
        """The event of a captured request body; ``body`` is byte for byte what was captured, valid or not.

        An event type that is not documented is accepted: it may be new. The body of a webhook v1 is a
        :class:`V1Event`. Raises SteppayMockError, which says what was found, if the body is neither that nor a JSON
        object with an event type (fact 2).
        """
        found = read_v1_body(body) if isinstance(body, bytes) else None
        event = cls(read_captured(body)) if found is None else V1Event(found[0], v1_form=found[1])
        # The class is frozen, and `_body` is a cache that only its own methods fill.
        object.__setattr__(event, "_body", body)
        return event

    @property
    def type(self) -> EventType | V1EventType | str:
        """The event type; a plain string where it is one that StepPay does not document."""
        name = self.payload.get("event")
        try:
            return EventType(name)  # type: ignore[arg-type]
        except ValueError:
            return str(name)

    @property
    def timestamp(self) -> int:
        """When it happened: seconds since the epoch."""
        return self.payload["timestamp"]  # type: ignore[no-any-return]

    @property
    def second(self) -> Any:
        """What the payload says of the timestamp, of any type; None if it says nothing."""
        return self.payload.get("timestamp")

    def at_second(self, second: int) -> Event:
        """The same event, as if it had happened in that second."""
        return replace(self, payload={**self.payload, "timestamp": second})

    @property
    def data(self) -> dict[str, Any]:
        """The object that the event carries."""
        return self.payload["data"]  # type: ignore[no-any-return]

    @property
    def body(self) -> bytes:
        """The request body: the bytes that were captured, else JSON in the form ``form``. Sign exactly these bytes."""
        body = self._body
        if body is None:
            body = self._write()
            object.__setattr__(self, "_body", body)
        return body

    def _write(self) -> bytes:
        return write_body(self.payload, self.form)


@dataclass(frozen=True, slots=True)
class V1Event(Event):
    """One webhook v1, which StepPay sends beside v2 until it is unlinked (fact 52).

    ``payload`` is ``{"webHookType": "PAYMENT", "orderId": 1}`` or ``{"id": 1, "status": "ACTIVE"}``. Nothing in it says
    when it happened, so the event keeps the second itself: None for one that was captured. ``v1_form`` is how ``body``
    is written; JSON has the form ``form``.
    """

    happened_at: int | None = field(default=None, kw_only=True)
    v1_form: V1Form = field(default=DEFAULT_V1_FORM, kw_only=True, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_form("form", self.form)
        V1_FORM.check("v1_form", self.v1_form)

    def __hash__(self) -> int:
        return hash((self.type, self.happened_at))

    @property
    def type(self) -> V1EventType:
        """The kind, ``v1.order`` or ``v1.subscription``; the payload itself names none."""
        return v1_type_of(self.payload) or V1EventType.SUBSCRIPTION

    @property
    def timestamp(self) -> int:
        """When it happened: seconds since the epoch; SteppayMockError for one that was captured."""
        if self.happened_at is None:
            raise SteppayMockError(
                "A webhook v1 that was captured does not say when it happened. Make one with its time: "
                'make_v1_event("order", now=1706002316)'
            )
        return self.happened_at

    @property
    def second(self) -> int | None:
        """When it happened, None if that is not known."""
        return self.happened_at

    def at_second(self, second: int) -> V1Event:
        """The same event, as if it had happened in that second; its body says nothing of it."""
        return replace(self, happened_at=second)

    @property
    def data(self) -> dict[str, Any]:
        """The payload: there is no envelope around it."""
        return self.payload

    @property
    def subject(self) -> tuple[str, Any]:
        """The kind and the key of the thing that it is about, such as ``("order", 183682)``."""
        is_order = self.type is V1EventType.ORDER
        return ("order", self.payload.get("orderId")) if is_order else ("subscription", self.payload.get("id"))

    def _write(self) -> bytes:
        return write_v1_body(self.payload, self.v1_form, self.form)


Events = Event | Mapping[str, Any] | Iterable[Event | Mapping[str, Any]]
"""The type of ``events`` in every function that takes them: one event, one payload, or an iterable of them."""


def iter_events(events: Events) -> Iterator[Event]:
    """The events one by one; SteppayMockError for a value that is none."""
    if isinstance(events, Event | Mapping):
        yield Event.from_payload(events)
        return
    if isinstance(events, str | bytes) or not isinstance(events, Iterable):
        if isinstance(events, bytes):
            raise SteppayMockError("Events are not bytes. Make an event of a captured body: Event.from_bytes(body)")
        raise SteppayMockError(
            f"Events are an Event, a payload dict or an iterable of them, not {type(events).__name__}. "
            'Make some: make_events(["payment.completed"])'
        )
    for event in events:
        yield Event.from_payload(event)
