"""Prices, as PriceV1DTO and ProductPricedto: two types with the same fields."""

from __future__ import annotations

from typing import Any

from steppay_mock.payload.coherence.fields import money
from steppay_mock.rest.shapes.reading import ApiReading
from steppay_mock.store.records import Price

Data = dict[str, Any]

_LARGEST_LONG = 2**63 - 1


def price_object(reading: ApiReading, price: Price) -> Data:
    """A price, as it is read and within other objects."""
    words, plan, claim = price.words, plan_of(price), _claim(price)
    first_sale = words.get("firstSalePrice") or 0
    return {
        "id": price.id,
        "code": price.code,
        "price": money(price.amount),
        "unit": words.get("unit"),
        "planName": plan["name"],
        "planDescription": plan["description"],
        "type": price.billing,
        "enabledFirstSalePrice": bool(words.get("firstSaleEnabled")),
        "firstSalePrice": first_sale,
        "claimMethodType": claim["methodType"],
        "whenToClaimType": claim["whenToClaimType"],
        "billingDate": claim["billingDate"],
        "maximumPurchaseQuantity": 0,
        "membershipExpirationDate": price.membership,
        "membershipExpirationDateType": words.get("membershipExpirationDateType"),
        "setupOption": _copied(words.get("setupOption"), ("id", "name", "type", "price", "claimMethodType")),
        "options": [],
        "volumes": [],
        "additionalBilling": _additional_billing(price),
        "recurring": _recurring(reading, price),
        "createdAt": reading.at_or_null(words.get("createdAt")),
        "modifiedAt": reading.at_or_null(words.get("modifiedAt")),
        "plan": plan,
        "firstSale": {"enabled": bool(words.get("firstSaleEnabled")), "price": first_sale},
        "claim": claim,
        "basicServing": words.get("basicServing", 0),
        "bundlePrices": [],
        "onetimeBundlePrice": 0,
        "order": 0,
    }


def plan_of(price: Price) -> Data:
    """The plan of the price; one with the name of its code if it has none."""
    plan = price.words.get("plan")
    if isinstance(plan, dict):
        return {name: plan.get(name) for name in _PLAN}
    return dict.fromkeys(_PLAN) | {"name": price.code, "description": "", "isHiddenFromShop": False}


def claim_method_of(price: Price | None) -> str:
    """PRE or POST: whether it is charged before or after the period."""
    return "POST" if price is not None and price.is_postpaid else "PRE"


def _claim(price: Price) -> Data:
    """When it is charged. A one-time price was observed with these values too."""
    words = price.words.get("claim")
    known = words if isinstance(words, dict) else {}
    return {
        "methodType": claim_method_of(price),
        "whenToClaimType": known.get("whenToClaimType") or "FIRST_PAYMENT",
        "billingDate": known.get("billingDate") or 1,
        "provideStartDay": known.get("provideStartDay"),
    }


def _additional_billing(price: Price) -> Data | None:
    """The prices by range. The last range ends at the largest Long, because the type wants a number (assumed)."""
    if price.usage_table is None:
        return None
    written = price.usage_table.written(price.code)
    ranges = [{**one, "until": _LARGEST_LONG if one["until"] is None else one["until"]} for one in written["ranges"]]
    return {**written, "ranges": ranges}


def _recurring(reading: ApiReading, price: Price) -> Data | None:
    if not price.recurs:
        return None
    return {
        "id": reading.number("recurring", price.code),
        "intervalCount": price.count,
        "aggregateUsageType": "SUM",
        "interval": price.unit,
        "usageType": "METERED" if price.billing == "USAGE_BASED" else "LICENSED",
    }


def _copied(words: Any, names: tuple[str, ...]) -> Data | None:
    return {name: words.get(name) for name in names} if isinstance(words, dict) else None


_PLAN = ("name", "description", "detailDescription", "isHiddenFromShop", "adminName")
