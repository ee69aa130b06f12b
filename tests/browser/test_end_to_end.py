"""The whole loop of an integrator, in three clients: API, payment page in a browser, webhooks in any order, the end."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from browser.clients import NAMES, ApiClient, open_client
from browser.conftest import OpenPage
from browser.shop import Shop, open_shop
from browser.watching import Watch

from steppay_mock import Sandbox
from steppay_mock.sandbox.pages.language import words_of

pytestmark = [pytest.mark.browser, pytest.mark.node]

SECRET = "whsec_of_the_shop"
RECEIVER = Path(__file__).parents[2] / "examples/receivers/flask_app.py"
KO = words_of("ko")


@dataclass(frozen=True, slots=True)
class ShopReceiver:
    """The example in Flask, in a process of its own, and its database."""

    url: str
    database: Path

    def statuses(self, table: str) -> dict[int, str]:
        """The status of each row."""
        with closing(sqlite3.connect(self.database)) as connection:
            return dict(connection.execute(f"SELECT id, status FROM {table}").fetchall())

    def taken(self) -> list[str]:
        """The event types, each as often as it came with another content."""
        with closing(sqlite3.connect(self.database)) as connection:
            return [str(event) for (event,) in connection.execute("SELECT event FROM inbox")]


@contextmanager
def open_receiver(folder: Path) -> Iterator[ShopReceiver]:
    database = folder / "shop.sqlite3"
    command = [sys.executable, str(RECEIVER), "--port", "0", "--database", str(database), "--secret", SECRET]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout
        try:
            yield ShopReceiver(process.stdout.readline().strip(), database)
        finally:
            process.terminate()


def order_of(client: ApiClient) -> dict[str, object]:
    """A customer is made, chooses a product that the API lists, and orders it."""
    wanted = dict.fromkeys(("marketingSms", "marketingEmail", "marketingKakao"), False)
    given = {"name": "김하늘", "email": "haneul@example.com", "attributes": {}, **wanted}
    customer = client.call("POST", "/api/v1/customers", given)
    assert customer.status in {200, 201}, customer
    product = client.done("GET", "/api/v1/products")["content"][0]
    items = [{"productCode": product["code"], "priceCode": product["prices"][0]["code"]}]
    order = client.call("POST", "/api/v1/orders", {"customerId": customer.data["id"], "items": items})
    assert order.status == 201, order
    found: dict[str, object] = client.done("GET", f"/api/v1/orders/{order.data['orderCode']}")
    return found


def pay_in_the_browser(client: ApiClient, order: dict[str, object], shop: Shop, open_page: OpenPage) -> None:
    """The shop sends the browser to the payment page; the buyer pays, and comes back."""
    query = "&".join(f"{name}={quote(url, safe='')}" for name, url in shop.urls.items())
    way = client.call("GET", f"/api/v1/orders/{order['code']}/pay?{query}")
    assert way.status == 302
    assert way.location
    page = open_page(way.location, lang="ko")
    page.get_by_role("button", name=KO["do_pay"], exact=True).click()
    page.wait_for_url(f"{shop.url}/success*")
    told = {"cart": "5", "order_id": str(order["id"]), "order_code": str(order["code"]), "status": "success"}
    assert [(path, dict(query)) for path, query in shop.visits] == [("/success", told)]


@pytest.mark.parametrize("name", NAMES)
def test_from_the_customer_to_the_end_of_the_subscription(
    name: str, open_page: OpenPage, watch: Watch, tmp_path: Path
) -> None:
    with (
        open_receiver(tmp_path) as receiver,
        Sandbox(seed=7, forward_to=receiver.url, secret=SECRET, held=True) as sandbox,
        open_shop() as shop,
        open_client(name, url=sandbox.url, token=sandbox.token) as client,
    ):
        watch.own(shop.url)
        order = order_of(client)
        assert order["paymentDate"] is None
        pay_in_the_browser(client, order, shop, open_page)
        paid = client.done("GET", f"/api/v1/orders/{order['code']}")
        assert paid["paymentDate"] is not None
        assert [item["status"] for item in paid["items"]] == ["PAID"]
        (subscription,) = paid["subscriptions"]
        shuffled = {"order": "shuffled", "seed": 7, "duplicates": 0.5}
        _assert_all_taken(client.done("POST", "/_mock/deliveries/flush", shuffled))
        assert receiver.statuses("subscriptions") == {subscription["id"]: "ACTIVE"}

        client.done("POST", "/_mock/advance", {"days": 31})
        cancel = {"whenToCancel": "END_OF_PERIOD"}
        client.done("POST", f"/api/v1/subscriptions/{subscription['id']}/cancel", cancel)
        assert client.done("GET", f"/api/v1/subscriptions/{subscription['id']}")["status"] == "PENDING_CANCEL"
        client.done("POST", "/_mock/advance", {"days": 31})
        _assert_all_taken(client.done("POST", "/_mock/deliveries/flush", shuffled))

        state = sandbox.store.state()
        for table in ("subscriptions", "payments"):
            assert receiver.statuses(table) == {key: one["status"] for key, one in state[table].items()}
        assert receiver.statuses("subscriptions") == {subscription["id"]: "CANCELED"}
        assert len(receiver.statuses("payments")) == 2
        assert sorted(receiver.taken()) == sorted(str(event.type) for event in sandbox.events)
        order_of_arrival = [one["event"] for one in client.done("GET", "/_mock/deliveries")["deliveries"]]
        assert len(order_of_arrival) > len(sandbox.events), "none came twice"


def _assert_all_taken(told: Any) -> None:
    (report,) = told["reports"]
    assert report["ok"], report
