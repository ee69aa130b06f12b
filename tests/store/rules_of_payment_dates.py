"""What the actions on the dates of a subscription do, and when they are refused."""

from __future__ import annotations

from typing import Any

from store import action_subscriptions as of_subscription
from store.action_scene import ILLEGAL, WRONG, Scene, Whys
from store.rules_of_time import renew


def interval_refused(scene: Scene) -> Whys:
    found, count = scene.subscription(), scene.option("count", 1)
    yield from scene.unless_allowed(found, "change the interval")
    if not 1 <= count <= 24 or (found and (found.unit, found.count) == (scene.given["interval"], count)):
        yield WRONG


def change_interval(scene: Scene) -> None:
    """It starts with the next period, so no date changes now."""
    found = scene.subscription()
    assert found is not None
    changes = {"intervalUnit": scene.given["interval"], "intervalCount": scene.option("count", 1)}
    of_subscription.changed(scene, found, **changes)


def _unless_renewing(scene: Scene, action: str) -> Whys:
    found = scene.subscription()
    yield from scene.unless_allowed(found, action)
    if found is not None and found.next_at is None:
        yield ILLEGAL


def move_refused(scene: Scene) -> Whys:
    yield from _unless_renewing(scene, "move the next payment")
    found, to = scene.subscription(), scene.given["to"].replace(tzinfo=None)
    if to <= scene.now or (found and to == found.next_at):
        yield WRONG
    if found and found.expires_at is not None and to >= found.expires_at:
        yield WRONG


def move_next_payment(scene: Scene) -> None:
    """The period and a trial end then. The planned date stays."""
    found, to = scene.subscription(), scene.given["to"].replace(tzinfo=None)
    assert found is not None
    known = scene.known.tables["subscriptions"][found.id]
    period = {**known["currentPeriod"], "endDateTime": to.isoformat()}
    trial = period if known["trialPeriod"] == known["currentPeriod"] else known["trialPeriod"]
    planned = {"originNextPaymentDate": known["originNextPaymentDate"]}
    dates = scene.renewal(to, scene.ended, expires=None) | planned
    of_subscription.changed(scene, found, currentPeriod=period, trialPeriod=trial, **dates)


def renew_refused(scene: Scene) -> Whys:
    yield from _unless_renewing(scene, "renew now")


def renew_now(scene: Scene) -> None:
    found = scene.subscription()
    assert found is not None
    renew(scene, found, early_at=scene.now)


RULES: dict[str, Any] = {
    "change_interval": (interval_refused, change_interval),
    "move_next_payment": (move_refused, move_next_payment),
    "renew_now": (renew_refused, renew_now),
}
