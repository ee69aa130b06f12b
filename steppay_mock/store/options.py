"""The options of a store and the fields of its customers, products and prices: their types and checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypedDict

from steppay_mock.errors import check_names
from steppay_mock.payload.body import DEFAULT_FORM, BodyForm, check_form
from steppay_mock.payload.factory import SEEDED_NOW
from steppay_mock.payload.options import IS_TEST, LOCALE, NULLS, SEED, Nulls
from steppay_mock.payload.v1_body import DEFAULT_V1_FORM, V1_FORM, V1Form
from steppay_mock.store.amounts import check_currency
from steppay_mock.store.assumptions import Assumptions, read_assumptions
from steppay_mock.store.records import MarketingChannel
from steppay_mock.store.usage_table import TableType
from steppay_mock.store.v1 import V1_KINDS, V1Kinds, V1Webhooks
from steppay_mock.values import MappingValue

Money = int | float | Decimal

Billing = Literal["flat", "unit", "usage", "one_time"]
Interval = Literal["DAY", "WEEK", "MONTH", "YEAR"]
SetupFeeType = Literal["INITIALLY", "PERIODIC"]


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
    marketing: Sequence[MarketingChannel]
    """The ways by which the customer takes advertising: ``SMS``, ``EMAIL`` and ``KAKAO``. None by default."""


class PriceFields(TypedDict, total=False):
    """The fields of a price. The store makes up those that are left out."""

    price: Money
    price_code: str
    billing: Billing
    """``flat``, ``unit`` (seats) and ``usage`` recur, the last two count usage; ``one_time`` does not recur."""
    interval: Interval
    interval_count: int
    setup_fee: int
    """Paid with the first order."""
    setup_fee_type: SetupFeeType
    """The fee is paid once (``INITIALLY``), or at each renewal too (``PERIODIC``, fact 50)."""
    quota: int | None
    """The usage allowed in each period (prepaid); None: usage is paid at the end of the period."""
    postpaid: bool | None
    """Of ``unit``: whether the seats are paid after each period. None: ``usage`` without a quota is postpaid."""
    usage_table: Sequence[tuple[int | None, Money]] | None
    """The prices of usage by range (fact 47), as in ``[(1000, 0), (10_000, 10), (None, 5)]``; None: ``price``."""
    usage_table_type: TableType
    """Each unit costs the price of its range (``per_unit``), or each range costs its price (``per_range``)."""
    membership_months: int
    """The subscription expires after this number of months; 0: never."""
    expires_after_renewals: int
    """The subscription expires after this number of renewals; 0: never."""
    billing_day: int | None
    """The day of the month on which the periods of a monthly price end; None: counted from the first payment."""
    provide_start_day: int | None
    """The day of the month on which the provision starts. It changes no date (assumed)."""
    plan_name: str
    plan_description: str
    """The name and the description of its plan."""
    unit_name: str
    """What one unit of usage is called."""


class ProductFields(PriceFields, total=False):
    """The fields of a product and its first price."""

    code: str
    name: str
    type: str
    status: str
    sub_title: str
    description: str
    image: str
    """The URL of its picture."""
    priced: bool
    """Whether it has a price at first. One that the REST API makes has none (fact 49)."""
    trial_days: int
    """The free trial of its prices that recur, in days (fact 49); 0: none."""
    stock: int | None
    """How many there are (fact 49); None: no limit."""


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
    v1: V1Kinds | None
    """Webhooks v1 beside those of v2 (fact 52): of an ``"order"``, a ``"subscription"`` or ``"both"``. None: none."""
    v1_form: V1Form
    """How the bodies of webhooks v1 are written: ``"json"`` (the default is assumed) or ``"form"``."""
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
    v1: V1Webhooks | None
    first_ids: Mapping[str, int] = field(default_factory=dict)
    assumptions: Assumptions


def read_store_options(options: Mapping[str, Any]) -> StoreRecipe:
    """The recipe that the options describe; an unknown option is an error that names the nearest."""
    check_names(options, StoreOptions.__annotations__, owner="A store")
    body = options.get("body", DEFAULT_FORM)
    check_form("body", body)
    seed = options.get("seed")
    return StoreRecipe(
        seed=None if seed is None else SEED.check("seed", seed),
        start=SEEDED_NOW_SECONDS if options.get("start") is None else options["start"],
        locale=LOCALE.check("locale", options.get("locale", "ko_KR")),
        currency=check_currency(options.get("currency", "KRW")),
        customer=_fields(options.get("customer", {}), "customer"),
        product=_fields(options.get("product", {}), "product"),
        is_test=IS_TEST.check("is_test", options.get("is_test", True)),
        nulls=NULLS.check("nulls", options.get("nulls", "omit")),
        body=body,
        v1=_v1_webhooks(options, body),
        first_ids=_mapping(options.get("first_ids", {}), "first_ids") or {},
        assumptions=read_assumptions(options.get("assumptions")),
    )


def check_fields(given: Mapping[str, Any], known: Mapping[str, Any], noun: str) -> None:
    """Refuse a field that a customer, product or price does not have, naming the nearest."""
    check_names(given, known, owner=f"A {noun}", noun="field")


def _v1_webhooks(options: Mapping[str, Any], body: BodyForm) -> V1Webhooks | None:
    kinds = V1_KINDS.check("v1", options.get("v1"))
    form = V1_FORM.check("v1_form", options.get("v1_form", DEFAULT_V1_FORM))
    return None if kinds is None else V1Webhooks(kinds=kinds, v1_form=form, form=body)


def _fields(given: Any, noun: str) -> Any:
    fields = _mapping(given, noun)
    if fields is not None:
        check_fields(
            fields, CustomerFields.__annotations__ if noun == "customer" else ProductFields.__annotations__, noun
        )
    return fields


def _mapping(given: Any, what: str) -> Mapping[str, Any] | None:
    return None if given is None else MappingValue().check(what, given)


SEEDED_NOW_SECONDS = (SEEDED_NOW - datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001 - both are naive UTC
"""The default start of a store: a fixed day, so that the seed alone repeats everything."""
