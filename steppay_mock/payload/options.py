"""How shall an event be made? The options of ``make_event``, named and checked once for all who take them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypedDict, get_args

from steppay_mock.errors import SteppayMockError, check_choice, choices, did_you_mean
from steppay_mock.payload.body import DEFAULT_FORM, BodyForm, check_form
from steppay_mock.payload.edges import Edge

Nulls = Literal["omit", "null", "mixed"]
Drift = Literal["field", "enum", "event"]


class EventOptions(TypedDict, total=False):
    """The options of :func:`steppay_mock.make_event` and all that make events for others."""

    seed: int | str | None
    """Same seed, same bytes. None: another event every time."""
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
        check_choice("nulls", self.nulls, get_args(Nulls))
        check_form("body", self.body)
        if self.drift is not None:
            check_choice("drift", self.drift, get_args(Drift))
        for option, value, other in (("edge", self.edge, "64-bit"), ("is_test", self.is_test, None)):
            if not isinstance(value, bool) and value != other:
                raise SteppayMockError(
                    f"{option}={value!r} is neither True nor False, and not {other!r}. Say {option}=True."
                )
        if isinstance(self.seed, bool) or not isinstance(self.seed, int | str | None):
            raise SteppayMockError(f"seed={self.seed!r} is neither a whole number nor text. Give one such as seed=7.")
        if not isinstance(self.locale, str):
            raise SteppayMockError(f"locale={self.locale!r} is no text. Give one such as ko_KR or en_US.")
        if self.data is not None and not isinstance(self.data, Mapping):
            raise SteppayMockError(
                f"data={self.data!r} is no mapping. "
                "Name the fields to fix: data={'payer': {'email': 'kim@example.com'}}"
            )


def read_options(options: Mapping[str, Any]) -> Recipe:
    """The recipe that the options describe; an unknown option is an error that names the nearest."""
    known = Recipe.__dataclass_fields__
    for name in options:
        if name not in known:
            raise SteppayMockError(
                f"Events have no option {name!r}.{did_you_mean(name, known)} The options are {choices(known)}; "
                "fields of the payload go into data={...}."
            )
    return Recipe(**options)
