"""Checks of times: a time without a zone is UTC, on a server in any zone."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from steppay_mock.conformance.alike import changes
from steppay_mock.conformance.check import PASSED, Check, Judgement, failed, skipped
from steppay_mock.conformance.judging import for_each_type, judge_event, with_payload
from steppay_mock.ordering.state.json_path import leaves
from steppay_mock.ordering.state.normal import plain
from steppay_mock.ordering.truth.time_formats import KST, Instant, instants_in, read_instant

if TYPE_CHECKING:
    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.payload.event import Event

_CURE = (
    "Read a time without a zone as UTC: datetime.fromisoformat(text).replace(tzinfo=UTC) in Python, new Date(text + "
    "'Z') in JavaScript. Convert to Korean time where it is shown, not where it is stored."
)
_DRAWN = 6
_DIGITS = (0, 3, 6, 9)
_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?")
_ZONES = ("Asia/Seoul", "America/New_York")


def _read_as_utc(at: CheckedReceiver, event_type: str) -> Judgement:
    event = _with_times(at, event_type)
    at.begin()
    before = at.look()
    trace = at.deliver(event)
    after = at.look()
    if after == before:
        return skipped(f"{event_type} changes nothing.")
    sent = list(instants_in(event.data))
    known = [*sent, datetime.fromtimestamp(event.timestamp, UTC)]
    is_shown = False
    for path, value in leaves("$", plain(at.state(after).state)):
        instant = read_instant(value)
        if instant is None or any(instant.is_same(one) for one in known):
            is_shown = is_shown or (instant is not None and any(instant.is_same(one) for one in sent))
            continue
        if instant.is_same(datetime.fromtimestamp(event.timestamp / 1000, UTC)):
            return failed(
                f"After {event_type} {path} is {value}: the timestamp {event.timestamp}, taken for milliseconds.",
                trace,
                tags=("millis",),
            )
        is_shown = is_shown or (instant.is_naive and any(instant.is_same(one + KST) for one in sent))
        for right in known:
            if (way := _is_nine_hours_off(instant, right)) is not None:
                return failed(
                    f"After {event_type} {path} is {value}, nine hours {way} "
                    f"{right.replace(tzinfo=None).isoformat()} UTC, which was sent.",
                    trace,
                    tags=("kst",),
                )
    if is_shown:
        return PASSED
    return skipped(
        f"The state shows no time of {event_type}. Put a time of data into it, such as nextPaymentDate or paidAt, to "
        "learn whether times are read as UTC."
    )


def _with_times(at: CheckedReceiver, event_type: str) -> Event:
    """Of several events the one with the most times: many a status leaves them out."""
    return max((at.event(event_type) for _ in range(_DRAWN)), key=lambda event: len(list(instants_in(event.data))))


def _is_nine_hours_off(instant: Instant, right: datetime) -> str | None:
    """Whether it lies before or after the right one; without a zone a later one is Korean time, which is no mistake."""
    if instant.is_same(right - KST):
        return "before"
    return "after" if not instant.is_naive and instant.is_same(right + KST) else None


def _fractions(at: CheckedReceiver, event_type: str) -> Judgement:
    """Times whose seconds have a fraction of 0, 3, 6 or 9 digits, all of one event alike."""
    drawn = _with_times(at, event_type)
    if next(instants_in(drawn.data), None) is None:
        return skipped(f"{event_type} has no time.")
    for digits in _DIGITS:
        payload = {**drawn.payload, "data": _with_digits(drawn.data, digits)}
        what = f"{event_type} whose times have a fraction of {digits} digits"
        told = judge_event(at, with_payload(drawn, payload), what=what, plain=at.event())
        if told.outcome == "failed":
            is_refused = told.trace is not None and not at.accepts(told.trace, drawn)
            if is_refused or _shows_a_form(at, drawn):
                return told
            return skipped(f"The state does not show {event_type} of this status.")
    return PASSED


def _shows_a_form(at: CheckedReceiver, drawn: Event) -> bool:
    """Whether the state shows the event in any of the forms: many a status changes nothing that is shown."""
    for digits in _DIGITS:
        at.begin()
        before = at.look()
        at.deliver(with_payload(drawn, {**drawn.payload, "data": _with_digits(drawn.data, digits)}))
        if at.look() != before:
            return True
    return False


def _with_digits(node: Any, digits: int) -> Any:
    """The data with this many digits in the fraction of each time."""
    if isinstance(node, dict):
        return {name: _with_digits(inner, digits) for name, inner in node.items()}
    if isinstance(node, list):
        return [_with_digits(inner, digits) for inner in node]
    if not isinstance(node, str) or _LOCAL.fullmatch(node) is None:
        return node
    return f"{node[:19]}.{'123456789'[:digits]}" if digits else node[:19]


def _zone_of_server(at: CheckedReceiver, event_type: str) -> Judgement:
    if not hasattr(time, "tzset"):
        return skipped("This system cannot change the zone of a process.")
    event = _with_times(at, event_type)
    ends, trace = [], None
    for zone in _ZONES:
        with _zone(zone):
            at.begin()
            trace = at.deliver(event)
            ends.append(at.look())
    told = changes(at.state(ends[0]).state, at.state(ends[1]).state, copies=(event.data,))
    if told:
        return failed(
            f"After {event_type} its state depends on the zone of the server: {_ZONES[0]} (-) and {_ZONES[1]} (+).",
            trace,
            changes=told,
            tags=("zone",),
        )
    return PASSED


@contextmanager
def _zone(name: str) -> Iterator[None]:
    """Within it, the process is in this zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = name
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


CHECKS = (
    Check(
        name="utc",
        family="timezone",
        severity="must",
        harm="wrong",
        asks="A time without a zone is stored as UTC, not as Korean time.",
        cure=_CURE,
        facts=(10, 55),
        needs=("reset",),
        run=for_each_type(_read_as_utc),
    ),
    Check(
        name="fractions",
        family="timezone",
        severity="must",
        harm="lost",
        asks="Times with a fraction of 0, 3, 6 or 9 digits are accepted.",
        cure="Read times with datetime.fromisoformat in Python, new Date(text + 'Z') in JavaScript, "
        "LocalDateTime.parse in Java, and not by one format such as %S.%f.",
        facts=(9,),
        run=for_each_type(_fractions),
    ),
    Check(
        name="zone-of-server",
        family="timezone",
        severity="should",
        harm="wrong",
        asks="The state is the same whatever the zone of the server is.",
        cure=_CURE,
        facts=(10,),
        needs=("reset", "process"),
        run=for_each_type(_zone_of_server),
    ),
)
"""The checks of this family."""
