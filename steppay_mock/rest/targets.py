"""Finds what a path or a query names: a record, or a part of one."""

from __future__ import annotations

from typing import Any

from steppay_mock.rest.paths import Keys, number_of
from steppay_mock.rest.shapes.products import option_groups
from steppay_mock.rest.shapes.reading import newest_payment
from steppay_mock.store.records import Customer, Invoice, Item, Order, Payment, Price, Product, Subscription
from steppay_mock.store.tables import Tables

_NO_ID = -1

# tuple(...) before each search: a server reads in its threads while the test changes the tables, and a dict that
# changes during iteration raises RuntimeError. tuple() copies in one step that no other thread can interrupt.


def order_at(tables: Tables, keys: Keys) -> Order | None:
    """The order with this id, if it is all digits, else with this code."""
    key = keys["idOrCode"]
    number = number_of(key)
    if number is not None:
        return tables.orders.get(number)
    return next((order for order in tuple(tables.orders.values()) if order.code == key), None)


def subscription_at(tables: Tables, keys: Keys) -> Subscription | None:
    """The subscription."""
    return tables.subscriptions.get(_first_number(keys))


def customer_at(tables: Tables, keys: Keys) -> Customer | None:
    """The customer."""
    return tables.customers.get(_first_number(keys))


def invoice_at(tables: Tables, keys: Keys) -> Invoice | None:
    """The invoice."""
    return tables.invoices.get(_first_number(keys))


def product_at_code(tables: Tables, keys: Keys) -> Product | None:
    """The product with this code."""
    return tables.products.get(keys["code"])


def product_at(tables: Tables, keys: Keys) -> Product | None:
    """The product with this number."""
    number = number_of(keys["id"])
    return next((product for product in tuple(tables.products.values()) if product.id == number), None)


def price_at(tables: Tables, keys: Keys) -> Price | None:
    """The price with this number, of the product with that number."""
    product, number = product_at(tables, keys), number_of(keys["priceId"])
    return next((price for price in (product.prices if product else ()) if price.id == number), None)


def payment_at(tables: Tables, keys: Keys) -> Payment | None:
    """The payment of the order with this idKey (fact 40), the newest; or the payment with this idKey (assumed)."""
    key = keys["idKey"]
    order = next((one for one in tuple(tables.orders.values()) if one.id_key == key), None)
    if order is not None:
        return newest_payment(tables, order)
    return next((one for one in tuple(tables.payments.values()) if one.id_key == key), None)


def options_at(tables: Tables, keys: Keys) -> dict[str, Any] | None:
    """The first option group of the product of an item of a subscription (assumed)."""
    found = item_of_subscription_at(tables, keys)
    product = None if found is None else tables.products.get(found[1].price.product_code)
    return next(iter(option_groups(product)), None) if product is not None else None


def item_of_subscription_at(tables: Tables, keys: Keys) -> tuple[Subscription, Item] | None:
    """The item with that number of the subscription, and the subscription."""
    found, number = subscription_at(tables, keys), number_of(keys["itemId"])
    return next(((found, one) for one in found.items if one.id == number), None) if found else None


def item_at(tables: Tables, keys: Keys) -> tuple[Subscription, Item] | None:
    """The item of a subscription with this number, and the subscription."""
    number = number_of(keys["subscriptionItemId"])
    every = ((one, item) for one in tuple(tables.subscriptions.values()) for item in one.items)
    return next((pair for pair in every if pair[1].id == number), None)


def _first_number(keys: Keys) -> int:
    number = number_of(next(iter(keys.values())))
    return _NO_ID if number is None else number
