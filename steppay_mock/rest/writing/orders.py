"""Makes and cancels orders (facts 41 to 43)."""

from __future__ import annotations

from collections.abc import Callable

from steppay_mock.payload.coherence.payment import METHODS_BY_GATEWAY
from steppay_mock.rest.shapes.orders import order_made
from steppay_mock.rest.writing.bodies import refuse_field
from steppay_mock.rest.writing.write import DONE, ApiWrite, Data, moment_of
from steppay_mock.store.actions.all_actions import AllActions
from steppay_mock.store.records import Customer

_BY = ("customerId", "customerCode", "customerUuid")


def create_order(write: ApiWrite) -> Data:
    """POST /api/v1/orders: the order waits for the buyer (fact 42)."""
    body = write.body
    store, customer = _customer(write)
    if not body["items"]:
        refuse_field("$.items", expected="one item or more", sent=body["items"], next_step="Send what is ordered.")
    prices = [write.price(store, item, place=f"$.items[{at}]") for at, item in enumerate(body["items"])]
    for at, item in enumerate(body["items"]):
        if item["currency"] != store.currency:
            refuse_field(
                f"$.items[{at}].currency",
                expected=f"the currency of the store, {store.currency!r}",
                sent=item["currency"],
                next_step="Send that, or leave it out if it is KRW.",
            )
    deadline = body.get("purchaseDeadline")
    order = store.checkout(
        prices,
        customer=customer,
        quantity=max(1, *(item["minimumQuantity"] for item in body["items"])),
        gateway=usable_gateway(body.get("paymentGateway")),
        purchase_deadline=None if deadline is None else moment_of(deadline, place="$.purchaseDeadline"),
        pays="later",
    )
    return order_made(write.reading_of(store), order)


def cancel_order(write: ApiWrite) -> Data:
    """PATCH /api/v1/orders/{orderIdOrCode}/cancel: a paid order is refunded, another one cancelled (fact 43)."""
    store, order = write.store, write.found
    store.cancel_order(order, amount=None if order.paid_at is None else write.body["requestPrice"])
    return DONE


def usable_gateway(gateway: str | None) -> str | None:
    """The gateway, if it is known to charge cards again and again (fact 30); else None: a usual one is taken."""
    return gateway if gateway is not None and "CARD_BILL" in METHODS_BY_GATEWAY.get(gateway, ()) else None


def _customer(write: ApiWrite) -> tuple[AllActions, Customer]:
    """The customer whom one of the three fields names; the first that is there counts (assumed)."""
    name = next((one for one in _BY if one in write.body), None)
    if name is None:
        refuse_field(
            "$.customerId",
            expected="one of customerId, customerCode and customerUuid",
            sent=None,
            next_step="Say who orders.",
        )
    key = write.body[name]
    matches: dict[str, Callable[[AllActions, Customer], bool]] = {
        "customerId": lambda _store, one: one.id == key,
        "customerCode": lambda _store, one: one.code == key,
        "customerUuid": lambda store, one: write.reading_of(store).uuid("customer", one.id) == key,
    }
    for store in write.stores:
        for one in reversed(store.customers):
            if matches[name](store, one):
                return store, one
    hint = "Make one with POST /api/v1/customers, or read GET /api/v1/customers."
    return write.refuse_missing("customer", key, place=f"$.{name}", hint=hint)
