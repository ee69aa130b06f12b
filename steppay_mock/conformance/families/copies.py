"""Checks of two deliveries: a copy counts once, and two events of one second count as two."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from steppay_mock.conformance.alike import changes
from steppay_mock.conformance.check import PASSED, Check, Judgement, failed
from steppay_mock.conformance.families.big_id import with_ids
from steppay_mock.conformance.judging import for_each_type, refused, with_payload

if TYPE_CHECKING:
    from steppay_mock.conformance.checked_receiver import CheckedReceiver

_ONCE = (
    "Store a hash of each body in the transaction that has the effect, and skip a body that is stored: an event has no "
    "id (fact 4), and a manager can send it again (fact 22)."
)


def _is_accepted(at: CheckedReceiver, event_type: str) -> Judgement:
    event = at.event(event_type)
    at.begin()
    at.deliver(event)
    again = at.deliver(event, later=1)
    if at.accepts(again, event):
        return PASSED
    return refused(at, again, what=f"a second copy of {event_type}", plain=at.twin(event))


def _counts_once(at: CheckedReceiver, event_type: str) -> Judgement:
    event = at.event(event_type)
    at.begin()
    at.deliver(event)
    once = at.look()
    trace = at.deliver(event, later=1)
    twice = at.look()
    if once == twice:
        return PASSED
    told = changes(at.state(once).state, at.state(twice).state)
    if at.state(once).effects != at.state(twice).effects:
        return failed(f"A second copy of {event_type} has its effect again.", trace, changes=told, tags=("twice",))
    if told:
        return failed(f"A second copy of {event_type} changes its state.", trace, changes=told, tags=("twice",))
    return PASSED


def _later_copy_counts_once(at: CheckedReceiver, event_type: str) -> Judgement:
    """A copy in another form of JSON, as a resend by hand may have, after another event."""
    event, other = at.event(event_type), at.event(event_type)
    at.begin()
    at.deliver(event)
    at.deliver(other)
    once = at.look()
    trace = at.deliver(event, later=1)
    told = changes(at.state(once).state, at.state(at.look()).state)
    if told or at.state(once).effects != at.state(at.look()).effects:
        return failed(
            f"A copy of {event_type} that comes after another one changes its state.",
            trace,
            changes=told,
            tags=("twice",),
        )
    return PASSED


def _two_of_one_second(at: CheckedReceiver, event_type: str) -> Judgement:
    """Two things with events of one type in one second: an id made of type and second takes the second for a copy."""
    first = with_ids(at.event(event_type), least=31_001)
    second = at.event(event_type)
    second = with_payload(second, {**deepcopy(with_ids(second, least=41_001).payload), "timestamp": first.timestamp})
    ends = []
    trace = None
    for course in ((first,), (second,), (first, second)):
        at.begin()
        for event in course:
            trace = at.deliver(event)
        ends.append(at.look())
    if ends[2] in ends[:2] and ends[0] != ends[1]:
        return failed(
            f"Of two events {event_type} of one second, about two things, one is lost.", trace, tags=("false-copy",)
        )
    return PASSED


CHECKS = (
    Check(
        name="copy-accepted",
        family="duplicate",
        severity="must",
        harm="lost",
        asks="A second copy of a webhook is accepted.",
        cure="Answer 2xx to a copy, and do nothing: a unique constraint that is violated is no error here.",
        facts=(22,),
        run=for_each_type(_is_accepted),
    ),
    Check(
        name="copy-counts-once",
        family="duplicate",
        severity="must",
        harm="money",
        asks="A second copy of a webhook changes nothing and has no effect.",
        cure=_ONCE,
        facts=(4, 22),
        needs=("reset",),
        run=for_each_type(_counts_once),
    ),
    Check(
        name="later-copy-counts-once",
        family="duplicate",
        severity="must",
        harm="money",
        asks="A copy that comes after other events changes nothing and has no effect.",
        cure="Remember all bodies for some days, not the last one. " + _ONCE,
        facts=(4, 22),
        needs=("reset",),
        run=for_each_type(_later_copy_counts_once),
    ),
    Check(
        name="two-of-one-second",
        family="tie",
        severity="must",
        harm="lost",
        asks="Two events of one type, of one second and about two things are two.",
        cure="Treat two bodies as copies only if they are equal byte for byte: type and second do not tell two events "
        "apart (fact 6).",
        facts=(4, 6, 55),
        needs=("reset",),
        run=for_each_type(_two_of_one_second),
    ),
)
"""The checks of these families that need no search through orders."""
