"""Creates, updates and deletes prices of products (facts 44 to 50)."""

from __future__ import annotations

from typing import Any

from steppay_mock.rest.shapes.prices import price_object
from steppay_mock.rest.writing.bodies import refuse_field
from steppay_mock.rest.writing.write import DONE, ApiWrite, Data

_BILLINGS = {"ONE_TIME": "one_time", "FLAT": "flat", "UNIT_BASED": "unit", "USAGE_BASED": "usage"}
_MONTHS = {"MONTH": 1, "YEAR": 12}


def create_price(write: ApiWrite) -> Data:
    """POST /api/v1/products/{id}/prices."""
    body = write.body
    fields: Any = {
        "price": body["price"],
        "billing": _billing(body),
        "plan_name": body["plan"]["name"],
        "plan_description": body["plan"]["description"],
        "unit_name": body["unit"],
        "membership_months": _months(body),
        "expires_after_renewals": body.get("expiryRecurringCount", 0),
    }
    if "setupOption" in body:
        fields |= {"setup_fee": body["setupOption"]["price"], "setup_fee_type": body["setupOption"]["type"]}
    if body["type"] != "ONE_TIME":
        fields |= _recurring(body)
    return price_object(write.reading, write.store.create_price(write.found, **fields))


def update_price(write: ApiWrite) -> Data:
    """PUT /api/v1/products/{id}/prices/{priceId}: the amount, and the name and the description of the plan."""
    body, price = write.body, write.found
    changed = write.store.update_price(
        price,
        amount=None if body["price"] == price.amount else body["price"],
        name=body["plan"]["name"] or None,
        description=body["plan"]["description"] or None,
    )
    return price_object(write.reading, changed)


def delete_price(write: ApiWrite) -> Data:
    """DELETE /api/v1/products/{id}/prices/{priceId}."""
    write.store.delete_price(write.found)
    return DONE


def _billing(body: Data) -> str:
    if body["type"] not in _BILLINGS:
        refuse_field(
            "$.type",
            expected=f"one of {', '.join(_BILLINGS)}",
            sent=body["type"],
            next_step="Send one of these; others are not simulated.",
        )
    return _BILLINGS[body["type"]]


def _recurring(body: Data) -> Data:
    if "recurring" not in body:
        refuse_field(
            "$.recurring",
            expected=f"how often it is charged, with {body['type']}",
            sent=None,
            next_step="Add 'recurring', or send the type ONE_TIME.",
        )
    every, claim = body["recurring"], body.get("claim", {})
    fields: Data = {"interval": every["interval"], "interval_count": every["intervalCount"]}
    if claim.get("whenToClaimType") == "DATE":
        fields["billing_day"] = claim["billingDate"]
    if claim.get("provideStartDay") is not None:
        fields["provide_start_day"] = claim["provideStartDay"]
    if body["type"] == "UNIT_BASED":
        fields["postpaid"] = claim.get("methodType") == "POST"
    if body["type"] == "USAGE_BASED" and claim.get("methodType") != "POST":
        fields["quota"] = _quota(body)
    return fields


def _quota(body: Data) -> int:
    """The usage that is paid before each period: what the price includes (assumed)."""
    quota = body.get("basicServing", 0)
    if quota < 1:
        refuse_field(
            "$.basicServing",
            expected="the usage that each period includes, 1 or more, because the price is paid before it",
            sent=body.get("basicServing"),
            next_step="Send it, or 'claim' with the methodType POST.",
        )
    return int(quota)


def _months(body: Data) -> int:
    length, unit = body.get("membershipExpirationDate", 0), body.get("membershipExpirationDateType", "MONTH")
    if length and unit not in _MONTHS:
        refuse_field(
            "$.membershipExpirationDateType",
            expected="MONTH or YEAR",
            sent=unit,
            next_step="Send one of these; others are not simulated.",
        )
    return int(length) * _MONTHS.get(unit, 1)
