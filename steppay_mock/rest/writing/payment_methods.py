"""Adds, replaces and removes the payment methods of customers (fact 25)."""

from __future__ import annotations

from steppay_mock.rest.shapes.customers import method_number
from steppay_mock.rest.shapes.orders import order_made
from steppay_mock.rest.writing.write import DONE, ApiWrite, Data
from steppay_mock.store.customer_cards import cards_of


def add_method(write: ApiWrite) -> Data:
    """POST /api/v1/customers/{id}/payment-method: an order that the buyer pays on the page."""
    order = write.store.add_payment_method(write.found, pays="later")
    return order_made(write.reading, order)


def replace_method(write: ApiWrite) -> Data:
    """PUT /api/v1/customers/{id}/payment-method: an order; once it is paid, all subscriptions charge the new method."""
    order = write.store.replace_payment_method(write.found, pays="later")
    return order_made(write.reading, order)


def remove_method(write: ApiWrite) -> Data:
    """DELETE /api/v1/customers/{id}/payment-method/{methodId}."""
    reading, customer = write.reading, write.found
    for card in cards_of(reading.tables, customer.id):
        if str(method_number(reading, customer, card)) == write.keys["methodId"]:
            write.store.remove_payment_method(customer, card=card)
            return DONE
    return write.refuse_path()
