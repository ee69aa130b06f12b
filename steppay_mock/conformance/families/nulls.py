"""Checks of null, absent and empty: fields that have no value are left out, written as null, or are empty."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from steppay_mock.conformance.check import PASSED, Check, Judgement
from steppay_mock.conformance.judging import for_each_type, judge_event, with_payload
from steppay_mock.conformance.kinds import Family, Harm, Severity
from steppay_mock.payload.plan import plan_event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.conformance.judging import Run
    from steppay_mock.payload.event import Event
    from steppay_mock.payload.plan import SchemaNode

_CURE = (
    "Read a field that may be null so that null and absent are the same: data.get('payer') in Python, "
    "data.payer?.email in JavaScript, an optional field with the default None in pydantic. StepPay leaves null fields "
    "out."
)
_EMPTY = "Read lists as lists that may be empty, texts as texts that may be, and amounts as numbers that may be 0."
_FREE = frozenset(
    (
        *("person-name", "phone", "memo", "error-message", "unit-label", "plan-detail", "plan-description"),
        *("product-name", "product-subtitle", "product-description"),
    )
)
"""The meanings of texts that a merchant or a customer may leave empty."""
_OWN_ID = "id"
"""An invoice has it, and the vendor says that it may be null. Without it there is no thing, so it stays."""
_Place = tuple[dict[str, Any], str]


def _may_be_null(payload: dict[str, Any], event_type: str) -> list[_Place]:
    """Each field that may be null, with the object that has it; not the id of what the event is about."""
    places = _nullables(payload, plan_event(event_type, edge=False))
    return [(home, name) for home, name in places if home is not payload["data"] or name != _OWN_ID]


def _nullables(payload: dict[str, Any], node: SchemaNode) -> Iterator[_Place]:
    """Each field that may be null, with the object that has it; not those within such a field."""
    for name, below in node.fields.items():
        value = payload.get(name)
        if below.nullable:
            yield payload, name
        elif isinstance(value, dict):
            yield from _nullables(value, below)
        elif isinstance(value, list) and below.item is not None:
            for inner in value:
                if isinstance(inner, dict):
                    yield from _nullables(inner, below.item)


def without_values(event: Event, *, written: bool) -> Event:
    """The event in which every field that may be null is null, written or left out."""
    payload = deepcopy(event.payload)
    for home, name in _may_be_null(payload, str(event.type)):
        if written:
            home[name] = None
        else:
            home.pop(name, None)
    return with_payload(event, payload)


def _all_absent(at: CheckedReceiver, event_type: str) -> Judgement:
    event = at.event(event_type)
    what = f"{event_type} in which every field that may be null is left out"
    return judge_event(at, without_values(event, written=False), what=what, plain=event)


def _all_null(at: CheckedReceiver, event_type: str) -> Judgement:
    event = at.event(event_type)
    what = f"{event_type} in which every field that may be null is null"
    return judge_event(at, without_values(event, written=True), what=what, plain=event)


def _same(at: CheckedReceiver, event_type: str) -> Judgement:
    event = at.event(event_type)
    absent, null = without_values(event, written=False), without_values(event, written=True)
    what = f"{event_type} with nulls that are written"
    return judge_event(at, null, what=what, plain=absent, same_as=absent)


def _one_by_one(at: CheckedReceiver, event_type: str) -> Judgement:
    """Each field that may be null left out alone, the others as they are; the first that is refused is named."""
    event = at.event(event_type)
    payload = deepcopy(event.payload)
    for home, name in _may_be_null(payload, event_type):
        if name not in home:
            continue
        before = dict(home)
        del home[name]
        told = judge_event(at, with_payload(event, deepcopy(payload)), what=f"{event_type} without {name}", plain=event)
        home.clear()
        home.update(before)
        if told.outcome == "failed":
            return told
    return PASSED


def _empty_lists(at: CheckedReceiver, event_type: str) -> Judgement:
    event = at.event(event_type)
    payload = deepcopy(event.payload)
    emptied = [name for name, value in payload["data"].items() if isinstance(value, list)]
    payload["data"].update({name: [] for name in emptied})
    return judge_event(at, with_payload(event, payload), what=f"{event_type} with empty lists", plain=event)


def _empty_texts(at: CheckedReceiver, event_type: str) -> Judgement:
    event = at.event(event_type)
    payload = deepcopy(event.payload)
    _blank(payload["data"], plan_event(event_type, edge=False).fields["data"])
    return judge_event(at, with_payload(event, payload), what=f"{event_type} with empty texts", plain=event)


def _blank(data: dict[str, Any], node: SchemaNode) -> None:
    """Make the free texts of the object empty: those without a format, a meaning or an enumeration."""
    for name, below in node.fields.items():
        schema = below.schema
        is_free = schema.get("type") == "string" and not {"enum", "format", "pattern", "const"} & schema.keys()
        if is_free and str(schema.get("x-means", "")) in _FREE:
            if isinstance(data.get(name), str):
                data[name] = ""
        elif isinstance(data.get(name), dict) and below.is_object:
            _blank(data[name], below)


def _zero(at: CheckedReceiver, event_type: str) -> Judgement:
    event = at.event(event_type)
    payload = deepcopy(event.payload)
    for name, value in payload["data"].items():
        if name.lower().endswith("amount") and isinstance(value, int | float) and not isinstance(value, bool):
            payload["data"][name] = 0
    return judge_event(at, with_payload(event, payload), what=f"{event_type} with amounts of 0", plain=event)


def _check(
    family: Family,
    name: str,
    asks: str,
    run: Run,
    *,
    severity: Severity = "must",
    harm: Harm = "lost",
    cure: str = _CURE,
    facts: tuple[int, ...] = (7,),
    reset: bool = False,
) -> Check:
    return Check(
        name=name,
        family=family,
        severity=severity,
        harm=harm,
        asks=asks,
        cure=cure,
        facts=facts,
        needs=("reset", "contents") if reset else (),
        run=run,
    )


CHECKS = (
    _check("null", "written", "Fields that may be null are accepted as null.", for_each_type(_all_null)),
    _check(
        "null",
        "same-as-absent",
        "Null and absent end in the same state.",
        for_each_type(_same),
        harm="wrong",
        reset=True,
    ),
    _check("absent", "all", "Fields that may be null may be left out.", for_each_type(_all_absent)),
    _check("absent", "one-by-one", "Each field that may be null may be left out alone.", for_each_type(_one_by_one)),
    _check(
        "empty",
        "lists",
        "Empty lists are accepted.",
        for_each_type(_empty_lists),
        severity="should",
        cure=_EMPTY,
        facts=(),
    ),
    _check(
        "empty",
        "texts",
        "Empty texts are accepted.",
        for_each_type(_empty_texts),
        severity="should",
        cure=_EMPTY,
        facts=(),
    ),
    _check(
        "empty",
        "amounts-of-zero",
        "Amounts of 0 are accepted.",
        for_each_type(_zero),
        severity="should",
        cure=_EMPTY,
        facts=(52,),
    ),
)
"""The checks of these families."""
