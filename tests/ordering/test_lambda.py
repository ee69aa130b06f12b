"""A Lambda handler is explored as any app: in this process, made anew for each order, and by a runtime's URL."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from steppay_mock import explore, explore_async, lambda_app, replay, scenario
from steppay_mock.delivery.in_process.wsgi import WsgiApp

STORY = scenario("refund-in-full", seed=7)
RANKS = {"STANDBY": 0, "COMPLETE": 1, "CANCELED": 2}


class Shop:
    """Keeps the status of each payment: the newest by rank, or just the last one that came."""

    def __init__(self, *, ranked: bool) -> None:
        self.rows: dict[str, str] = {}
        self.ids: list[str] = []
        self._ranked = ranked

    def handler(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        self.ids.append(context.aws_request_id)
        envelope = json.loads(event["body"])
        if envelope["event"].startswith("payment."):
            payment, status = str(envelope["data"]["paymentId"]), envelope["data"]["status"]
            if not self._ranked or RANKS[status] >= RANKS.get(self.rows.get(payment, ""), -1):
                self.rows[payment] = status
        return {"statusCode": 200}


@pytest.mark.parametrize("kind", ["http-api", "rest-api", "alb"])
def test_a_right_handler_is_proved(kind: Any) -> None:
    shop = Shop(ranked=True)
    app = lambda_app(shop.handler, kind=kind)
    found = explore(STORY, app, state=lambda: shop.rows, reset=shop.rows.clear)
    found.assert_ok()
    assert found.verdict == "proved"


@pytest.mark.parametrize("kind", ["http-api", "rest-api", "alb"])
def test_a_handler_whose_last_event_wins_is_found_and_replayed(kind: Any) -> None:
    shop = Shop(ranked=False)
    app = lambda_app(shop.handler, kind=kind)
    found = explore(STORY, app, state=lambda: shop.rows, reset=shop.rows.clear)
    assert not found.ok
    token = found.counterexamples[0].token
    assert not replay(token, app, state=lambda: shop.rows, reset=shop.rows.clear).ok


def test_webhooks_in_flight_at_once_are_called_in_threads() -> None:
    shop = Shop(ranked=True)
    app = lambda_app(shop.handler)
    explore(STORY, app, state=lambda: shop.rows, reset=shop.rows.clear, overlap=True).assert_ok()


def test_it_can_be_made_anew_for_each_order() -> None:
    shops: list[Shop] = []

    def make() -> Any:
        shops.append(Shop(ranked=True))
        return lambda_app(shops[-1].handler)

    found = explore(STORY, make, state=lambda: shops[-1].rows)
    found.assert_ok()
    assert len(shops) > 2


def test_it_can_be_awaited() -> None:
    shop = Shop(ranked=True)
    app = lambda_app(shop.handler)
    found = asyncio.run(explore_async(STORY, app, state=lambda: shop.rows, reset=shop.rows.clear))
    found.assert_ok()


def test_a_request_has_the_same_id_in_every_order_and_its_copy_another() -> None:
    shop = Shop(ranked=True)
    app = lambda_app(shop.handler)
    explore(STORY, app, state=lambda: shop.rows, reset=shop.rows.clear, duplicates=False, seed=7).assert_ok()
    once = set(shop.ids)
    assert len(once) == len(STORY.events)
    explore(STORY, app, state=lambda: shop.rows, reset=shop.rows.clear, seed=7).assert_ok()
    assert once < set(shop.ids)


def test_a_malformed_answer_is_a_refusal() -> None:
    def handler(_event: Any, _context: Any) -> Any:
        return {"statusCode": 200, "body": {}}

    found = explore(STORY, lambda_app(handler, kind="rest-api"), state=dict, reset=lambda: None)
    assert not found.ok
    assert "the function's answer is malformed: body is {}" in found.report()


def test_it_passes_for_a_wsgi_app() -> None:
    app: WsgiApp = lambda_app(Shop(ranked=True).handler)
    assert callable(app)
