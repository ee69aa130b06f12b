"""Every order of a story, and every late copy, end in the same rows and give the same points.

Run it: ``STEPPAY_WEBHOOK_SECRET=whsec_test DATABASE_URL=postgresql+asyncpg://... pytest examples/apps``
"""

from __future__ import annotations

from typing import Any

from fastapi_points import SECRET, Payment, Points, Subscription, app, engine
from sqlalchemy import Executable, select

from steppay_mock import explore, scenario
from steppay_mock.ordering.saving import saving_sqlalchemy_async

STORY = scenario("subscription-order-cancelled", seed=7)
EVENTS = [event for event in STORY if event.type.startswith(("payment.", "subscription."))]  # orders are not kept here


async def state() -> dict[str, Any]:
    """What the shop knows. The probe is async: it runs in the loop of the app, and uses the app's own engine."""
    payments = select(Payment.id, Payment.status, Payment.paid_amount, Payment.canceled_amount).order_by(Payment.id)
    subscriptions = select(Subscription.id, Subscription.status, Subscription.next_payment_date)
    return {"payments": await rows(payments), "subscriptions": await rows(subscriptions.order_by(Subscription.id))}


async def points() -> list[Any]:
    """What was given, each time that it was."""
    return await rows(select(Points.payment_id, Points.amount))


async def rows(query: Executable) -> list[Any]:
    """The rows that the query finds."""
    async with engine.connect() as connection:
        return list((await connection.execute(query)).all())


def test_every_order_ends_the_same() -> None:
    """What the app does after its answer, in ``BackgroundTasks``, is waited for."""
    result = explore(EVENTS, app, state=state, effects=points, secret=SECRET, seed=7, **saving_sqlalchemy_async(engine))
    result.assert_ok()
    assert result.verdict == "proved"


def test_webhooks_in_flight_at_once_end_the_same() -> None:
    """Several deliveries are tasks of one loop, and each has a connection of the pool."""
    result = explore(
        EVENTS,
        app,
        state=state,
        effects=points,
        secret=SECRET,
        seed=7,
        duplicates=False,
        overlap=True,
        **saving_sqlalchemy_async(engine),
    )
    result.assert_ok()
