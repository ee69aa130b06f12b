"""The shop of the tests: another site, to which the payment page leads back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import parse_qsl, quote

from serving import served

from steppay_mock import Sandbox
from steppay_mock.store.records import Order

_PAGE = '<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>shop</title><h1>{}</h1>'


@dataclass
class Shop:
    """A site that notes who comes: the path, and the query in its order."""

    url: str = ""
    visits: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Note a visit, and show its path."""
        path = str(environ["PATH_INFO"])
        self.visits.append((path, parse_qsl(environ["QUERY_STRING"])))
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [_PAGE.format(escape(path)).encode()]

    @property
    def urls(self) -> dict[str, str]:
        """Where the payment page leads back to; success and error have a query of the shop's own."""
        return {
            "successUrl": f"{self.url}/success?cart=5#thanks",
            "errorUrl": f"{self.url}/error?cart=5",
            "cancelUrl": f"{self.url}/cancel?cart=5",
        }

    def way_to_pay(self, sandbox: Sandbox, order: Order) -> str:
        """The address that a shop gives to the buyer's browser."""
        query = "&".join(f"{name}={quote(url, safe='')}" for name, url in self.urls.items())
        return f"{sandbox.url}/api/public/orders/{order.code}/pay?{query}"


@contextmanager
def open_shop() -> Iterator[Shop]:
    """The shop, on a port of its own."""
    shop = Shop()
    with served(shop) as url:
        shop.url = url
        yield shop
