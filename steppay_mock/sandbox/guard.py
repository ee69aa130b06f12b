"""Refuses requests that a page of another site made a browser send: foreign Host and Origin headers.

A name that resolves to 127.0.0.1 gives any site a way to the sandbox (DNS rebinding); a form of another site can be
sent to it (CSRF). The REST API needs its token, which no other site has; it is guarded by Host alone.

A tunnel makes the whole port public: what came to another name is refused, also where the tunnel writes Host anew. The
inbox alone is not guarded, because it is there for senders from outside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from werkzeug.wrappers import Request

from steppay_mock.delivery.address.safety import is_this_machine, normal_host
from steppay_mock.rest.exchange import HEADERS

_FORWARDED = re.compile(r"""\bhost\s*=\s*("[^"]*"|[^;,\s]*)""", re.IGNORECASE)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Which hosts the sandbox may be called by, beside the names of this machine."""

    hosts: frozenset[str] = frozenset()

    def refusal(self, request: Request, *, forms: bool) -> str | None:
        """Why the request is refused; None if it is not. ``forms``: whether it acts without a token."""
        for called in (request.host, *_written_hosts(request)):
            host = _host_of(f"//{called}")
            if host is None or not self._is_ours(host):
                return (
                    f"The Host {called!r} is not this sandbox. Call it by localhost or 127.0.0.1, or allow the name "
                    "with --allow-host."
                )
        for named in _forwarded_hosts(request):
            first = _host_of(f"//{named}")
            if first is None or not self._is_ours(first):
                return (
                    f"The request was for {named!r}, from where a tunnel or proxy sent it on; there only the "
                    "inbox answers, at /in/. Call it by localhost, or allow the name with --allow-host."
                )
        origin = request.headers.get("Origin")
        if forms and origin is not None and request.method not in _SAFE and origin != _own_origin(request):
            return f"The Origin {origin!r} is another site. Send it from a page of the sandbox, or without Origin."
        return None

    def _is_ours(self, host: str) -> bool:
        return is_this_machine(host) or host in self.hosts


def allowed_hosts(names: Iterable[str]) -> frozenset[str]:
    """The names in the form in which they are compared."""
    return frozenset(normal_host(name) for name in names)


def _written_hosts(request: Request) -> list[str]:
    """The Host headers as they came: a whole URL in the request line has another host, and takes their place."""
    return [str(value) for name, value in request.environ.get(HEADERS, ()) if name.lower() == "host"]


def _forwarded_hosts(request: Request) -> list[str]:
    """The names that a tunnel or proxy was called by, in either header that says so."""
    listed = request.headers.get("X-Forwarded-Host", "").split(",")
    listed += _FORWARDED.findall(request.headers.get("Forwarded", ""))
    return [found for one in listed if (found := one.strip().strip('"'))]


def _own_origin(request: Request) -> str:
    """The origin of the pages of this sandbox, as the browser has it: behind a tunnel with https."""
    # A page of another site cannot send this header: its browser would ask first, and is not answered.
    scheme = request.headers.get("X-Forwarded-Proto", request.scheme)
    return f"{scheme}://{request.host}"


def _host_of(url: str) -> str | None:
    try:
        host = urlsplit(url).hostname
        return None if host is None else normal_host(host)
    except ValueError:
        return None
