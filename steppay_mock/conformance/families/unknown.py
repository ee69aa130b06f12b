"""Checks of what StepPay may add tomorrow: event types, values of enumerations, and fields."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from steppay_mock.conformance.alike import changes
from steppay_mock.conformance.check import PASSED, Check, Judgement, failed, skipped
from steppay_mock.conformance.judging import for_each_type, judge_event, refused, with_payload
from steppay_mock.conformance.kinds import Family, Severity
from steppay_mock.conformance.stories import is_taken_in_a_story
from steppay_mock.contract.catalogue import parse_event_type
from steppay_mock.ordering.state.difference import differences
from steppay_mock.ordering.state.normal import plain as plain_form
from steppay_mock.payload.drift import KNOWN_ELSEWHERE
from steppay_mock.payload.plan import plan_event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.conformance.judging import Run
    from steppay_mock.payload.event import Event
    from steppay_mock.payload.plan import SchemaNode

_NEW_FIELD = "addedTomorrow"
_NEW_VALUE: Any = {"code": "new_AbCdEfGhI", "at": "2026-01-01T00:00:00", "flags": ["A"]}
_DRAWN = 6  # more events of a type of which one was refused
_STATUS = "ADDED_TOMORROW"
_FIELDS = (
    "Read the fields that you need, and ignore the others, do not store them: extra='ignore' in pydantic, z.object() "
    "without strict() in zod, no additionalProperties: false. StepPay adds fields without notice."
)
_ENUMS = (
    "Keep a status as text, and decide only by those that you know: an unknown one is neither ACTIVE nor COMPLETE, and "
    "no reason to refuse the webhook."
)
_TYPES = "Answer 2xx to an event type that you do not use, and do nothing: anything else shows as a failed delivery."


def _new_type(at: CheckedReceiver) -> Judgement:
    return _unused(at, at.event(drift="event"), what="an event type that is not known")


def _new_object(at: CheckedReceiver) -> Judgement:
    event = at.event()
    payload = {**event.payload, "event": "coupon.created", "data": {"couponId": 7, "status": "CREATED"}}
    return _unused(at, with_payload(event, payload), what="an event of a new kind of object")


def _unused(at: CheckedReceiver, event: Event, *, what: str) -> Judgement:
    at.begin()
    trace = at.deliver(event)
    return PASSED if at.accepts(trace, event) else refused(at, trace, what=what, plain=at.event())


def _every_type(at: CheckedReceiver) -> Judgement:
    """The types were delivered already, to find out what the receiver reacts to: only those refused are tried again."""
    names = {trace.what for trace in at.traces}
    refused_types = [name for name in sorted(names) if _is_type(name) and name not in at.accepted]
    for event_type in refused_types:
        event = at.event(event_type)
        at.begin()
        trace = at.deliver(event)
        if not at.accepts(trace, event):
            what = f"{event_type}, one of the event types of StepPay"
            found = refused(at, trace, what=what, plain=at.event())
            if found.outcome != "failed":
                return found
            if _is_taken_with_others(at, event_type):
                return replace(found, tags=found.tags | {"some"})
            if is_taken_in_a_story(at, event_type):
                why = f"{found.why} After what happened before it, it is accepted."
                return replace(found, why=why, tags=found.tags | {"early"}, severity="must")
            also = f" {len(refused_types)} types are refused in all." * (len(refused_types) > 1)
            # Who names the types gets no others, so each of them has to be accepted.
            severity: Severity = "should" if at.settings.types is None else "must"
            return replace(found, why=f"{found.why}{also}", severity=severity)
    return PASSED


def _is_taken_with_others(at: CheckedReceiver, event_type: str) -> bool:
    """Whether another event of the type is accepted: then it is not the type that is refused, but something in it."""
    for _ in range(_DRAWN):
        event = at.event(event_type, now=int(at.now()) + 0.123456)
        at.begin()
        if at.accepts(at.deliver(event), event):
            return True
    return False


def _is_type(name: str) -> bool:
    try:
        parse_event_type(name)
    except Exception:  # noqa: BLE001 - it names another request
        return False
    return True


def _known_elsewhere(at: CheckedReceiver, event_type: str) -> Judgement:
    """Each enumeration of the event, one after the other, with a value that only the REST API is known to have."""
    plain = at.event(event_type)
    payload = deepcopy(plain.payload)
    places = list(_enumerations(payload, plan_event(event_type, edge=False)))
    for home, name, value in places:
        before, home[name] = home[name], value
        event = with_payload(plain, deepcopy(payload))
        home[name] = before
        at.begin()
        trace = at.deliver(event)
        if not at.accepts(trace, event):
            return refused(at, trace, what=f"{event_type} with {value} for {name}", plain=plain)
    return PASSED if places else skipped(f"{event_type} has no enumeration of which more values are known.")


def _enumerations(payload: Any, node: SchemaNode) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Each place of an enumeration of which the REST API has more values, with one of these."""
    if isinstance(payload, list) and node.item is not None:
        for inner in payload:
            yield from _enumerations(inner, node.item)
    if not isinstance(payload, dict):
        return
    for name, below in node.fields.items():
        values = KNOWN_ELSEWHERE.get(str(below.schema.get("title")))
        if values and isinstance(payload.get(name), str):
            yield payload, name, values[0]
        else:
            yield from _enumerations(payload.get(name), below)


def _new_status(at: CheckedReceiver, event_type: str) -> Judgement:
    plain = at.event(event_type)
    event = _with_status(plain, _STATUS)
    if event is None:
        return skipped(f"{event_type} has no status.")
    at.begin()
    trace = at.deliver(event)
    if at.accepts(trace, event):
        return PASSED
    return refused(at, trace, what=f"{event_type} with the status {_STATUS}", plain=plain)


def _with_status(event: Event, status: str) -> Event | None:
    if not isinstance(event.data.get("status"), str):
        return None
    payload = deepcopy(event.payload)
    payload["data"]["status"] = status
    return with_payload(event, payload)


def _not_active(at: CheckedReceiver) -> Judgement:
    """Whether a subscription of an unknown status looks like an active one, and unlike one that is paused."""
    event_type = next((one for one in ("subscription.updated", "subscription.created") if one in at.reacts), None)
    if event_type is None:
        return skipped("It does not react to subscriptions.")
    drawn = at.event(event_type)
    ends = {}
    for status in ("ACTIVE", _STATUS, "PAUSE"):
        event = _with_status(drawn, status)
        if event is None:
            return skipped(f"{event_type} has no status.")
        at.begin()
        trace = at.deliver(event)
        if not at.accepts(trace, event):
            return skipped(f"A subscription of the status {status} is refused ({trace.told()}).", trace)
        ends[status] = (at.state(at.look()).state, trace)
    active, unknown, paused = (plain_form(ends[status][0]) for status in ("ACTIVE", _STATUS, "PAUSE"))
    if (not changes(active, unknown) and changes(active, paused)) or _has_words_of(active, unknown, paused):
        return failed(
            f"A subscription with the unknown status {_STATUS} is stored as one that is ACTIVE.", ends[_STATUS][1]
        )
    return PASSED


def _has_words_of(active: Any, unknown: Any, paused: Any) -> bool:
    """Whether every word and flag in which an active one differs from a paused one is that of the active one."""
    told = [one.path for one in differences(active, paused) if _is_word(one.expected) and _is_word(one.actual)]
    wrong = {one.path for one in differences(active, unknown)}
    return bool(told) and wrong.isdisjoint(told)


def _is_word(value: Any) -> bool:
    return isinstance(value, bool) or (isinstance(value, str) and value.replace("_", "").isalpha())


def _field_at(place: Callable[[dict[str, Any]], dict[str, Any]], *, what: str) -> Run:
    def judge(at: CheckedReceiver, event_type: str) -> Judgement:
        plain = at.event(event_type)
        payload = deepcopy(plain.payload)
        place(payload)[_NEW_FIELD] = deepcopy(_NEW_VALUE)
        changed = with_payload(plain, payload)
        return judge_event(at, changed, what=f"{event_type} with {what}", plain=plain, same_as=plain)

    return for_each_type(judge)


def _deepest(payload: dict[str, Any]) -> dict[str, Any]:
    """An object within ``data``, where there is one."""
    for value in payload["data"].values():
        if isinstance(value, dict):
            return value
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return value[0]
    return payload["data"]  # type: ignore[no-any-return]


def _envelope_only(payload: dict[str, Any]) -> dict[str, Any]:
    return payload


def _data(payload: dict[str, Any]) -> dict[str, Any]:
    return payload["data"]  # type: ignore[no-any-return]


def _field(name: str, asks: str, run: Run) -> Check:
    return Check(
        name=name,
        family="unknown-field",
        severity="must",
        harm="later",
        asks=asks,
        cure=_FIELDS,
        facts=(3,),
        run=run,
    )


def _enum(name: str, asks: str, run: Run) -> Check:
    return Check(
        name=name,
        family="unknown-enum",
        severity="should",
        harm="later",
        asks=asks,
        cure=_ENUMS,
        facts=(17, 56),
        run=run,
    )


def _type(name: str, asks: str, run: Run) -> Check:
    family: Family = "unknown-event"
    return Check(
        name=name, family=family, severity="should", harm="later", asks=asks, cure=_TYPES, facts=(22, 23), run=run
    )


CHECKS = (
    _type("every-type", "Every event type for which it is registered is accepted.", _every_type),
    _type("new-type", "An event type that is not known is accepted.", _new_type),
    _type("new-object", "An event of a new kind of object is accepted.", _new_object),
    _enum(
        "known-elsewhere",
        "A value that StepPay's REST API has, and the webhooks' tables do not, is accepted.",
        for_each_type(_known_elsewhere),
    ),
    _enum("new-status", "An unknown status is accepted.", for_each_type(_new_status)),
    Check(
        name="new-status-is-not-active",
        family="unknown-enum",
        severity="should",
        harm="access",
        asks="A subscription of an unknown status is not stored as an active one.",
        cure=_ENUMS,
        facts=(24, 55),
        needs=("reset", "contents"),
        run=_not_active,
    ),
    _field(
        "in-envelope",
        "A new field of the envelope changes nothing.",
        _field_at(_envelope_only, what="a new field in its envelope"),
    ),
    _field("in-data", "A new field of the object changes nothing.", _field_at(_data, what="a new field in its data")),
    _field(
        "nested",
        "A new field of an object within it changes nothing.",
        _field_at(_deepest, what="a new field in an inner object"),
    ),
)
"""The checks of these families."""
