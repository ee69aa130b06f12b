"""The whole loop of an integrator: the REST API writes, the buyer pays, webhooks arrive, and a restart keeps it all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import requests
from sandbox.conftest import Inbox, Open

from steppay_mock import Sandbox


def call(sandbox: Sandbox, method: str, path: str, body: Any = None) -> requests.Response:
    headers = {"Secret-Token": sandbox.token}
    return requests.request(method, f"{sandbox.url}/api/v1/{path}", json=body, headers=headers, timeout=30)


def bought(sandbox: Sandbox) -> dict[str, Any]:
    """An order by the API of a product that the store has, for a new customer."""
    wanted = dict.fromkeys(("marketingSms", "marketingEmail", "marketingKakao"), False)
    given = {"name": "김하늘", "email": "haneul@example.com", "attributes": {}, **wanted}
    customer = call(sandbox, "POST", "customers", given).json()
    price = sandbox.store.products[0].prices[0]
    items = [{"productCode": price.product_code, "priceCode": price.code}]
    answer = call(sandbox, "POST", "orders", {"customerId": customer["id"], "items": items})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_customer_order_page_webhooks_cancellation_and_a_restart(open_sandbox: Open, file: Path, inbox: Inbox) -> None:
    with open_sandbox(data=file) as sandbox:
        order = bought(sandbox)
        page = requests.get(f"{sandbox.url}/api/public/orders/{order['code']}/pay", timeout=30)
        assert page.status_code == 200
        assert order["code"] in page.url
        sandbox.hold()
        sandbox.pay(order["orderId"])
        paid = call(sandbox, "GET", f"orders/{order['code']}").json()
        assert paid["paymentDate"] is not None
        (subscription,) = paid["subscriptions"]
        done = call(sandbox, "POST", f"subscriptions/{subscription['id']}/cancel", {"whenToCancel": "END_OF_PERIOD"})
        assert done.status_code == 200, done.text
        sandbox.advance(days=40)
        sandbox.flush(order="shuffled", seed=7, duplicates=0.5)
        assert call(sandbox, "GET", f"subscriptions/{subscription['id']}").json()["status"] == "CANCELED"
        state, bodies = sandbox.store.state(), [event.body for event in sandbox.events]
        assert {"customer.created", "order.created", "payment.completed", "subscription.updated"} <= set(inbox.events)
    with open_sandbox(data=file) as sandbox:
        assert sandbox.store.state() == state
        assert [event.body for event in sandbox.events] == bodies


def test_a_refused_call_says_why_and_is_refused_again_after_a_restart(open_sandbox: Open, file: Path) -> None:
    with open_sandbox(data=file) as sandbox:
        order = bought(sandbox)
        before = len(sandbox.events)
        wrong = call(sandbox, "POST", "customers", {"name": 5})
        assert wrong.status_code == 400
        assert wrong.json()["errorCode"]
        unknown = call(sandbox, "POST", "subscriptions/99/cancel", {"whenToCancel": "NOW"})
        assert unknown.status_code == 404
        put = call(sandbox, "PUT", "orders", {})
        assert put.status_code == 405
        assert "POST" in put.text
        assert len(sandbox.events) == before
        state = sandbox.store.state()
    with open_sandbox(data=file) as sandbox:
        assert sandbox.store.state() == state
        assert call(sandbox, "GET", f"orders/{order['orderId']}").status_code == 200


def test_the_token_is_in_no_file(open_sandbox: Open, tmp_path: Path) -> None:
    with open_sandbox(data=tmp_path / "sandbox.sqlite", token="live_token_8f3a") as sandbox:
        bought(sandbox)
        sandbox.settle()  # no run has a lock file any more
        kept = b"".join(one.read_bytes() for one in tmp_path.iterdir())
    assert b"haneul@example.com" in kept
    assert b"live_token_8f3a" not in kept
