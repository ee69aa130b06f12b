"""What a user says of a new product or price, read and checked before anything changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.store.amounts import check_amount
from steppay_mock.store.options import PriceFields, ProductFields, SetupFeeType, check_fields
from steppay_mock.store.texts import check_letters
from steppay_mock.store.usage_table import UsageTable, read_usage_table, require_usage_alone
from steppay_mock.store.whole_numbers import check_interval, check_whole
from steppay_mock.values import check_choice, check_flag

MOST_TRIAL = 730
"""The days of a trial, at most (assumed)."""
_BILLINGS = {"flat": "FLAT", "unit": "UNIT_BASED", "usage": "USAGE_BASED", "one_time": "ONE_TIME"}
_TYPES = ("SOFTWARE", "BOX", "BUNDLE")
STATUSES = ("SALE", "OUT_OF_STOCK", "UNSOLD", "WAITING_APPROVAL", "REJECTED")
PRODUCT_TEXTS = {"name": "name", "sub_title": "subTitle", "description": "description", "image": "featuredImageUrl"}
"""The texts of a product, by the names of their options, with the names that webhooks have for them."""
_PLAN_TEXTS = {"plan_name": "name", "plan_description": "description"}
_PRICE_TEXTS = {"unit_name": "unit"}
_CAN_BE_EMPTY = {"sub_title", "description", "image", "plan_description", "unit_name"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTerms:
    """The checked fields of a new price; None where the store chooses."""

    code: str | None
    amount: Amount | None
    billing: str
    unit: str | None
    count: int | None
    setup_fee: int
    setup_type: str
    quota: int | None
    postpaid: bool
    membership: int
    renewals: int
    billing_day: int | None
    provide_start_day: int | None
    usage_table: UsageTable | None
    texts: dict[str, str]
    plan: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductTerms:
    """The checked fields of a new product and its first price; None where the store chooses."""

    code: str | None
    type: str
    status: str
    trial_days: int
    stock: int | None
    texts: dict[str, str]
    price: PriceTerms | None


def read_product(fields: ProductFields, *, currency: str) -> ProductTerms:
    """The fields, checked before anything changes."""
    check_fields(fields, ProductFields.__annotations__, "product")
    of_price: Any = {name: value for name, value in fields.items() if name in PriceFields.__annotations__}
    return ProductTerms(
        code=fields.get("code"),
        type=check_choice("type", fields.get("type", "SOFTWARE"), _TYPES),
        status=check_choice("status", fields.get("status", "SALE"), STATUSES),
        trial_days=check_whole("trial_days", fields.get("trial_days", 0), least=0, most=MOST_TRIAL),
        stock=read_stock(fields.get("stock")),
        texts=read_texts(fields, PRODUCT_TEXTS),
        price=read_price(of_price, currency=currency) if check_flag("priced", fields.get("priced", True)) else None,
    )


def read_price(fields: PriceFields, *, currency: str) -> PriceTerms:
    """The fields, checked before anything changes."""
    check_fields(fields, PriceFields.__annotations__, "price")
    billing = _BILLINGS[check_choice("billing", fields.get("billing", "flat"), tuple(_BILLINGS))]
    unit, count = check_interval(
        fields.get("interval", "MONTH"), fields.get("interval_count", 1), name="interval_count"
    )
    quota, amount = fields.get("quota"), fields.get("price")
    if quota is not None:
        quota = check_whole("quota", quota, most=10**12)
        if billing != "USAGE_BASED":
            raise SteppayMockError(
                f"quota={quota}: only billing='usage' has a quota. Add billing='usage', or leave the quota out."
            )
    table = read_usage_table(fields.get("usage_table"), fields.get("usage_table_type", "per_unit"), currency=currency)
    if table is not None:
        require_usage_alone(billing, amount)
    checked = None if amount is None else check_amount(amount, currency, "price", least=1)
    recurs = billing != "ONE_TIME"
    setup_type = check_choice("setup_fee_type", fields.get("setup_fee_type", "INITIALLY"), get_args(SetupFeeType))
    if setup_type == "PERIODIC" and not recurs:
        raise SteppayMockError("setup_fee_type='PERIODIC': a one-time price has no renewals. Leave it out.")
    postpaid = _read_postpaid(fields.get("postpaid"), billing, quota)
    return PriceTerms(
        code=fields.get("price_code"),
        amount=checked if table is None else 0,
        billing=billing,
        unit=unit if recurs else None,
        count=count if recurs else None,
        setup_fee=check_whole("setup_fee", fields.get("setup_fee", 0), least=0, most=10**9),
        setup_type=setup_type,
        quota=quota,
        postpaid=postpaid,
        membership=check_whole("membership_months", fields.get("membership_months", 0), least=0, most=120),
        renewals=check_whole("expires_after_renewals", fields.get("expires_after_renewals", 0), least=0, most=120),
        billing_day=_day_of_month("billing_day", fields.get("billing_day"), unit if recurs else None),
        provide_start_day=_day_of_month("provide_start_day", fields.get("provide_start_day"), unit if recurs else None),
        usage_table=table,
        texts=read_texts(fields, _PRICE_TEXTS),
        plan=read_texts(fields, _PLAN_TEXTS),
    )


def read_stock(value: object) -> int | None:
    """How many there are of a product; None: no limit."""
    return None if value is None else check_whole("stock", value, most=10**9)


def read_texts(fields: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """The texts among the fields, by their names in webhooks."""
    return {
        names[name]: read_text(name, value, can_be_empty=name in _CAN_BE_EMPTY)
        for name, value in fields.items()
        if name in names
    }


def read_text(name: str, value: object, *, can_be_empty: bool = False) -> str:
    """A text, which is not empty unless it can be."""
    if not isinstance(value, str) or not (value or can_be_empty):
        raise SteppayMockError(f"{name}={value!r} is no text. Give one such as '골드 멤버십'.")
    check_letters(name, value)
    return value


def _read_postpaid(given: object, billing: str, quota: int | None) -> bool:
    """Whether usage is paid afterwards: usage without a quota, and seats for which this was asked."""
    without_quota = billing == "USAGE_BASED" and quota is None
    if given is None:
        return without_quota
    check_flag("postpaid", given)
    if billing != "UNIT_BASED" and given != without_quota:
        raise SteppayMockError(
            f"postpaid={given}: billing='usage' is postpaid without a quota and prepaid with one, and only "
            "billing='unit' can be either. Leave postpaid out, or change the billing or the quota."
        )
    return given is True


def _day_of_month(name: str, value: object, unit: str | None) -> int | None:
    if value is None:
        return None
    if unit != "MONTH":
        raise SteppayMockError(f"{name}={value!r}: only a price that recurs by interval='MONTH' has it. Leave it out.")
    return check_whole(name, value, most=28)
