"""Checks of ids: numbers of 64 bits, more than a 32-bit column or a number of JavaScript holds, and texts."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from steppay_mock.conformance.check import PASSED, Check, Judgement, failed, skipped
from steppay_mock.conformance.judging import for_each_type, judge_event, with_payload
from steppay_mock.conformance.kinds import Need
from steppay_mock.ordering.state.json_path import leaves
from steppay_mock.ordering.state.normal import plain
from steppay_mock.payload.plan import plan_event

if TYPE_CHECKING:
    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.conformance.judging import Run
    from steppay_mock.conformance.trace import Trace
    from steppay_mock.payload.event import Event
    from steppay_mock.payload.plan import SchemaNode

_CURE = (
    "Keep ids in 64 bits: BIGINT in SQL, and in JavaScript as text or BigInt, by a JSON parser that does not round "
    "(json-bigint, or a reviver with context.source). Number and parseInt round beyond 2^53."
)
_SMALL = 700_001
_LARGE = (2**53 + 123_457, 2**53 + 2**10 + 3)
_AS_TEXTS = ({"orderId": "70042", "customerId": "9007"}, {"orderId": "shop-70042", "customerId": "member-9007"})
"""Ids of a merchant that are numbers, and ids that are not: both are texts, and of any form (fact 14)."""
_STEP = 4  # between ids, so that the next ones of two events never meet
_Place = tuple[dict[str, Any], str]


def _ids(payload: Any, node: SchemaNode) -> Iterator[_Place]:
    """The places of all ids that are numbers, also those that are written as texts (fact 14)."""
    if isinstance(payload, list) and node.item is not None:
        for inner in payload:
            yield from _ids(inner, node.item)
    if not isinstance(payload, dict):
        return
    for name, below in node.fields.items():
        value = payload.get(name)
        means = str(below.schema.get("x-means", ""))
        if (means == "id" or means.endswith("-id")) and value is not None and str(value).isdecimal():
            yield payload, name
        else:
            yield from _ids(value, below)


def with_ids(event: Event, *, least: int) -> Event:
    """The event with other ids, the smallest of them ``least``; equal ids stay equal."""
    payload = deepcopy(event.payload)
    places = list(_ids(payload, plan_event(str(event.type), edge=False)))
    numbers = sorted({int(home[name]) for home, name in places})
    new = {number: least + _STEP * at for at, number in enumerate(numbers)}
    for home, name in places:
        number = new[int(home[name])]
        home[name] = str(number) if isinstance(home[name], str) else number
    return with_payload(event, payload)


def _numbers(event: Event) -> list[int]:
    return [int(home[name]) for home, name in _ids(event.payload, plan_event(str(event.type), edge=False))]


def _words_of(at: CheckedReceiver, number: int) -> set[str]:
    """All keys and values of the state of that number, as texts."""
    return {str(one) for _, one in leaves("$", plain(at.state(number).state), keys=True)}


def shown_ids(at: CheckedReceiver, number: int, event: Event) -> set[str]:
    """The ids of the event that the state of that number shows."""
    return {str(one) for one in _numbers(event)} & _words_of(at, number)


def _taken(least: int, *, what: str) -> Run:
    def judge(at: CheckedReceiver, event_type: str) -> Judgement:
        plain = at.event(event_type)
        return judge_event(at, with_ids(plain, least=least), what=f"{event_type} with {what}", plain=plain)

    return for_each_type(judge)


def _of_any_form(at: CheckedReceiver, event_type: str) -> Judgement:
    """Whether a payment of the merchant's own order is taken that has ids with letters, if one with digits is."""
    if not event_type.startswith("payment."):
        return skipped("No payment is among the types that it takes: only payments have ids of any form (fact 14).")
    digits, letters = _AS_TEXTS
    plain = at.event(event_type, data={"paymentOnly": True, **digits})
    event = at.twin(plain, data={"paymentOnly": True, **letters})
    told = judge_event(at, event, what=f"{event_type} with orderId {letters['orderId']!r}", plain=plain)
    return replace(told, tags=told.tags | {"text"})


def _exact(at: CheckedReceiver, event_type: str) -> Judgement:
    """Whether the ids that the state shows of small numbers are shown of large ones too, digit for digit."""
    small = with_ids(at.event(event_type), least=_SMALL)
    at.begin()
    trace = at.deliver(small)
    seen = _words_of(at, at.look())
    visible = [place for place, number in enumerate(_numbers(small)) if str(number) in seen]
    if not visible:
        return _not_shown(small, seen, trace)
    for least in _LARGE:
        large = with_ids(small, least=least)
        at.begin()
        trace = at.deliver(large)
        seen, numbers = _words_of(at, at.look()), _numbers(large)
        lost = [numbers[place] for place in visible if str(numbers[place]) not in seen]
        if lost:
            instead, tag = _instead(lost[0], seen)
            told = f", and has {instead}" if instead else ""
            return failed(
                f"After {event_type} about the id {lost[0]} its state does not have that id{told}.", trace, tags=(tag,)
            )
    return PASSED


def _instead(number: int, seen: set[str]) -> tuple[str, str]:
    """What the state has in the place of the id, empty if that is not known, and what that says of the cause."""
    low = number & 0xFFFFFFFF
    for cut in (number & 0x7FFFFFFF, low, low - 2**32):
        if str(cut) in seen:
            return str(cut), "cut"
    rounded = str(int(float(number)))
    return (rounded if rounded in seen else ""), "rounded"


def _not_shown(small: Event, seen: set[str], trace: Trace) -> Judgement:
    """The judgement where no id stands in the state as it was sent."""
    as_float = next((number for number in _numbers(small) if f"{number}.0" in seen), None)
    if as_float is not None:
        return failed(
            f"After {small.type} about the id {as_float} its state has {as_float}.0: ids beyond 2^53 lose digits.",
            trace,
            tags=("float",),
        )
    return skipped(
        f"The state shows no id of {small.type}. Put one into it, such as paymentId or subscriptionId, to learn "
        "whether large ids are kept exactly."
    )


def _two_rows(at: CheckedReceiver, event_type: str) -> Judgement:
    """Whether two things whose ids differ by one, beyond 2^53, stay two, where two of small ids do."""
    event = at.event(event_type)
    if _pair(at, event, least=_SMALL) is not None:
        return skipped(f"Two {event_type} about things of small ids are not two in its state either.")
    if (trace := _pair(at, event, least=2**53)) is not None:
        return failed(
            f"Two things of {event_type} whose ids are {2**53} and {2**53 + 1} are one in its state.",
            trace,
            tags=("rounded",),
        )
    return PASSED


def _pair(at: CheckedReceiver, event: Event, *, least: int) -> Trace | None:
    """None if two events whose ids differ by one are two in the state, else the second delivery."""
    first = with_ids(event, least=least)
    second = with_ids(first.at_second(first.timestamp + 1), least=least + 1)
    at.begin()
    at.deliver(first)
    alone = at.look()
    trace = at.deliver(second, later=1)
    return trace if at.look() == alone else None


def _check(name: str, asks: str, run: Run, *, needs: tuple[Need, ...] = (), wrong: bool = False) -> Check:
    return Check(
        name=name,
        family="big-id",
        severity="must",
        harm="wrong" if wrong else "lost",
        asks=asks,
        cure=_CURE,
        facts=(13,),
        needs=(*needs, "contents"),
        run=run,
    )


CHECKS = (
    _check("beyond-32-bits", "Ids beyond 2^31 are accepted.", _taken(2**31 + 5, what="ids beyond 2^31")),
    _check("beyond-2-53", "Ids beyond 2^53 are accepted.", _taken(2**53 + 5, what="ids beyond 2^53")),
    _check("64-bits", "Ids near 2^63 are accepted.", _taken(2**63 - 100, what="ids near 2^63")),
    _check("exact", "Ids beyond 2^53 are kept exactly.", for_each_type(_exact), needs=("reset",), wrong=True),
    _check(
        "distinct",
        "Two ids beyond 2^53 that differ by one stay two.",
        for_each_type(_two_rows),
        needs=("reset",),
        wrong=True,
    ),
    Check(
        name="ids-that-are-texts",
        family="big-id",
        severity="must",
        harm="lost",
        asks="A payment whose orderId and customerId are texts with letters is accepted.",
        cure="Keep orderId and customerId of a payment as text, and call no int(), Number() or parseInt() on them: "
        "they are texts, and with paymentOnly they are the merchant's own, of any form.",
        facts=(14,),
        needs=("contents",),
        run=for_each_type(_of_any_form),
    ),
)
"""The checks of this family."""
