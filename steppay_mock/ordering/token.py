"""Writes a counterexample as a token, and reads it: a short text with which any machine can replay it."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, get_args
from zlib import compress, decompressobj
from zlib import error as zlib_error

from steppay_mock.contract.long_numbers import is_number
from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.findings import Kind
from steppay_mock.ordering.orders.course import Course
from steppay_mock.payload.body import write_body
from steppay_mock.payload.event import Event

if TYPE_CHECKING:
    from steppay_mock.store.store import Story

_PREFIX = "sp1."  # the format and its version
_MOST = 100_000  # bytes of an unpacked token: a short text could unpack to gigabytes
_MOST_RETRIES = 1_000  # no retry policy has more
_MOST_TOGETHER = 100  # deliveries in flight at once, each in its own thread
_OWN = frozenset({"seed", "assumptions"})  # parameters of `scenario` itself, which no scenario may have


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioSource:
    """What makes the events again: a scenario, its seed, its parameters and its assumptions. Plain data."""

    scenario: str
    seed: int | str
    parameters: dict[str, Any]
    assumptions: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """The content of a token: the events, the course, and what went wrong."""

    events: dict[int, tuple[str, str]]
    """By place, the digest and the type of each event that is needed."""
    source: ScenarioSource | None = None
    burst: float | None = None
    """The longest time within a burst whose timestamps were collapsed, in seconds; None if none were."""
    retries: int = 0
    course: Course = ()
    kind: Kind = "state"
    together: tuple[int, ...] = ()
    held: bool = False
    """As in a Run: the positions that were in flight at once, and whether the REST API held the first of them."""

    def of(self, course: Course, *, kind: Kind, together: tuple[int, ...] = (), held: bool = False) -> str:
        """The token, as text, of a course of these events that fails in this way."""
        # Only the events of the course: a token has to be short enough to paste, also for a story of 57 events.
        needed = {place: self.events[place] for place in sorted(set(course))}
        content: dict[str, Any] = {"course": course, "kind": kind, "events": needed}
        if self.source is not None:
            source = self.source
            content["source"] = [source.scenario, source.seed, source.parameters, source.assumptions]
        if self.burst is not None:
            content["burst"] = self.burst
        if self.retries:
            content["retries"] = self.retries
        if together:
            content["together"], content["held"] = together, held
        packed = compress(json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode(), 9)
        return _PREFIX + urlsafe_b64encode(packed).decode().rstrip("=")


def describe_events(
    events: Sequence[Event], *, source: ScenarioSource | None = None, burst: float | None = None, retries: int = 0
) -> Token:
    """A token for these events, still without a course."""
    return Token(
        events={place: (digest(event), str(event.type)) for place, event in enumerate(events)},
        source=source,
        burst=burst,
        retries=retries,
    )


def source_of(story: Story | None) -> ScenarioSource | None:
    """What makes the story again; None if a token cannot contain it.

    That is so for a story that began later than its store, that joins several, or that has a parameter that JSON cannot
    contain.
    """
    if story is None or len(story.parts) != 1 or story.first:
        return None
    (part,) = story.parts
    start = story.options.get("start")
    options = {**story.options, **({"start": start.timestamp()} if isinstance(start, datetime) else {})}
    parameters = {name: _number(value) for name, value in {**part.parameters, **options}.items()}
    assumptions = dict(part.assumptions)
    try:
        json.dumps([parameters, assumptions])
    except TypeError:
        return None
    return ScenarioSource(scenario=part.scenario.name, seed=story.seed, parameters=parameters, assumptions=assumptions)


def _number(value: Any) -> Any:
    """The value; a Decimal, such as a price from the command line, as a number of JSON."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)


def digest(event: Event) -> str:
    """A short hash of the payload, the same for every form of the body."""
    return blake2b(write_body(event.payload, "compact"), digest_size=6).hexdigest()


def read_token(text: object) -> Token:
    """The content of a token; SteppayMockError if the text is not a token."""
    try:
        return _read(json.loads(_unpacked(str(text).strip())))
    except (ValueError, KeyError, TypeError, AttributeError, zlib_error, RecursionError):
        raise SteppayMockError(
            f"{str(text)[:60]!r} is not a token of a counterexample. Copy the whole token from the report: it begins "
            f"with {_PREFIX}"
        ) from None


def _unpacked(text: str) -> bytes:
    if not text.startswith(_PREFIX):
        raise ValueError(text)
    coded = text[len(_PREFIX) :]
    # With a limit: `zlib.decompress` would unpack all of a hostile token before its size could be checked.
    unpacking = decompressobj()
    found = unpacking.decompress(urlsafe_b64decode(coded + "=" * (-len(coded) % 4)), _MOST)
    if unpacking.unconsumed_tail or not unpacking.eof:
        raise ValueError(text)
    return found


def _read(content: dict[str, Any]) -> Token:
    course = tuple(content["course"])
    events = {int(place): (str(name), str(kind)) for place, (name, kind) in content["events"].items()}
    source, burst, retries = content.get("source"), content.get("burst"), content.get("retries", 0)
    together = tuple(content.get("together", ()))
    if (
        content["kind"] not in get_args(Kind)
        or not all(_is_whole(place, most=_MOST) and place in events for place in course)
        or not course
        or not (burst is None or (is_number(burst) and burst > 0))
        or not _is_whole(retries, most=_MOST_RETRIES)
        or (together and not _are_neighbours(together, len(course)))
    ):
        raise ValueError(content)
    return Token(
        events=events,
        source=None if source is None else _read_source(*source),
        burst=burst,
        retries=retries,
        course=course,
        kind=content["kind"],
        together=together,
        held=bool(content.get("held")),
    )


def _is_whole(value: object, *, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _are_neighbours(together: tuple[Any, ...], length: int) -> bool:
    """Whether these are two or more positions, one right after the other, in a course of that length."""
    return 1 < len(together) <= _MOST_TOGETHER and together in {
        tuple(range(first, first + len(together))) for first in range(length - len(together) + 1)
    }


def _read_source(scenario: Any, seed: Any, parameters: Any, assumptions: Any) -> ScenarioSource:
    if not isinstance(scenario, str) or not isinstance(parameters, dict) or not isinstance(assumptions, dict):
        raise TypeError(scenario)
    if isinstance(seed, bool) or not isinstance(seed, int | str) or not _OWN.isdisjoint(parameters):
        raise TypeError(seed)
    return ScenarioSource(scenario=scenario, seed=seed, parameters=parameters, assumptions=assumptions)
