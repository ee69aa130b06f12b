"""A receiver that takes the presence of ``cancel`` for a refund is wrong in every payment, and is found (fact 33)."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from steppay_mock import deliver, explore, make_event, scenario

_RANKS = ("VIRTUAL_BANK_STANDBY", "COMPLETE", "PARTIAL_CANCELED", "CANCELED")


class Shop:
    """Keeps the furthest status of each payment; ``is_refunded`` reads one out of a payment."""

    def __init__(self, is_refunded: Callable[[dict[str, Any]], Any]) -> None:
        self.is_refunded = is_refunded
        self.payments: dict[int, dict[str, str]] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        event = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        if event["event"].startswith("payment."):
            self.keep(event["data"])
        start_response("204 No Content", [])
        return []

    def keep(self, payment: dict[str, Any]) -> None:
        status = payment["status"]
        if self.is_refunded(payment) and status != "PARTIAL_CANCELED":
            status = "CANCELED"
        before = self.payments.get(payment["paymentId"], {"status": status})["status"]
        self.payments[payment["paymentId"]] = {"status": max(before, status, key=_RANKS.index)}

    def state(self) -> dict[int, dict[str, str]]:
        return deepcopy(self.payments)


def by_presence(payment: dict[str, Any]) -> Any:
    return payment.get("cancel")


def by_amount(payment: dict[str, Any]) -> Any:
    return (payment.get("cancel") or {}).get("canceledAmount")


@pytest.mark.parametrize("event_type", ["payment.completed", "payment.standby"])
def test_one_delivery_shows_it(event_type: str) -> None:
    for is_refunded, ends in ((by_presence, {"CANCELED"}), (by_amount, {"COMPLETE", "VIRTUAL_BANK_STANDBY"})):
        shop = Shop(is_refunded)
        payment = make_event(event_type, seed=7, data={"paymentMethod": "VBANK"})
        deliver([payment], to=shop).assert_ok()
        assert shop.payments[payment.data["paymentId"]]["status"] in ends


@pytest.mark.parametrize("story", ["virtual-account-deposit", "one-time-purchase"])
def test_a_story_ends_otherwise_than_its_store_says(story: str) -> None:
    wrong, right = Shop(by_presence), Shop(by_amount)
    found = explore(story, wrong, state=wrong.state, reset=wrong.payments.clear, truth="strict", losses=False)
    assert found.verdict == "fails"
    assert found.counterexample is not None
    assert found.counterexample.kind == "truth"
    assert "is 'CANCELED', not 'COMPLETE'" in found.report()
    told = explore(story, right, state=right.state, reset=right.payments.clear, truth="strict", losses=False)
    assert told.counterexample is None
    hinted = explore(story, wrong, state=wrong.state, reset=wrong.payments.clear, losses=False)
    assert "ends CANCELED here, the store says COMPLETE" in hinted.report()


def test_a_refund_is_a_refund_to_both() -> None:
    for is_refunded in (by_presence, by_amount):
        shop = Shop(is_refunded)
        deliver(scenario("refund-in-full", seed=7), to=shop).assert_ok()
        assert {row["status"] for row in shop.payments.values()} == {"CANCELED"}
