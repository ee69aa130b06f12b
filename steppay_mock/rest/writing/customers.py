"""Creates, updates and deletes customers."""

from __future__ import annotations

from typing import Any

from steppay_mock.rest.shapes.buyers import MARKETING
from steppay_mock.rest.shapes.customers import customer_made
from steppay_mock.rest.writing.write import ApiWrite, Data
from steppay_mock.store.records import MarketingChannel

_ADDRESS = ("postcode", "address1", "address2", "state", "city", "countryCode")


def create_customer(write: ApiWrite) -> Data:
    """POST /api/v1/customers."""
    body = write.body
    made = write.store.create_customer(
        name=body["name"],
        email=body["email"],
        phone=_digits(body.get("phone")),
        shipping=_shipping(body, name=body["name"], phone=body.get("phone")),
        attributes=body["attributes"],
        username=None,
        additional_recipients=[],
        marketing=_marketing(body, ()),
    )
    return customer_made(write.reading, made)


def update_customer(write: ApiWrite) -> Data:
    """PUT /api/v1/customers/{id}: what is left out stays as it is (assumed)."""
    body, words = write.body, write.found.words
    fields: Any = {"name": body["name"], "email": body["email"]}
    if "phone" in body:
        fields["phone"] = _digits(body["phone"])
    if "shipping" in body:
        fields["shipping"] = _shipping(body, name=body["name"], phone=body.get("phone") or words.get("phone"))
    if "attributes" in body:
        fields["attributes"] = body["attributes"]
    fields["marketing"] = _marketing(body, write.found.marketing)
    return customer_made(write.reading, write.store.update_customer(write.found, **fields))


def delete_customer(write: ApiWrite) -> Data:
    """DELETE /api/v1/customers/{id}."""
    write.store.delete_customer(write.found)
    return {"success": True, "message": "success"}


def _marketing(body: Data, before: tuple[MarketingChannel, ...]) -> list[MarketingChannel]:
    """The ways of advertising that the customer takes; what the body leaves out stays as it is."""
    return [channel for name, channel in MARKETING.items() if body.get(name, channel in before)]


def _digits(phone: str | None) -> str | None:
    """The telephone number as StepPay keeps it: 010-1234-5678 becomes 01012345678 (fact 38)."""
    return None if phone is None else "".join(letter for letter in phone if "0" <= letter <= "9")


def _shipping(body: Data, *, name: str, phone: str | None) -> Data | None:
    """The address of the body. Whose it is, which a body does not say, is the customer (assumed)."""
    address = body.get("shipping")
    if address is None:
        return None
    return {"name": name, "phone": _digits(phone) or "", **{part: address.get(part) for part in _ADDRESS}}
