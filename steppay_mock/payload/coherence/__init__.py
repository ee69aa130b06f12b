"""Rules that make the fields of an event agree with each other and with its type. ``make_coherent`` applies them.

Each object that an event carries has a function ``settle_<object>``. A rule changes only fields that exist and that the
user did not fix, so that a schema can gain or lose fields without a change here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from steppay_mock.contract.catalogue import catalogue
from steppay_mock.payload.coherence.customer import settle_cover, settle_customer, settle_invoice
from steppay_mock.payload.coherence.fields import Fields
from steppay_mock.payload.coherence.order import settle_order
from steppay_mock.payload.coherence.payment import settle_payment
from steppay_mock.payload.coherence.product import settle_price, settle_product
from steppay_mock.payload.coherence.subscription import settle_subscription, settle_usage
from steppay_mock.payload.draw import Draw
from steppay_mock.payload.overrides import Pins

_RULES: dict[str, Callable[[Fields], None]] = {
    "Cover": settle_cover,
    "Customer": settle_customer,
    "Invoice": settle_invoice,
    "Order": settle_order,
    "Payment": settle_payment,
    "Price": settle_price,
    "Product": settle_product,
    "Subscription": settle_subscription,
    "Usage": settle_usage,
}


def make_coherent(data: Any, draw: Draw, *, pins: Pins) -> None:
    """Change ``data`` in place so that its fields agree; an object without rules stays as it is."""
    settle = _RULES.get(catalogue()[draw.event_type].object_name)
    if settle is not None and isinstance(data, dict):
        settle(Fields(data, pins, draw))
