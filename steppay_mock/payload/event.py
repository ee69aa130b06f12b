"""One webhook: its payload as a dict, and the exact bytes that are sent and signed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from steppay_mock.contract.catalogue import EventType
from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.body import DEFAULT_FORM, BodyForm, check_form, write_body
from steppay_mock.payload.captured import read_captured


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
        """The event with that payload, valid or not; an Event is returned as it is."""
        if isinstance(payload, Event):
            return payload
        if isinstance(payload, Mapping):
            return cls(dict(payload), form=form)
        raise SteppayMockError(
            f"An event is an Event or a payload dict, not {type(payload).__name__}. "
            'Make one: make_event("payment.completed")'
        )

    @classmethod
    def from_bytes(cls, body: bytes) -> Event:
        """The event of a captured request body; ``body`` is byte for byte what was captured, valid or not.

        An event type that is not documented is accepted: it may be new. Raises SteppayMockError, which says what was
        found, if the body is not a JSON object with an event type (fact 2).
        """
        event = cls(read_captured(body))
        # The class is frozen, and `_body` is a cache that only its own methods fill.
        object.__setattr__(event, "_body", body)
        return event

    @property
    def type(self) -> EventType | str:
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
    def data(self) -> dict[str, Any]:
        """The object that the event carries."""
        return self.payload["data"]  # type: ignore[no-any-return]

    @property
    def body(self) -> bytes:
        """The request body: the bytes that were captured, else JSON in the form ``form``. Sign exactly these bytes."""
        body = self._body
        if body is None:
            body = write_body(self.payload, self.form)
            object.__setattr__(self, "_body", body)
        return body


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
