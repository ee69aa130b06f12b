"""Adds, changes, removes and replaces the items of subscriptions (fact 50)."""

from __future__ import annotations

from steppay_mock.rest.shapes.subscriptions import subscription_object
from steppay_mock.rest.writing.bodies import refuse_field
from steppay_mock.rest.writing.write import ApiWrite, Data
from steppay_mock.store.records import Subscription


def add_item(write: ApiWrite) -> Data:
    """POST …/items."""
    body = write.body
    if body["type"] != "SKU":
        refuse_field(
            "$.type",
            expected="'SKU', what is sold (fact 31)",
            sent=body["type"],
            next_step="Send that; other lines are not simulated.",
        )
    price = write.price(write.store, body, place="$")
    return _answer(write, write.store.add_item(write.found, price=price, quantity=body["quantity"]))


def replace_items(write: ApiWrite) -> Data:
    """PUT …/items: items that the list does not name are removed."""
    return _answer(
        write,
        write.store.replace_items(write.found, quantities={item["id"]: item.get("quantity") for item in write.body}),
    )


def change_item(write: ApiWrite) -> Data:
    """PUT …/items/{itemId}: a quantity that stays changes nothing, and no event follows (assumed)."""
    subscription, item = write.found
    quantity = write.body.get("quantity", item.quantity)
    if quantity != item.quantity:
        subscription = write.store.change_quantity(subscription, quantity=quantity, item=item.id)
    return _answer(write, subscription)


def remove_item(write: ApiWrite) -> Data:
    """DELETE …/items/{itemId}."""
    subscription, item = write.found
    return _answer(write, write.store.remove_item(subscription, item=item.id))


def _answer(write: ApiWrite, subscription: Subscription) -> Data:
    return subscription_object(write.reading, subscription)
