"""A shop that takes webhooks in process; what it does with one is a function, and nothing else differs."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import Any

from ordering.hollow.pairs import BEFORE_SUBSCRIPTION, CANCELLATION, DEPOSIT, SECRET, Trial

PAYMENTS = ("VIRTUAL_BANK_STANDBY", "COMPLETE", "CANCELED")
SUBSCRIPTIONS = ("ACTIVE", "PENDING_CANCEL", "CANCELED")


@dataclass(frozen=True, slots=True)
class Webhook:
    """One delivery."""

    body: bytes
    headers: dict[str, str]

    @property
    def told(self) -> dict[str, Any]:
        """The envelope."""
        return json.loads(self.body)  # type: ignore[no-any-return]

    @property
    def event(self) -> str:
        return str(self.told["event"])

    @property
    def data(self) -> dict[str, Any]:
        return self.told["data"]  # type: ignore[no-any-return]


class Shop:
    """Keeps rows, the webhooks that are known, and what was done; ``later`` waits until it is worked off."""

    def __init__(self) -> None:
        self.rows: dict[Any, Any] = {}
        self.known: set[Any] = set()
        self.done: list[Any] = []
        self.later: list[Callable[[], object]] = []

    def state(self) -> Any:
        """The rows, as a probe gives them."""
        return deepcopy(self.rows)

    def reset(self) -> None:
        """Forget everything."""
        for one in (self.rows, self.known, self.done, self.later):
            one.clear()

    def work_off(self) -> None:
        """Do what waits, as a worker does."""
        while self.later:
            self.later.pop(0)()

    def effects(self) -> list[Any]:
        return list(self.done)


Take = Callable[[Shop, Webhook], int | None]
TakeLater = Callable[[Shop, Webhook], Awaitable[int | None]]


def wsgi(shop: Shop, take: Take) -> Callable[..., Iterable[bytes]]:
    """The shop as a WSGI app; the function gives the status, None for 204."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        headers = {
            name.removeprefix("HTTP_").replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        status = take(shop, Webhook(environ["wsgi.input"].read(), headers)) or 204
        start_response(f"{status} Told", [])
        return []

    return app


def asgi(shop: Shop, take: TakeLater) -> Callable[..., Awaitable[None]]:
    """The same as an ASGI app, in which deliveries wait for each other where the function awaits something."""

    async def app(scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        if scope["type"] != "http":
            return
        hook = Webhook((await receive())["body"], {name.decode(): value.decode() for name, value in scope["headers"]})
        await send({"type": "http.response.start", "status": await take(shop, hook) or 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return app


def trial(take: Take, *, story: str = DEPOSIT, shows: Callable[[Shop], Any] = Shop.state, **options: Any) -> Trial:
    """A WSGI shop with this function, emptied before each order; ``shows`` is its probe."""
    shop = Shop()
    given = {"state": partial(shows, shop), "reset": shop.reset, "secret": SECRET}
    return Trial(story, wsgi(shop, take), {**given, **options})


def of_subscription(take: Take, *, number: int | None = None, **options: Any) -> Trial:
    """The same with the events of a subscription that is cancelled; ``number`` is its id."""
    made = trial(take, story=CANCELLATION, given=BEFORE_SUBSCRIPTION, **options)
    return made if number is None else Trial(made.story, made.receiver, made.options, {"subscription_id": number})


def raced(take: TakeLater, *, story: str = DEPOSIT, **options: Any) -> Trial:
    """An ASGI shop with webhooks in flight at once, whose effects are counted."""
    shop = Shop()
    given = {"state": shop.state, "effects": shop.effects, "reset": shop.reset, "overlap": 1}
    return Trial(story, asgi(shop, take), {**given, **options})


def keep_payment(shop: Shop, hook: Webhook) -> None:
    """Right: the status of a payment that is furthest on."""
    if hook.event.startswith("payment."):
        key, status = hook.data["paymentId"], hook.data["status"]
        shop.rows[key] = max(shop.rows.get(key, status), status, key=PAYMENTS.index)


def keep_subscription(shop: Shop, hook: Webhook, **columns: Callable[[dict[str, Any]], Any]) -> None:
    """Right: a row for a subscription, of the event that is furthest on; ``columns`` are read from its data."""
    if hook.event.startswith("subscription."):
        data = hook.data
        row = shop.rows.get(data["subscriptionId"])
        if row is None or SUBSCRIPTIONS.index(row["status"]) < SUBSCRIPTIONS.index(data["status"]):
            told = {name: read(data) for name, read in columns.items()}
            shop.rows[data["subscriptionId"]] = {"status": data["status"], **told}


def as_list(shop: Shop) -> list[Any]:
    """The probe of a table: rows without their keys."""
    return [dict(row) for _, row in sorted(shop.rows.items(), key=str)]
