"""What a buyer does on the payment page, by HTTP: look at it, press its buttons, be led back."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from sandbox.reading_pages import ReadPage, read

from steppay_mock import Sandbox
from steppay_mock.store.records import Order

SHOP = {
    "successUrl": "http://shop.test/success",
    "errorUrl": "http://shop.test/error",
    "cancelUrl": "http://shop.test/cancel",
}


def page_of(sandbox: Sandbox, order: Order, **query: str) -> str:
    return f"{sandbox.url}/pay/{order.code}" + (f"?{urlencode(query)}" if query else "")


def look(sandbox: Sandbox, order: Order, **query: str) -> ReadPage:
    return read(requests.get(page_of(sandbox, order, **query), timeout=5))


def press(sandbox: Sandbox, order: Order, button: str, query: dict[str, str] | None = None, **changes: str) -> Any:
    """Open the page, fill in the form, and press a button of it."""
    opened = look(sandbox, order, **(SHOP if query is None else query))
    assert opened.method == "post"
    assert button in opened.buttons
    assert opened.action is not None
    url = f"{sandbox.url}/pay/{order.code}{opened.action}"
    data = {**opened.fields, **changes, "do": button}
    return requests.post(url, data=data, allow_redirects=False, timeout=5, headers={"Origin": sandbox.url})


def led_to(answer: requests.Response) -> tuple[str, dict[str, str]]:
    assert answer.status_code == 303, answer.text
    parts = urlsplit(answer.headers["Location"])
    return parts._replace(query="").geturl(), dict(parse_qsl(parts.query))


def told(order: Order, status: str) -> dict[str, str]:
    return {"order_id": str(order.id), "order_code": order.code, "status": status}
