"""Every order of a story, and every late copy, end in what the store knows, and give the same points."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from shop.models import Payment, Points, Subscription

from steppay_mock import Exploration, explore, saving_django, scenario

STORY = scenario("subscription-order-cancelled", seed=7)


def state() -> dict[str, Any]:
    """What the shop knows. Versions and hashes are left out: they only help to find it."""
    payments, subscriptions = Payment.objects.order_by("id"), Subscription.objects.order_by("id")
    return {
        "payments": [{"id": one.id, "status": one.status, "paid": int(one.paid_amount)} for one in payments],
        "subscriptions": [{"id": one.id, "status": one.status} for one in subscriptions],
    }


def truth(store: dict[str, Any]) -> dict[str, Any]:
    """What the simulated store knows at the end of the story, as ``state`` shows it: to end the same is not enough."""
    payments, subscriptions = store["payments"], store["subscriptions"]
    paid = {key: payments[key]["paidAmount"] for key in sorted(payments)}
    return {
        "payments": [{"id": key, "status": payments[key]["status"], "paid": amount} for key, amount in paid.items()],
        "subscriptions": [{"id": key, "status": subscriptions[key]["status"]} for key in sorted(subscriptions)],
    }


def points() -> list[Any]:
    """What was given, each time that it was."""
    return list(Points.objects.values_list("payment_id", "amount"))


def explored(**options: Any) -> Exploration:
    """Explore the shop; ``saving_django`` puts the tables back in the transaction of a test, and without one.

    The shop keeps no orders, so the events of the order change nothing: ``only_effective`` leaves them out.
    """
    return explore(
        STORY,
        get_wsgi_application(),
        state=state,
        truth=truth,
        effects=points,
        only_effective=True,
        secret=settings.STEPPAY_WEBHOOK_SECRET,
        seed=7,
        **saving_django(),
        **options,
    )


@pytest.mark.django_db
def test_every_order_ends_the_same() -> None:
    """The usual fixture, ``db``: callbacks of ``on_commit`` are called after each delivery."""
    result = explored()
    result.assert_ok()
    assert result.verdict == "proved"


@pytest.mark.django_db(transaction=True)
def test_webhooks_in_flight_at_once_end_the_same() -> None:
    """``transactional_db``: deliveries run in threads, and each thread has a connection of its own."""
    explored(overlap=True, duplicates=False).assert_ok()
