"""What the events of a subscription say: how it begins, changes and ends, and what StepCover tells its customer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from store.action_burst import ANY_ID, NOW, Data, Like, exact
from store.action_scene import ENDED, NO_RENEWAL, OFFERED, Scene, end_of, expiry_of

from steppay_mock.store.records import Price, Subscription

CARD = Like(r"\S.* \d{6}\*{10}")


def started(
    scene: Scene,
    prices: list[Price],
    order: Data,
    *,
    quantity: int,
    trial_of: Callable[[Price], int],
    gateways: set[str],
    status: str = "ACTIVE",
) -> Data:
    """subscription.created for each group of the prices that recur alike (fact 44); the order names them."""
    groups: dict[Any, list[Price]] = {}
    for price in prices:
        if price.recurs:
            interval, expiry = (price.unit, price.count), (price.membership, price.renewals)
            days = price.billing_day, price.provide_start_day
            groups.setdefault((interval, expiry, days, price.is_postpaid, trial_of(price)), []).append(price)
    return {
        "subscriptions": [
            _begun(
                scene, order, group, quantity=quantity, trial_days=trial_of(group[0]), gateways=gateways, status=status
            )
            for group in groups.values()
        ]
        or None
    }


def _begun(
    scene: Scene, order: Data, prices: list[Price], *, quantity: int, trial_days: int, gateways: set[str], status: str
) -> int:
    unit, count, price = prices[0].unit or "", prices[0].count or 0, prices[0]
    waits = status == "INCOMPLETE"

    def date(*path: str) -> Any:
        def of(now: datetime, _data: Data) -> Any:
            end = now + timedelta(days=trial_days) if trial_days else end_of(price, now, 1)
            expires = None if waits else expiry_of(price, now, trial_days=trial_days)
            period = {"startDateTime": now.isoformat(), "endDateTime": end.isoformat()}
            known: Data = {
                "trialPeriod": period if trial_days else None,
                "lastPaymentDate": None if trial_days or waits else now.isoformat(),
                "currentPeriod": period,
                **scene.renewal(end, now, expires=expires),
                **(NO_RENEWAL if waits else {}),
            }
            return known[path[0]]

        return of

    names = ("trialPeriod", "lastPaymentDate", "currentPeriod", *NO_RENEWAL)
    told = scene.burst.expect(
        "subscription.created",
        {
            **{name: date(name) for name in names},
            "subscriptionId": ANY_ID,
            "status": status,
            "createdAt": NOW,
            "endDate": None,
            "pausedDateTime": None,
            "orderId": order["id"],
            "orderCode": order["code"],
            "items": [item_of(scene, price, quantity=quantity) for price in prices],
            "customerId": order["customerId"],
            "intervalUnit": unit,
            "intervalCount": count,
            "paymentMethod": {"paymentGateway": Like("|".join(gateways)), "paymentInfo": CARD},
        },
        at="createdAt",
    )
    scene.effect_stamps.append(scene.burst.stamp)
    return int(told["subscriptionId"])


def item_of(scene: Scene, price: Price, *, quantity: int, number: Any = ANY_ID, added: bool = False) -> Data:
    """An item of a subscription, which has the amount that the price had when it was bought."""
    product = scene.known.tables["products"][price.product_code]
    return {
        "subscriptionItemId": number,
        "productName": product["name"],
        "featuredImageUrl": product["featuredImageUrl"],
        "selectedProductOptionIds": [],
        "price": exact(price.amount),
        "quantity": quantity,
        "isAdditional": added,
        "keepWhenRenew": True,
        "maximumPurchaseQuantity": None,
        "productCode": price.product_code,
        "priceCode": price.code,
        "type": "SKU",
        "claimMethodType": "POST" if price.is_postpaid else "PRE",
        "priceType": price.billing,
        "selectedOptions": [],
    }


def changed(scene: Scene, subscription: Subscription, *, at: str | None = None, **changes: Any) -> Data:
    """subscription.updated."""
    told = scene.burst.change("subscription.updated", "subscriptions", subscription.id, at=at, **changes)
    if at is not None:
        scene.effect_stamps.append(scene.burst.stamp)
    return told


def new_card(scene: Scene, numbers: tuple[int, ...], means: tuple[set[str], str]) -> Data:
    """All of these subscriptions have the same one, if they have not ended. Payments succeed from then on."""
    card: Any = CARD
    gateways = Like("|".join(name for name in means[0] if means[1] in OFFERED[name]))
    for number in numbers:
        if scene.known.tables["subscriptions"][number]["status"] not in ENDED:
            scene.memory.declines.pop(number, None)
            method = {"paymentGateway": gateways, "paymentInfo": card}
            told = changed(scene, scene.subscriptions[number], paymentMethod=method)
            card = told["paymentMethod"]["paymentInfo"]
    return {}


def ended(scene: Scene, subscription: Subscription, status: str, *, pause: bool = True) -> None:
    """subscription.updated with CANCELED or EXPIRED."""
    known = scene.known.tables["subscriptions"][subscription.id]
    wanted = {**known, **NO_RENEWAL, "status": status, "endDate": NOW, "pausedDateTime": None}
    scene.burst.expect("subscription.updated", wanted, at="endDate", pause=pause)


def message(
    scene: Scene,
    subscription: Subscription,
    event_type: str,
    kind: str,
    *,
    step: int,
    retry: datetime | None,
    order: int | None = None,
) -> None:
    """A message of StepCover (fact 28), whose ids are strings (fact 14)."""
    number = order or subscription.open_order or subscription.order_id
    scene.burst.expect(
        event_type,
        {
            "id": ANY_ID,
            "customerId": str(subscription.customer_id),
            "orderId": str(number),
            "subscriptionId": str(subscription.id),
            "nextRetryDatetime": None if retry is None else retry.isoformat(),
            "messageType": kind,
            "messageSentStep": step,
        },
    )
