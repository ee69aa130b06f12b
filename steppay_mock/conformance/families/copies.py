"""Checks of two deliveries: a copy counts once, and two events of one second count as two."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from steppay_mock.conformance.alike import changes
from steppay_mock.conformance.check import PASSED, Check, Judgement, failed, skipped
from steppay_mock.conformance.families.big_id import shown_ids, with_ids
from steppay_mock.conformance.judging import for_each_type, refused, with_payload

if TYPE_CHECKING:
    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.conformance.trace import Trace
    from steppay_mock.payload.event import Event

_ONCE = (
    "Store a hash of each body in the transaction that has the effect, and skip a body that is stored: an event has no "
    "id (fact 4), and a manager can send it again (fact 22)."
)
_DAYS = 3 * 86_400
_BETWEEN = 3  # other events between an event and its copy


def _is_accepted(at: CheckedReceiver, event_type: str) -> Judgement:
    event = at.event(event_type)
    at.begin()
    if (first := _taken_first(at, event)) is not None:
        return first
    again = at.deliver(event, later=1, what=f"a second copy of {event_type}")
    if at.accepts(again, event):
        return PASSED
    return refused(at, again, what=f"a second copy of {event_type}", plain=at.twin(event))


def _counts_once(at: CheckedReceiver, event_type: str) -> Judgement:
    event = at.event(event_type)
    once = taken_once(at, event)
    if isinstance(once, Judgement):
        return once
    trace = at.deliver(event, later=1, what=f"a second copy of {event_type}")
    return judge_copy(at, once, trace, what=f"A second copy of {event_type}")


def _later_copy_counts_once(at: CheckedReceiver, event_type: str) -> Judgement:
    """A copy after other events, which happened days later."""
    event = at.event(event_type, now=float(at.moment - _DAYS))
    others = (at.event(event_type) for _ in range(_BETWEEN))
    return judge_copy_after(at, event, others, told="others")


def judge_copy_after(at: CheckedReceiver, event: Event, others: Iterable[Event], *, told: str) -> Judgement:
    """Whether a copy of the event that comes after these others changes nothing; ``told`` is what they are called.

    Each of them is made when its turn comes: a REST API answers as of the event that was made last.
    """
    once = taken_once(at, event)
    if isinstance(once, Judgement):
        return once
    for other in others:
        at.deliver(other)
    once = at.look()
    trace = at.deliver(event, later=1, what=f"a copy of {event.type}, after {told}")
    return judge_copy(at, once, trace, what=f"A copy of {event.type} that comes after {told}")


def taken_once(at: CheckedReceiver, event: Event) -> int | Judgement:
    """The number of the state after the event, from the first state; a judgement where a copy could tell nothing."""
    at.begin()
    before = at.look()
    if (refusal := _taken_first(at, event)) is not None:
        return refusal
    once = at.look()
    return skipped(f"{event.type} changes nothing, so a copy could not.") if once == before else once


def judge_copy(at: CheckedReceiver, once: int, trace: Trace, *, what: str) -> Judgement:
    """Whether the state and the effects are still those of that number."""
    twice = at.look()
    if at.state(once).effects != at.state(twice).effects:
        again = changes(at.state(once).effects, at.state(twice).effects)
        return failed(f"{what} has its effect again.", trace, changes=again, tags=("twice",))
    told = changes(at.state(once).state, at.state(twice).state)
    return failed(f"{what} changes its state.", trace, changes=told, tags=("twice",)) if told else PASSED


def _update_is_no_copy(at: CheckedReceiver) -> Judgement:
    """Two events of one type about one thing, with one status and other content, a minute apart."""
    event_type = "subscription.updated"
    if event_type not in at.reacts:
        return skipped("It does not react to subscription.updated.")
    first = with_payload(at.event(event_type), _active(at.event(event_type), at))
    other = at.event(event_type)
    second = with_payload(other, {**_active(other, at), "timestamp": first.timestamp + 60})
    second.data.update({name: first.data[name] for name in ("subscriptionId", "customerId") if name in first.data})
    told = _ends(at, first, second)
    if isinstance(told, Judgement):
        return told
    ends, trace = [at.state(number).state for number in told[0]], told[1]
    if changes(ends[0], ends[1]) and not changes(ends[0], ends[2]):
        return failed(
            "Of two events subscription.updated about one thing, with one status, the later one is lost.",
            trace,
            tags=("false-copy",),
        )
    return PASSED


def _ends(at: CheckedReceiver, first: Event, second: Event) -> tuple[list[int], Trace] | Judgement:
    """The states after the first event, after the second, and after both; no verdict if one is refused alone."""
    ends = []
    for event in (first, second):
        at.begin()
        if (refusal := _taken_first(at, event)) is not None:
            return refusal
        ends.append(at.look())
    at.begin()
    at.deliver(first)
    trace = at.deliver(second)
    return [*ends, at.look()], trace


def _is_end_of_other_order(at: CheckedReceiver, first: Event, second: Event, end: int) -> bool:
    """Whether the other order ends alike: then nothing is lost, and one event alone shows.

    A receiver may keep the last payment of a customer alone, or show what gives access and no other subscription.
    """
    at.begin()
    at.deliver(second)
    at.deliver(first)
    return at.look() == end


def _taken_first(at: CheckedReceiver, event: Event) -> Judgement | None:
    """None if the event is accepted, else that nothing can be told of what comes after it."""
    trace = at.deliver(event)
    if at.accepts(trace, event):
        return None
    return skipped(f"No verdict: the first event was refused already ({trace.told()}).", trace)


def _active(event: Event, at: CheckedReceiver) -> dict[str, Any]:
    """The payload of a subscription that is active, with the next payment some days from its second."""
    payload = deepcopy(event.payload)
    days = len(at.traces) % 20 + 1
    moment = datetime.fromtimestamp(event.timestamp, UTC) + timedelta(days=days, hours=5)
    payload["data"].update(status="ACTIVE", nextPaymentDate=moment.replace(tzinfo=None).isoformat())
    return payload


def _two_of_one_second(at: CheckedReceiver, event_type: str) -> Judgement:
    """Two things with events of one type in one second: an id made of type and second takes the second for a copy."""
    first = with_ids(at.event(event_type), least=31_001)
    second = at.event(event_type)
    second = with_payload(second, {**deepcopy(with_ids(second, least=41_001).payload), "timestamp": first.timestamp})
    at.begin()
    before = at.look()
    told = _ends(at, first, second)
    if isinstance(told, Judgement):
        return told
    ends, trace = told
    if before in ends[:2]:
        return skipped(f"One of two events {event_type} changes nothing alone, so it cannot be lost.")
    if ends[2] in ends[:2] and ends[0] != ends[1] and not _is_end_of_other_order(at, first, second, ends[2]):
        return failed(
            f"Of two events {event_type} of one second, about two things, one is lost.", trace, tags=("false-copy",)
        )
    return PASSED


def _earlier_of_another(at: CheckedReceiver, event_type: str) -> Judgement:
    """An event, and then one of the same type that happened an hour earlier, about another thing.

    First that is a thing of another customer, and then one of the same customer, where an event names its customer.
    """
    first = with_ids(at.event(event_type), least=31_001)
    drawn = with_ids(at.event(event_type), least=41_001)
    second = with_payload(drawn, {**deepcopy(drawn.payload), "timestamp": first.timestamp - 3600})
    judgement = _judge_earlier(at, first, second)
    if judgement.outcome != "passed" or "customerId" not in first.data:
        return judgement
    data = {**second.data, "customerId": first.data["customerId"]}
    second = with_payload(second, {**second.payload, "data": data})
    return _judge_earlier(at, first, second, of_one_customer=True)


def _judge_earlier(at: CheckedReceiver, first: Event, second: Event, *, of_one_customer: bool = False) -> Judgement:
    """Whether the second event is taken, which happened before the first and is about something else."""
    at.begin()
    before = at.look()
    told = _ends(at, first, second)
    if isinstance(told, Judgement):
        return told
    ends, trace = told
    if before in ends[:2] or ends[0] == ends[1]:
        return skipped(f"One of two events {first.type} changes nothing alone, so it cannot be lost.")
    own = [shown_ids(at, end, second) - shown_ids(at, end, first) for end in ends]
    if ends[2] != ends[0] and (not own[1] or own[2]):
        return PASSED
    if _is_end_of_other_order(at, first, second, ends[2]):
        return PASSED
    kind = first.type
    if of_one_customer:
        why = f"{kind} is lost where one about another thing of the same customer, an hour later, came before it."
    else:
        why = f"{kind} is lost where one about another thing, which happened an hour later, came before it."
    return failed(why, trace, tags=("guard",))


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
        name="later-update-is-no-copy",
        family="duplicate",
        severity="must",
        harm="lost",
        asks="A later event about the same thing, with the same status, is no copy.",
        cure="Treat two bodies as copies only if they are equal byte for byte: type, id and status do not tell two "
        "events apart.",
        facts=(4,),
        needs=("reset", "contents"),
        run=_update_is_no_copy,
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
        needs=("reset", "contents"),
        run=for_each_type(_two_of_one_second),
    ),
    Check(
        name="earlier-of-another",
        family="order",
        severity="must",
        harm="lost",
        asks="An event that happened before one about another thing, and comes after it, is taken.",
        cure="Keep the timestamp of the last event with each row, not one for all rows: a late event about one thing "
        "is new for that thing.",
        facts=(5,),
        needs=("reset",),
        run=for_each_type(_earlier_of_another),
    ),
)
"""The checks of these families that need no search through orders."""
