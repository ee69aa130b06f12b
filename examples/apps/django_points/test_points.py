"""Every order of a story, and every late copy, end in the same rows and give the same points."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from shop.models import Payment, Points, Subscription

from steppay_mock import Exploration, deliver, explore, scenario
from steppay_mock.ordering.saving import saving_django

SECRET = settings.STEPPAY_WEBHOOK_SECRET
STORY = scenario("subscription-order-cancelled", seed=7)
EVENTS = [event for event in STORY if event.type.startswith(("payment.", "subscription."))]  # orders are not kept here


def state() -> dict[str, Any]:
    """What the shop knows; versions differ where two events are told apart, and are no business of the reader's."""
    return {
        "payments": list(Payment.objects.order_by("id").values("id", "status", "paid_amount", "canceled_amount")),
        "subscriptions": list(Subscription.objects.order_by("id").values("id", "status", "next_payment_date")),
    }


def points() -> list[Any]:
    """What was given, each time that it was."""
    return list(Points.objects.values_list("payment_id", "amount"))


def explored(**options: Any) -> Exploration:
    """Explore the shop; ``saving_django`` puts the tables back in the transaction of a test, and without one."""
    return explore(
        EVENTS,
        get_wsgi_application(),
        state=state,
        effects=points,
        secret=SECRET,
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


@pytest.mark.django_db
def test_the_end_is_what_the_store_knows() -> None:
    """To end the same is not enough: the shop and the simulated store have to know the same."""
    assert deliver(EVENTS, to=get_wsgi_application(), secret=SECRET).ok
    known = STORY.state()
    for table in ("payments", "subscriptions"):
        assert {row["id"]: row["status"] for row in state()[table]} == {
            number: thing["status"] for number, thing in known[table].items()
        }


@pytest.mark.django_db(transaction=True)
def test_webhooks_in_flight_at_once_end_the_same() -> None:
    """``transactional_db``: deliveries run in threads, and each thread has a connection of its own."""
    explored(overlap=True, duplicates=False).assert_ok()
