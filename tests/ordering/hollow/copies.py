"""Pairs about copies: what a webhook is known again by, and what happens beside its own copy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from ordering.hollow.pairs import REFUND, Pair, Told, Trial
from ordering.hollow.shop import PAYMENTS, Shop, Webhook, keep_payment, raced, trial

TWICE = Told("fails", anomaly="double effect")


def knows_by(key: Callable[[Webhook], Any]) -> Trial:
    """Gives points for a payment, once for each webhook that is not known."""
    shops: list[Shop] = []

    def take(shop: Shop, hook: Webhook) -> None:
        shops[:] = [shop]
        if key(hook) in shop.known:
            return
        shop.known.add(key(hook))
        keep_payment(shop, hook)
        if hook.event == "payment.completed":
            shop.done.append(hook.data["paymentId"])

    return trial(take, story=REFUND, effects=lambda: [one for shop in shops for one in shop.done])


def by_body(hook: Webhook) -> str:
    """Right: the body is the same whenever it is sent."""
    return sha256(hook.body).hexdigest()


def likes_one_second(accepts: Callable[[str, str], bool]) -> Trial:
    """Compares the second of each signature with the first one."""

    def take(shop: Shop, hook: Webhook) -> int | None:
        second = hook.headers["steppay-signature"].partition(",")[0]
        shop.done = shop.done or [second]
        if not accepts(second, shop.done[0]):
            return 401
        keep_payment(shop, hook)
        return None

    return trial(take)


async def looks_then_inserts(shop: Shop, hook: Webhook) -> None:
    is_new = by_body(hook) not in shop.known
    await asyncio.sleep(0)  # the database answers
    shop.known.add(by_body(hook))
    if is_new:
        _give_points(shop, hook)


async def inserts_at_once(shop: Shop, hook: Webhook) -> None:
    is_new = by_body(hook) not in shop.known
    shop.known.add(by_body(hook))
    await asyncio.sleep(0)
    if is_new:
        _give_points(shop, hook)


def _give_points(shop: Shop, hook: Webhook) -> None:
    keep_payment(shop, hook)
    if hook.event == "payment.completed":
        shop.done.append("points")


async def reads_changes_writes(shop: Shop, hook: Webhook) -> None:
    if hook.event.startswith("payment."):
        key, status = hook.data["paymentId"], hook.data["status"]
        before = shop.rows.get(key, status)
        await asyncio.sleep(0)
        shop.rows[key] = max(before, status, key=PAYMENTS.index)


async def changes_at_once(shop: Shop, hook: Webhook) -> None:
    await asyncio.sleep(0)
    keep_payment(shop, hook)


async def answers_busy(shop: Shop, hook: Webhook) -> int | None:
    if shop.later:
        return 503
    shop.later.append(list)
    await asyncio.sleep(0)
    keep_payment(shop, hook)
    shop.later.clear()
    return None


PAIRS = (
    Pair(
        "knows the signature",
        "It knows a webhook again by its signature header, and a copy is signed anew.",
        TWICE,
        lambda: knows_by(lambda hook: hook.headers["steppay-signature"]),
        lambda: knows_by(by_body),
    ),
    Pair(
        "knows the trace",
        "It knows a webhook again by its trace header, which each delivery has for itself.",
        TWICE,
        lambda: knows_by(lambda hook: hook.headers["x-b3-traceid"]),
        lambda: knows_by(by_body),
    ),
    Pair(
        "knows the second",
        "It takes events of one second for one event.",
        Told("fails"),
        lambda: knows_by(lambda hook: hook.told["timestamp"]),
        lambda: knows_by(by_body),
    ),
    Pair(
        "likes one second",
        "It takes only what is signed in the second of the first webhook.",
        Told("fails", anomaly="order-dependent rejection"),
        lambda: likes_one_second(lambda second, first: second == first),
        lambda: likes_one_second(lambda second, first: second >= first),
    ),
    Pair(
        "looks, then inserts",
        "Two copies in flight at once both find that they are new.",
        Told("fails", anomaly="double effect in flight"),
        lambda: raced(looks_then_inserts),
        lambda: raced(inserts_at_once),
    ),
    Pair(
        "reads, changes, writes",
        "Of two events in flight at once the second writes what it made of the row before the first.",
        Told("fails", anomaly="lost update"),
        lambda: raced(reads_changes_writes, effects=None, overlap=4),
        lambda: raced(changes_at_once, effects=None, overlap=4),
    ),
    Pair(
        "answers busy",
        "It refuses a webhook while another one is in its hands, and nobody says that it comes again.",
        Told("fails", anomaly="rejection in flight"),
        lambda: raced(answers_busy, effects=None),
        lambda: raced(changes_at_once, effects=None),
    ),
    Pair(
        "never gives points",
        "The effects that are listed are never there.",
        Told("proved", note="effects= gave nothing after any delivery"),
        lambda: raced(changes_at_once, overlap=False),
        lambda: raced(inserts_at_once, overlap=False),
    ),
)
