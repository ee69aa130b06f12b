"""The options of a store, and the fields of customers, products and prices: their names and checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypedDict, get_args

from steppay_mock.errors import SteppayMockError, choices, did_you_mean
from steppay_mock.payload.body import DEFAULT_FORM, BodyForm, check_form
from steppay_mock.payload.factory import SEEDED_NOW
from steppay_mock.payload.options import Nulls
from steppay_mock.store.amounts import check_currency
from steppay_mock.store.assumptions import Assumptions, read_assumptions

Money = int | float | Decimal

Billing = Literal["flat", "unit", "usage", "one_time"]
Interval = Literal["DAY", "WEEK", "MONTH", "YEAR"]


class CustomerFields(TypedDict, total=False):
    """The fields of a customer. The store makes up those that are left out."""

    id: int
    code: str
    username: str | None
    name: str | None
    email: str | None
    phone: str | None
    attributes: Mapping[str, str] | None
    shipping: Mapping[str, Any] | None
    additional_recipients: list[str] | None


class PriceFields(TypedDict, total=False):
    """The fields of a price. The store makes up those that are left out."""

    price: Money
    price_code: str
    billing: Billing
    """``flat`` and ``unit`` recur, ``usage`` recurs and counts usage, ``one_time`` does not recur."""
    interval: Interval
    interval_count: int
    setup_fee: int
    """Paid once, with the first order."""
    quota: int | None
    """The usage allowed in each period (prepaid); None: usage is paid at the end of the period."""
    membership_months: int
    """The subscription expires after this number of months; 0: never."""


class ProductFields(PriceFields, total=False):
    """The fields of a product and its first price."""

    code: str
    name: str
    type: str


class StoreOptions(TypedDict, total=False):
    """The options of a store; all may be left out."""

    seed: int | str | None
    """Same seed, same bytes. None: a random seed, in ``store.seed``."""
    start: datetime | float | None
    """The start of the store's clock: a datetime with a zone, or epoch seconds. None: a fixed day."""
    locale: str
    """The language of names and addresses: ``ko_KR`` and ``en_US`` are included, others need Faker."""
    currency: str
    """A code of ISO 4217."""
    customer: CustomerFields | None
    """The fields of the first customer. None: the store starts without a customer."""
    product: ProductFields | None
    """The fields of the first product. None: the store starts without a product."""
    is_test: bool | None
    """``isTest`` of the envelope (fact 3); None leaves it out."""
    nulls: Nulls
    """Null fields are left out (``"omit"``, fact 7), written (``"null"``), or either (``"mixed"``)."""
    body: BodyForm
    """The JSON form of bodies: ``"pretty"`` (assumed, fact 34), ``"compact"`` or ``"escaped"``."""
    first_ids: Mapping[str, int]
    """The first id of each kind, such as ``{"order": 5000}``."""
    assumptions: Assumptions | dict[str, Any] | None
    """What the store does where no fact documents what StepPay does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRecipe:
    """The options, checked."""

    seed: int | str | None
    start: datetime | float
    locale: str
    currency: str
    customer: CustomerFields | None
    product: ProductFields | None
    is_test: bool | None
    nulls: Nulls
    body: BodyForm
    first_ids: Mapping[str, int] = field(default_factory=dict)
    assumptions: Assumptions


def read_store_options(options: Mapping[str, Any]) -> StoreRecipe:
    """The options, checked; SteppayMockError for an unknown one, with the nearest name."""
    known = StoreOptions.__annotations__
    for name in options:
        if name not in known:
            raise SteppayMockError(
                f"Unknown option {name!r} of a store.{did_you_mean(name, known)} The options are {choices(known)}."
            )
    seed, nulls = options.get("seed"), options.get("nulls", "omit")
    if isinstance(seed, bool) or not isinstance(seed, int | str | None):
        raise SteppayMockError(f"seed={seed!r} is neither a whole number nor a text. Give one such as seed=7.")
    if nulls not in get_args(Nulls):
        raise SteppayMockError(f"nulls={nulls!r} is not among {choices(map(repr, get_args(Nulls)))}.")
    body = options.get("body", DEFAULT_FORM)
    check_form("body", body)
    locale, is_test = options.get("locale", "ko_KR"), options.get("is_test", True)
    if not isinstance(locale, str):
        raise SteppayMockError(f"locale={locale!r} is not a text. Give one such as ko_KR or en_US.")
    if not isinstance(is_test, bool | None):
        raise SteppayMockError(f"is_test={is_test!r} is not True, False or None. Give one, such as is_test=False.")
    return StoreRecipe(
        seed=seed,
        start=SEEDED_NOW_SECONDS if options.get("start") is None else options["start"],
        locale=locale,
        currency=check_currency(options.get("currency", "KRW")),
        customer=_fields(options.get("customer", {}), "customer"),
        product=_fields(options.get("product", {}), "product"),
        is_test=is_test,
        nulls=nulls,
        body=body,
        first_ids=_mapping(options.get("first_ids", {}), "first_ids") or {},
        assumptions=read_assumptions(options.get("assumptions")),
    )


def check_fields(given: Mapping[str, Any], known: Mapping[str, Any], noun: str) -> None:
    """Raise SteppayMockError for an unknown field of a customer, product or price, with the nearest name."""
    for name in given:
        if name not in known:
            raise SteppayMockError(
                f"Unknown field {name!r} of a {noun}.{did_you_mean(name, known)} The fields are {choices(known)}."
            )


def _fields(given: Any, noun: str) -> Any:
    fields = _mapping(given, noun)
    if fields is not None:
        check_fields(
            fields, CustomerFields.__annotations__ if noun == "customer" else ProductFields.__annotations__, noun
        )
    return fields


def _mapping(given: Any, what: str) -> Mapping[str, Any] | None:
    if given is None or isinstance(given, Mapping):
        return given
    raise SteppayMockError(f"{what}={given!r} is not a mapping. Write it like {what}={{...}}.")


SEEDED_NOW_SECONDS = (SEEDED_NOW - datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001 - both are naive UTC
"""The default start of a store: a fixed day, so that the seed alone repeats everything."""
