"""Every order of a story, and every late copy, end in the same rows and give the same points.

Run it: ``STEPPAY_WEBHOOK_SECRET=whsec_test DATABASE_URL=postgresql+asyncpg://... pytest examples/apps``
"""

from __future__ import annotations

from typing import Any

from fastapi_points import SECRET, Payment, Points, Subscription, app, engine
from sqlalchemy import Executable, select

from steppay_mock import Exploration, explore, saving_sqlalchemy_async, scenario

STORY = scenario("subscription-order-cancelled", seed=7)


async def state() -> dict[str, Any]:
    """What the shop knows. The probe is async: it runs in the loop of the app, and uses the app's own engine."""
    payments = await rows(select(Payment.id, Payment.status, Payment.paid_amount).order_by(Payment.id))
    subscriptions = await rows(select(Subscription.id, Subscription.status).order_by(Subscription.id))
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


async def points() -> list[Any]:
    """What was given, each time that it was."""
    return await rows(select(Points.payment_id, Points.amount))


async def rows(query: Executable) -> list[Any]:
    """The rows that the query finds."""
    async with engine.connect() as connection:
        return list((await connection.execute(query)).all())


def explored(**options: Any) -> Exploration:
    """Explore the shop. It keeps no orders, so their events change nothing: ``only_effective`` leaves them out."""
    return explore(
        STORY,
        app,
        state=state,
        truth=truth,
        effects=points,
        only_effective=True,
        secret=SECRET,
        seed=7,
        **saving_sqlalchemy_async(engine),
        **options,
    )


def test_every_order_ends_the_same() -> None:
    """What the app does after its answer, in ``BackgroundTasks``, is waited for."""
    result = explored()
    result.assert_ok()
    assert result.verdict == "proved"


def test_webhooks_in_flight_at_once_end_the_same() -> None:
    """Several deliveries are tasks of one loop, and each has a connection of the pool."""
    explored(duplicates=False, overlap=True).assert_ok()
