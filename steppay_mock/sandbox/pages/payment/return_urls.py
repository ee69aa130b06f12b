"""Where the payment page leads back to: successUrl, errorUrl and cancelUrl, and what is added to them (fact 41)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self
from urllib.parse import urlencode, urlsplit

from steppay_mock.store.records import Order

Status = Literal["success", "error"]

NAMES = ("successUrl", "errorUrl", "cancelUrl")
PASSED_ON = (*NAMES, "lang")
"""What the calls of the REST API pass on to the page."""

_LONGEST = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnUrls:
    """The URLs to which the buyer goes back; None for those that were not given."""

    success: str | None = None
    error: str | None = None
    cancel: str | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """The URLs of a query. WrongUrlError for one that is no address of HTTP."""
        given = [query.get(name) or None for name in NAMES]
        for name, url in zip(NAMES, given, strict=True):
            if url is not None and not is_http_url(url):
                raise WrongUrlError(name, url)
        return cls(success=given[0], error=given[1], cancel=given[2])

    def back(self, order: Order, status: Status) -> str | None:
        """The URL of success or error, with what StepPay adds to it; None if it was not given."""
        url = self.success if status == "success" else self.error
        if url is None:
            return None
        return with_query(url, {"order_id": str(order.id), "order_code": order.code, "status": status})

    @property
    def form_action(self) -> str | None:
        """The sources to which the answer to a form may lead, for the Content-Security-Policy.

        All of HTTP: browsers also check where the shop's own page redirects to, and that is not known here.
        """
        return "http: https:" if self.success or self.error or self.cancel else None


class WrongUrlError(Exception):
    """A URL to which no browser shall be sent."""

    def __init__(self, name: str, url: str) -> None:
        super().__init__(name)
        self.name, self.url = name, url


def is_http_url(url: str) -> bool:
    """Whether it is a whole URL of HTTP, without letters that browsers leave out or read as others."""
    if len(url) > _LONGEST or re.search(r"[\x00-\x20\x7f\\<>\"\ufffd]", url) or not url.isprintable():
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # such as a port that is no number, or half an IPv6 address
        return False


def with_query(url: str, added: Mapping[str, str]) -> str:
    """The URL with more of a query: after what it has, and before the fragment."""
    parts = urlsplit(url)
    joined = "&".join(filter(None, [parts.query, urlencode(added)]))
    return parts._replace(query=joined).geturl()
