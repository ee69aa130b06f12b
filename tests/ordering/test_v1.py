"""Explorations of stories in which webhook v1 comes beside v2 (fact 52)."""

from __future__ import annotations

import ast
import json
import subprocess
from typing import Any
from urllib.parse import parse_qs

import pytest

from steppay_mock import Event, Exploration, Store, V1Event, explore, replay, scenario
from steppay_mock.ordering.report.repro.javascript import vitest_test
from steppay_mock.ordering.report.repro.python import pytest_test
from steppay_mock.ordering.report.repro.shell import shell_script
from steppay_mock.ordering.search.event_set import collapse_bursts
from steppay_mock.ordering.search.independence import customers_of
from steppay_mock.store.store import Story

WANTED = ["order.payment_completed", "v1.order"]


class Shop:
    """Adds points for each renewal, in the ways that a receiver may have during its move to v2."""

    def __init__(self, *, old_looks: bool = True, new_looks: bool = True, takes_v1: bool = True) -> None:
        self.points: dict[int, int] = {}
        self.credited: set[tuple[str, int]] = set()
        self.old_looks, self.new_looks, self.takes_v1 = old_looks, new_looks, takes_v1

    def reset(self) -> None:
        self.points.clear()
        self.credited.clear()

    def state(self) -> dict[int, int]:
        return dict(self.points)

    def credit(self, order: int, *, looks: bool) -> None:
        if not looks or order not in self.points:
            self.points[order] = self.points.get(order, 0) + 100

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = environ["wsgi.input"].read()
        if environ["CONTENT_TYPE"] != "application/json":
            fields = {name: value for name, [value] in parse_qs(body.decode()).items()}
        else:
            fields = json.loads(body)
        if "event" not in fields:
            assert "HTTP_STEPPAY_SIGNATURE" not in environ
            if self.takes_v1 and fields.get("webHookType") == "PAYMENT":
                self.credit(int(fields["orderId"]), looks=self.old_looks)
        elif fields["event"] == "order.payment_completed" and fields["data"]["type"] == "RECURRING":
            self.credit(fields["data"]["id"], looks=self.new_looks)
        start_response("204 No Content", [])
        return []


def right(state: dict[str, dict[Any, dict[str, Any]]]) -> dict[int, int]:
    return {order["id"]: 100 for order in state["orders"].values() if order["type"] == "RECURRING"}


def explored(shop: Shop, story: Story | None = None, **options: Any) -> Exploration:
    chosen = story or scenario("webhook-v1-beside-v2", renewals=2, seed=7, v1_form="form")
    return explore(
        chosen, shop, state=shop.state, reset=shop.reset, secret="whsec_test", seed=1, **{"types": WANTED, **options}
    )


def test_old_code_that_does_not_look_for_the_points_of_new_code_is_found() -> None:
    shop = Shop(old_looks=False)
    result = explored(shop, duplicates=False)
    assert result.verdict == "fails"
    assert result.counterexample is not None
    events = [result.events[place] for place in result.counterexample.schedule.delivered]
    assert {event.type for event in events} == {*WANTED}
    assert len({event.data.get("orderId", event.data.get("id")) for event in events}) == 1
    again = replay(result.counterexample.token, shop, state=shop.state, reset=shop.reset, secret="whsec_test")
    assert not again.ok


def test_points_added_twice_in_every_order_are_found_by_what_is_right() -> None:
    shop = Shop(old_looks=False, new_looks=False)
    assert explored(shop, duplicates=False).verdict == "proved"
    assert explored(shop, duplicates=False, truth=right).verdict == "fails"


@pytest.mark.parametrize("shop", [Shop(), Shop(takes_v1=False)], ids=["does both once", "ignores v1"])
def test_a_right_receiver_is_proved(shop: Shop) -> None:
    assert explored(shop, truth=right).verdict == "proved"


def test_all_events_of_a_mixed_story_can_be_explored() -> None:
    result = explored(
        Shop(), scenario("webhook-v1-beside-v2", renewals=1, seed=7), types=None, given=7, duplicates=False
    )
    assert result.ok
    assert len(result.events) == 8


def test_ties_change_the_second_and_leave_the_body() -> None:
    events = list(scenario("webhook-v1-beside-v2", seed=7))
    tied = collapse_bursts(events, seconds=10**9)
    assert {event.timestamp for event in tied} == {events[0].timestamp}
    assert [one.body for one in tied if isinstance(one, V1Event)] == [
        one.body for one in events if isinstance(one, V1Event)
    ]


def test_fresh_ids_are_the_same_in_both_versions() -> None:
    shop = Shop()
    told: list[dict[int, int]] = []

    def state(ids: Any) -> list[int]:
        told.append(shop.state())
        return [shop.points.get(number, 0) for number in ids.order_ids]

    story = scenario("webhook-v1-beside-v2", renewals=2, seed=7)
    result = explore(story, shop, state=state, fresh=True, secret="whsec_test", types=WANTED, seed=1)
    assert result.verdict == "proved"
    assert max(map(len, told)) > 2, "every run has its own orders"
    assert {points for one in told for points in one.values()} == {100}


def test_a_webhook_v1_belongs_to_the_customer_of_its_order_or_subscription() -> None:
    store = Store(seed=7, v1="both")
    story = store.interleave("webhook-v1-beside-v2", "subscription-starts")
    owners = customers_of(list(story))
    assert None not in owners
    kinds = {True: "order", False: "subscription"}
    for event, owner in zip(story, owners, strict=True):
        if isinstance(event, V1Event):
            kind = kinds[event.type == "v1.order"]
            number = event.data["orderId" if kind == "order" else "id"]
            assert str(store.state()[f"{kind}s"][number]["customerId"]) == owner


def test_customers_are_proved_alone_with_their_webhooks_v1() -> None:
    store = Store(seed=7, v1="both", v1_form="form")
    story = store.interleave("webhook-v1-beside-v2", "subscription-renews")
    result = explored(Shop(), story, independent=True, duplicates=False)
    assert result.ok
    alone = explored(Shop(old_looks=False), story, independent=True, duplicates=False)
    assert alone.verdict == "fails"


def test_captured_webhooks_v1_are_explored_too() -> None:
    events = [Event.from_bytes(b"webHookType=PAYMENT&orderId=1"), Event.from_bytes(b"webHookType=PAYMENT&orderId=2")]
    shop = Shop()
    result = explore(events, shop, state=shop.state, reset=shop.reset)
    assert result.verdict == "proved"
    careless = Shop(old_looks=False)
    assert "v1.order" in explore(events, careless, state=careless.state, reset=careless.reset).report()


@pytest.mark.parametrize("v1_form", ["json", "form"])
def test_the_programs_of_a_report_send_them_as_they_are(v1_form: Any) -> None:
    shop = Shop(old_looks=False)
    bodies = ("order.payment_completed", "v1.order")
    events = [event for event in scenario("webhook-v1-beside-v2", seed=7, v1_form=v1_form) if event.type in bodies][-2:]
    result = explored(shop, events, types=None, duplicates=False)  # type: ignore[arg-type]
    assert result.counterexample is not None
    content_type = {"json": "application/json", "form": "application/x-www-form-urlencoded"}[v1_form]
    script = shell_script(result, result.counterexample)
    [line] = [one for one in script.splitlines() if one.endswith(content_type)]
    assert 'send_v1() {\n  printf %s "$1" | curl' in script
    assert subprocess.run(["sh", "-n"], input=script, text=True, check=False).returncode == 0
    assert "send_v1 " in script.partition("Empty the receiver")[2]
    assert ("webHookType=PAYMENT" in line) == (v1_form == "form")
    module = pytest_test(result, result.counterexample)
    ast.parse(module)
    assert "Event.from_bytes(b'" in module
    assert "import Event, replay" in module
    vitest = vitest_test(result, result.counterexample)
    assert f'const v1 = {{"2": "{content_type}"}};' in vitest
    assert "v1[number] ? " in vitest
