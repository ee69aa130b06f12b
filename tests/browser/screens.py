"""All screens of a sandbox that has lived: what each shows, and how it is reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from sandbox.conftest import SECRET, Inbox
from serving import served

from steppay_mock import Sandbox

PRODUCT = {"name": "스텝 요금제"}


@dataclass(frozen=True, slots=True)
class Screens:
    """A sandbox, and the path of each of its screens."""

    sandbox: Sandbox
    paths: Mapping[str, str]

    def url(self, name: str) -> str:
        """Where the screen is."""
        return self.sandbox.url + self.paths[name]


NAMES = (
    *("deliveries", "no delivery is found", "delivery", "delivery that breaks the contract", "store", "endpoints"),
    *("any action", "subscription", "order", "payment", "customer", "product", "price", "invoice"),
    *("inbox", "webhook of the inbox"),
    *("order to pay", "order that waits", "order that is paid", "no such page", "wrong address"),
)
REFUSED = {"no such page": 404, "wrong address": 400}
"""The screens of which the browser tells that they are errors."""


@contextmanager
def lived_sandbox(**options: Any) -> Iterator[Screens]:
    """A store in which things happened, a receiver that fails sometimes, and a caller that makes mistakes."""
    inbox = Inbox()
    with (
        served(inbox) as url,
        Sandbox(
            seed=7, forward_to=f"{url}/webhooks/steppay", secret=SECRET, store={"product": PRODUCT}, **options
        ) as sandbox,
    ):
        store = sandbox.store
        paid = store.checkout(quantity=2, setup_fee=3000)
        sandbox.settle()
        inbox.status = 500
        store.pause()
        sandbox.settle()
        inbox.status = 200
        store.resume()
        sandbox.advance(days=31)
        sandbox.settle()
        store.refund(paid, amount=1000)
        waiting = store.checkout(pays="later")
        sandbox.pay(waiting, method="virtual_account", gateway="KG")
        order = store.checkout(pays="later", quantity=3)
        sandbox.settle()
        store.draft_invoice()
        sandbox.settle()
        sandbox.resend(3)
        sandbox.resend(4, body=b'{"event": "payment.completed", "timestamp": 1688697915, "version": "v1", "data": {}}')
        sandbox.settle()
        token = {"Secret-Token": sandbox.token}
        requests.put(f"{sandbox.url}/api/v1/orders", json={}, headers=token, timeout=5)
        requests.get(f"{sandbox.url}/api/v1/orders/{waiting.code}", headers=token, timeout=5)
        requests.post(f"{sandbox.url}/in/shop", data=sandbox.events[1].body, timeout=5)
        newest = requests.get(f"{sandbox.url}/_mock/deliveries", timeout=5).json()["deliveries"]
        paths = (
            *("/", "/?search=nowhere", "/deliveries/2", f"/deliveries/{max(one['id'] for one in newest)}"),
            *("/store", "/endpoints", "/store/actions", f"/store/subscription/{store.subscriptions[0].id}"),
            *(f"/store/order/{order.id}", f"/store/payment/{store.payments[0].id}"),
            *(f"/store/customer/{store.customers[0].id}", f"/store/product/{store.products[0].code}"),
            *(f"/store/price/{store.price.code}", f"/store/invoice/{store.invoices[0].id}"),
            *("/inbox", "/inbox/1"),
            *(f"/pay/{order.code}", f"/pay/{waiting.code}", f"/pay/{paid.code}"),
            *("/nowhere", f"/pay/{order.code}?successUrl=nowhere"),
        )
        yield Screens(sandbox, dict(zip(NAMES, paths, strict=True)))
