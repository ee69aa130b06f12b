"""The options of ``make_event`` and of all that make events: their types and checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypedDict, get_args

from steppay_mock.errors import check_names
from steppay_mock.payload.body import DEFAULT_FORM, BodyForm, check_form
from steppay_mock.payload.edges import Edge
from steppay_mock.values import ChoiceValue, MappingValue, SeedValue, TextValue

Nulls = Literal["omit", "null", "mixed"]
Drift = Literal["field", "enum", "event"]

NULLS = ChoiceValue(words=get_args(Nulls))
DRIFT = ChoiceValue(words=get_args(Drift))
EDGE = ChoiceValue(words=("64-bit",), others=(True, False))
IS_TEST = ChoiceValue(others=(True, False, None))
SEED = SeedValue()
LOCALE = TextValue(noun="a locale", example="'ko_KR'")
DATA = MappingValue(noun="a mapping of fields to values", example="{'payer': {'email': 'kim@example.com'}}")


class EventOptions(TypedDict, total=False):
    """The options of :func:`steppay_mock.make_event` and all that make events for others."""

    seed: int | str | None
    """Same seed, same bytes. None: a new event each time."""
    now: datetime | float | None
    """When the event happens: a datetime with a zone, or epoch seconds. None: the clock, or a fixed day if seeded."""
    data: Mapping[str, Any] | None
    """Deep overrides of ``data``; an unknown path is an error."""
    nulls: Nulls
    """Null fields are left out as on the wire (``"omit"``, fact 7), written (``"null"``), or either (``"mixed"``)."""
    edge: Edge
    """Values at the ends of what the contract allows; ``"64-bit"``: also integers beyond 2^53."""
    drift: Drift | None
    """What StepPay may send tomorrow: an unknown field, enumeration value or event type."""
    locale: str
    """Whose names and addresses: ``ko_KR`` and ``en_US`` ship, others come from Faker."""
    is_test: bool | None
    """``isTest`` of the envelope (fact 3); None leaves it out."""
    body: BodyForm
    """How the body is written: ``"pretty"`` (assumed, fact 34), ``"compact"`` or ``"escaped"``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """The options, checked."""

    seed: int | str | None = None
    now: datetime | float | None = None
    data: Mapping[str, Any] | None = None
    nulls: Nulls = "omit"
    edge: Edge = False
    drift: Drift | None = None
    locale: str = "ko_KR"
    is_test: bool | None = True
    body: BodyForm = DEFAULT_FORM

    def __post_init__(self) -> None:
        for name, check in _CHECKS.items():
            value = getattr(self, name)
            if value is not _DEFAULTS[name]:  # most are, and to check them all is a twentieth of the time of an event
                check(name, value)


_DEFAULTS = {name: option.default for name, option in Recipe.__dataclass_fields__.items()}

# `now` is checked where it is read: see `read_instant`.
_CHECKS: dict[str, Callable[[str, object], object]] = {
    "nulls": NULLS.check,
    "body": check_form,
    "edge": EDGE.check,
    "is_test": IS_TEST.check,
    "locale": LOCALE.check,
    "drift": DRIFT.check,
    "seed": SEED.check,
    "data": DATA.check,
}


def read_options(options: Mapping[str, Any]) -> Recipe:
    """The recipe that the options describe; an unknown option is an error that names the nearest."""
    check_names(
        options, Recipe.__dataclass_fields__, owner="An event", next_step="Fields of the payload go into data={...}."
    )
    return Recipe(**options)
