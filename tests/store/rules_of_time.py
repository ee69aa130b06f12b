"""What comes due as time passes, in which order, and what it does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from store import action_orders as say
from store import action_subscriptions as of_subscription
from store.action_burst import NOW, Data
from store.action_scene import ENDED, NO_RENEWAL, Scene
from store.rules_of_billing import end, is_declined, lines_due
from store.rules_of_invoices import sent
from store.rules_of_payments import renew_now

from steppay_mock.store.records import Order, Subscription

Due = tuple[datetime, int, str, Any]
KINDS = (
    *("expiry", "given time comes", "pause is over", "period ends", "renewal", "retry", "notice"),
    *("deposit arrives", "account closes", "invoice is sent", "invoice is overdue", "order is told again"),
)
"""Of one moment, the first comes first: expiry comes before a renewal."""
_OF_SUBSCRIPTIONS = KINDS[:7]
_CAN_EXPIRE = {"ACTIVE", "UNPAID", "PENDING_CANCEL", "PENDING_PAUSE", "PAUSE"}


def all_due(scene: Scene) -> list[Due]:
    """What is planned, in the order in which it comes."""
    found = [*_due_of_subscriptions(scene), *_due_of_orders(scene), *_due_of_invoices(scene)]
    planned = [
        (moment, KINDS.index(kind), kind, key)
        for kind, key, moment in found
        if (kind, key, moment) not in scene.memory.done
    ]
    return sorted(planned, key=lambda one: one[:2])


def _due_of_subscriptions(scene: Scene) -> Iterator[tuple[str, Any, datetime]]:
    for one in scene.subscriptions.values():
        if one.status in _CAN_EXPIRE and one.expires_at is not None:
            yield "expiry", one.id, one.expires_at
        if one.status == "PENDING_CANCEL" and one.end_at not in (None, one.period.end):
            yield "given time comes", one.id, one.end_at
        elif one.status in {"PENDING_CANCEL", "PENDING_PAUSE"}:
            yield "period ends", one.id, one.period.end
        if one.status == "PAUSE" and one.resume_at is not None:
            yield "pause is over", one.id, one.resume_at
        if one.status in {"ACTIVE", "UNPAID"} and one.next_at is not None:
            yield "renewal" if one.status == "ACTIVE" else "retry", one.id, one.next_at
        if one.status == "ACTIVE" and one.notice_at is not None:
            yield "notice", one.id, one.notice_at


def _due_of_orders(scene: Scene) -> Iterator[tuple[str, Any, datetime]]:
    for payment in scene.payments:
        if payment.account is not None and scene.orders[payment.order_id].status == "DEPOSIT_WAITING":
            yield "account closes", payment.order_id, payment.account.until
    for order in scene.orders.values() if scene.assumed.order_updated_again else ():
        if order.status == "PAID" and order.customer_id in scene.customers and order.paid_at is not None:
            for seconds in scene.assumed.order_updated_again:
                yield "order is told again", order.id, order.paid_at + timedelta(seconds=seconds)


def _due_of_invoices(scene: Scene) -> Iterator[tuple[str, Any, datetime]]:
    for invoice in scene.invoices.values():
        if invoice.status == "RESERVATION" and invoice.reserved_at is not None:
            yield "invoice is sent", invoice.id, invoice.reserved_at
        if invoice.status == "SENT":
            yield "invoice is overdue", invoice.id, invoice.deadline


def come_due(scene: Scene, *, until: datetime, resumed: int | None = None) -> None:
    """All that is due by then. ``resumed``: the subscription that renews because its pause ended after its period."""
    if resumed is not None:
        renew(scene, scene.subscriptions[resumed], resumed_at=scene.burst.stamp)
    for moment, _, kind, key in all_due(scene):
        is_over = kind in _OF_SUBSCRIPTIONS and _is_over(scene, key)  # expired before its renewal of this moment
        if moment <= until and key != resumed and not is_over:
            scene.memory.done.add((kind, key, moment))
            scene.burst.stamp = max(scene.burst.stamp, moment)
            _WORK[kind](scene, key)


def _is_over(scene: Scene, key: Any) -> bool:
    known = scene.known.tables["subscriptions"].get(key)
    return known is not None and known["status"] in ENDED


def _expiry(scene: Scene, key: int) -> None:
    end(scene, scene.subscriptions[key], "EXPIRED")


def _period_ends(scene: Scene, key: int) -> None:
    one = scene.subscriptions[key]
    if one.status == "PENDING_CANCEL":
        end(scene, one, "CANCELED")
    else:
        of_subscription.changed(scene, one, at="pausedDateTime", status="PAUSE", pausedDateTime=NOW, **NO_RENEWAL)


def _given_time(scene: Scene, key: int) -> None:
    end(scene, scene.subscriptions[key], "CANCELED")


def _pause_is_over(scene: Scene, key: int) -> None:
    """It goes on; where its period is over it renews at that moment."""
    one = scene.subscriptions[key]
    moment = one.resume_at
    assert moment is not None
    over = one.period.end <= moment
    renewal: Data = scene.renewal(one.period.end, moment, expires=one.expires_at)
    if over:
        renewal = {**NO_RENEWAL, "nextPaymentDate": moment.isoformat(), "originNextPaymentDate": moment.isoformat()}
    of_subscription.changed(scene, one, status="ACTIVE", pausedDateTime=None, **renewal)
    if over:
        scene.memory.done.add(("renewal", key, moment))
        renew(scene, one, resumed_at=moment)


def _notice(scene: Scene, key: int) -> None:
    scene.burst.change("subscription.payment_due_notification", "subscriptions", key)


def _renewal_due(scene: Scene, key: int) -> None:
    renew(scene, scene.subscriptions[key])


def renew(
    scene: Scene, one: Subscription, *, resumed_at: datetime | None = None, early_at: datetime | None = None
) -> None:
    """A renewal: when its period ends, when it was ``resumed_at`` after that, or early."""
    if scene.assumed.queue_renewals:
        due: Data = {} if early_at is None else {"nextPaymentDate": early_at.isoformat()}
        of_subscription.changed(scene, one, status="QUEUEING", notiBeforePaymentDate=None, **due)
    lines = lines_due(scene, one, one.items)
    order = say.created(scene, "RECURRING", lines, customer=one.customer_id, subscriptions=[one.id])
    _charge(scene, one, order, resumed_at=early_at if resumed_at is None else resumed_at)


def _retry(scene: Scene, key: int) -> None:
    one = scene.subscriptions[key]
    assert one.open_order is not None
    _charge(scene, one, scene.known.tables["orders"][one.open_order])


def _charge(scene: Scene, one: Subscription, order: Data, *, resumed_at: datetime | None = None) -> None:
    means = ({one.gateway}, one.method)
    statuses = {scene.known.tables["products"][item.price.product_code]["status"] for item in one.items}
    lacks = scene.assumed.renewals_fail_without_stock and "OUT_OF_STOCK" in statuses
    if is_declined(scene, one, order) or (lacks and order["paidAmount"]):
        say.failed(scene, order, means)
        _unpaid(scene, one, order["id"], resumed_at=resumed_at)
        return

    def renew() -> Data:
        renew_now(scene, one.id, order, moved=resumed_at is not None)
        return {}

    say.paid(scene, order, means, renew)


def _unpaid(scene: Scene, one: Subscription, order: int, *, resumed_at: datetime | None) -> None:
    """UNPAID until the next retry, which is counted from the first failure; or StepCover's message, or the end."""
    tried = resumed_at or one.next_at
    assert tried is not None
    assumed = scene.assumed
    if assumed.step_cover != "off":
        _cover(scene, one, order, tried)
        return
    if one.failures >= len(assumed.retry_days):
        of_subscription.ended(scene, one, "EXPIRED")
        return
    days = timedelta(days=assumed.retry_days[one.failures])
    retry = ((one.failed_at or tried) + days).isoformat()
    of_subscription.changed(scene, one, status="UNPAID", nextPaymentDate=retry, notiBeforePaymentDate=None)


def _cover(scene: Scene, one: Subscription, order: int, tried: datetime) -> None:
    assumed = scene.assumed
    if one.messages < min(assumed.cover_messages, len(assumed.cover_days)):
        days = (0, *assumed.cover_days)
        retry = tried + timedelta(days=days[one.messages + 1] - days[one.messages])
        of_subscription.changed(
            scene, one, status="UNPAID", nextPaymentDate=retry.isoformat(), notiBeforePaymentDate=None
        )
        of_subscription.message(
            scene, one, "cover.sent_message", "REMIND", step=one.messages + 1, retry=retry, order=order
        )
        return
    if assumed.step_cover == "cancel":
        of_subscription.ended(scene, one, "CANCELED")
    else:
        of_subscription.changed(scene, one, at="pausedDateTime", status="PAUSE", pausedDateTime=NOW, **NO_RENEWAL)
    of_subscription.message(scene, one, "cover.paused", "PAUSED", step=one.messages, retry=None, order=order)


def _account_closes(scene: Scene, key: int) -> None:
    order: Order = scene.orders[key]
    closed = order.invoice_id is None
    say.updated(scene, key, status="CANCELLED" if closed else "CREATED", canceled=closed)


def _invoice_is_sent(scene: Scene, key: int) -> None:
    sent(scene, scene.invoices[key])


def _invoice_is_overdue(scene: Scene, key: int) -> None:
    scene.burst.change("invoice.updated", "invoices", key, status="OVER_DUE")


def _order_is_told_again(scene: Scene, key: int) -> None:
    say.updated(scene, key)


_WORK: dict[str, Any] = {
    "expiry": _expiry,
    "given time comes": _given_time,
    "pause is over": _pause_is_over,
    "period ends": _period_ends,
    "renewal": _renewal_due,
    "retry": _retry,
    "notice": _notice,
    "account closes": _account_closes,
    "invoice is sent": _invoice_is_sent,
    "invoice is overdue": _invoice_is_overdue,
    "order is told again": _order_is_told_again,
}
