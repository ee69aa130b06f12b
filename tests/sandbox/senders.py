"""What sends webhooks to an inbox in the tests: as StepPay does, through a tunnel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from steppay_mock import Event, Sandbox, make_event, sign

KEY = "whsec_of_the_portal"
TUNNEL = "quiet-fox.tunnel.example"


def an_event(name: str = "payment.completed", *, seed: int = 1, **options: Any) -> Event:
    """An event, always the same one."""
    return make_event(name, seed=seed, **options)


def send(
    sandbox: Sandbox,
    body: bytes,
    *,
    to: str = "shop",
    key: str | None = KEY,
    at: float | None = None,
    headers: Mapping[str, str] | None = None,
) -> requests.Response:
    """Send a body to an inbox, signed with the key, by the name that a tunnel has."""
    signed = {} if key is None else {"Steppay-Signature": sign(body, key, timestamp=at)}
    sent = {"Host": TUNNEL, "Content-Type": "application/json", **signed, **(headers or {})}
    return requests.post(f"{sandbox.url}/in/{to}", data=body, headers=sent, timeout=20)
