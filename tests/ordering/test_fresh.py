"""A receiver that nobody empties: every run is about another customer, and states are told in the ids given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from flask import Flask, request
from ordering.conftest import MakeLife
from ordering.meeting import Meeting
from serving import served

from steppay_mock import Event, SteppayMockError, StoreApi, make_event, scenario, validate
from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.explore import explore
from steppay_mock.ordering.receiver.identifiers import Ids
from steppay_mock.ordering.replay import replay
from steppay_mock.payload.subject import subject_of

HOOK = "/webhooks/steppay"


class Staging:
    """A receiver that keeps everything, and tells over HTTP what it has of a customer."""

    def __init__(self, *, guarded: bool) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.bodies: list[dict[str, Any]] = []
        self.url = ""
        self.app = Flask("staging")

        @self.app.post(HOOK)
        def hook() -> tuple[str, int]:
            told = request.get_json()
            self.bodies.append(told)
            event = Event.from_payload(told)
            key = "{} {}".format(*subject_of(event))
            data = event.data
            status = data.get("status") or data["items"][0]["status"]
            version = [data.get("modifiedAt") or event.timestamp, status]
            row = self.rows.get(key)
            if not guarded or row is None or [str(one) for one in row["version"]] < [str(one) for one in version]:
                self.rows[key] = {
                    "id": subject_of(event)[1],
                    "version": version,
                    "customer": int(data["customerId"]),
                    "code": data.get("code"),
                    "mail": (data.get("payer") or {}).get("email"),
                }
            return "", 204

        @self.app.get("/rows/<int:customer>")
        def of(customer: int) -> dict[str, Any]:
            return {str(row["id"]): row for row in self.rows.values() if row["customer"] == customer}

    def state(self, ids: Ids) -> Any:
        return requests.get(f"{self.url}/rows/{ids.customer_id}", timeout=10).json()

    def explore(self, events: Any, **options: Any) -> Exploration:
        told = {"state": self.state, "fresh": True, "seed": 1, "losses": False, **options}
        return explore(events, self.url, **told)


@pytest.fixture
def make_staging() -> Iterator[Any]:
    from contextlib import ExitStack

    with ExitStack() as stack:

        def make(*, guarded: bool) -> Staging:
            staging = Staging(guarded=guarded)
            staging.url = stack.enter_context(served(staging.app))
            return staging

        yield make


REFUND = scenario("refund-in-full", seed=1)
FEW = REFUND.events[:4]


def test_a_right_one_is_proved_and_keeps_all_its_rows(make_staging: Any) -> None:
    staging = make_staging(guarded=True)
    found = staging.explore(FEW)
    assert found.verdict == "proved"
    customers = {row["customer"] for row in staging.rows.values()}
    assert len(customers) > 12  # a chain for each
    assert REFUND.customer.id not in customers
    assert staging.explore(FEW).verdict == "proved"  # on top of what is there by now
    assert {row["customer"] for row in staging.rows.values()} > customers


def test_a_flawed_one_is_found_in_the_ids_that_were_given(make_staging: Any) -> None:
    staging = make_staging(guarded=False)
    found = staging.explore(REFUND)
    assert found.verdict == "fails"
    shown = found.counterexample
    assert shown is not None
    assert shown.size == (2, 1, 0)
    assert shown.smallest
    first, second = (REFUND.events[place] for place in shown.expected.course)
    assert subject_of(first) == subject_of(second)
    told = repr(shown.failing.state) + repr(shown.expected.state)
    assert repr(subject_of(first)[1]) in told
    assert str(REFUND.customer.id) in told
    assert isinstance(shown.failing.ids, Ids)
    fresh = shown.failing.ids.customer_id
    assert str(fresh) not in told
    assert fresh in {row["customer"] for row in staging.rows.values()}  # where to look it up
    assert str(REFUND.customer.id) in json.dumps([event.payload for event in shown.events])
    again = replay(shown.token, staging.url, state=staging.state, fresh=True)
    assert not again.ok


def test_only_ids_differ_between_runs(make_staging: Any) -> None:
    staging = make_staging(guarded=True)
    staging.explore(REFUND.events[:3], duplicates=False)
    for body in staging.bodies:
        validate(body)
    given = [event.payload for event in REFUND.events[:3]]
    run = staging.bodies[:3]
    differing = [path for one, two in zip(given, run, strict=True) for path in differing_paths(one, two)]
    assert set(differing) == {
        *("data.id", "data.code", "data.idKey", "data.customerId", "data.items.0.id", "data.items.0.code"),
        *("data.paymentId", "data.orderId", "data.payer.email"),
    }
    assert run[0]["data"]["id"] == run[1]["data"]["id"] == int(run[2]["data"]["orderId"])
    assert run[0]["data"]["items"][0]["productCode"] == given[0]["data"]["items"][0]["productCode"]
    assert len(run[0]["data"]["code"]) == len(given[0]["data"]["code"])
    assert run[0]["data"]["idKey"][:13] == given[0]["data"]["idKey"][:13]  # its milliseconds
    orders = [body["data"] for body in staging.bodies if body["event"] == "order.created"]
    assert len({order["idKey"] for order in orders}) == len({order["customerId"] for order in orders}) == len(orders)


def differing_paths(one: Any, two: Any, path: str = "") -> Iterator[str]:
    if isinstance(one, dict | list):
        pairs = one.items() if isinstance(one, dict) else enumerate(one)
        for key, value in pairs:
            yield from differing_paths(value, two[key], f"{path}.{key}")
    elif one != two:
        yield path.removeprefix(".")


def test_ids_are_told_in_the_order_of_their_appearance() -> None:
    seen: list[Ids] = []

    def state(ids: Ids) -> dict[str, int]:
        seen.append(ids)
        return {"rows": len(bodies)}

    bodies: list[Any] = []
    app = Flask("counts")

    @app.post(HOOK)
    def hook() -> tuple[str, int]:
        bodies.append(request.get_json()["data"])
        return "", 204

    story = scenario("subscription-renewal-fails-then-recovers", seed=1)
    explore(story, app, state=state, fresh=True, budget=20, seed=1)
    ids = seen[0]
    assert len(ids.customer_ids) == len(ids.subscription_ids) == 1
    assert ids.customer_id == ids.customer_ids[0]
    assert bodies[0]["id"] == ids.order_ids[0] < ids.order_ids[1]
    assert bodies[0]["code"] == ids.order_codes[0]
    assert ids.product_codes == ids.price_codes == ()
    assert len(ids.payment_ids) == 4


def test_rows_sorted_by_their_ids_or_codes_keep_their_order() -> None:
    events = [
        make_event("order.created", seed=seed, data={"id": 30 - seed, "code": code, "customerId": 7})
        for seed, code in enumerate(["order_zzzzzzzzz", "order_AAAAAAAAA", "kim", "lee@example.com", "subscription"])
    ]
    rows: list[dict[str, Any]] = []
    app = Flask("sorts")

    @app.post(HOOK)
    def hook() -> tuple[str, int]:
        rows.append(request.get_json()["data"])
        return "", 204

    def state(ids: Ids) -> Any:
        mine = {row["code"]: row["id"] for row in rows if row["customerId"] == ids.customer_id}
        return [sorted(mine), sorted(mine.values()), mine]

    found = explore(events, app, state=state, fresh=True, seed=1, losses=False)
    assert found.verdict == "proved"


def test_products_are_fresh_where_the_events_tell_of_them() -> None:
    seen: set[str] = set()
    app = Flask("products")

    @app.post(HOOK)
    def hook() -> tuple[str, int]:
        data = request.get_json()["data"]
        seen.update({data["code"]} if "prices" in data else {item["productCode"] for item in data["items"]})
        return "", 204

    product = make_event("product.created", seed=1, data={"code": "product_gold"})
    order = make_event("order.created", seed=2)
    order.data["items"][0]["productCode"] = "product_gold"
    order.data["items"][1:] = []
    explore([product, order], app, state=lambda ids: sorted(seen & {*ids.product_codes}), fresh=True, seed=1)
    assert "product_gold" not in seen
    assert all(code.startswith("product_gold-") for code in seen)


def test_one_that_gives_the_rows_of_others_is_not_called_right(make_staging: Any) -> None:
    staging = make_staging(guarded=True)
    found = staging.explore(FEW, state=lambda _ids: dict(staging.rows))
    assert found.verdict == "flaky"


def test_effects_are_asked_with_the_ids_too(make_life: MakeLife) -> None:
    mails: list[tuple[int, str]] = []
    app = Flask("mails")

    @app.post(HOOK)
    def hook() -> tuple[str, int]:
        data = request.get_json()["data"]
        if (data["subscriptionId"], "hello") not in mails or data["status"] == "PAUSE":
            mails.append((data["subscriptionId"], "hello"))
        return "", 204

    def of(ids: Ids) -> list[tuple[int, str]]:
        return [mail for mail in mails if mail[0] in ids.subscription_ids]

    found = explore(make_life(4), app, state=lambda ids: set(of(ids)), effects=of, fresh=True, seed=1)
    assert found.counterexample is not None
    assert found.counterexample.kind == "effects"
    assert "700" in repr(found.counterexample.failing.effects)


def test_races_are_about_fresh_customers_too(make_life: MakeLife) -> None:
    rows: dict[int, frozenset[int]] = {}
    meeting = Meeting()
    app = Flask("races")

    @app.post(HOOK)
    def hook() -> tuple[str, int]:
        told = request.get_json()
        row = rows.get(told["data"]["subscriptionId"], frozenset())
        meeting.meet()
        rows[told["data"]["subscriptionId"]] = row | {told["timestamp"]}
        return "", 204

    found = explore(
        make_life(3),
        app,
        state=lambda ids: {one: rows.get(one) for one in ids.subscription_ids},
        fresh=True,
        overlap=1,
        seed=1,
        watch=meeting.watch,
    )
    assert found.counterexample is not None
    assert found.counterexample.failing.together == (0, 1)
    assert "700" in repr(found.counterexample.failing.state)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"fresh": "yes"}, "fresh='yes': expected True or False"),
        ({"reset": lambda: None}, "reset="),
        ({"save": lambda: None, "restore": lambda _saved: None}, "save="),
        ({"api": StoreApi(REFUND.store)}, "api="),
        ({"state": dict}, "state="),
        ({"effects": list}, "effects="),
    ],
)
def test_what_does_not_go_with_it_is_told(options: dict[str, Any], told: str) -> None:
    options = {"state": lambda _ids: {}, "fresh": True, **options}
    with pytest.raises(SteppayMockError, match=told):
        explore(FEW, Staging(guarded=True).app, **options)


def test_without_any_way_to_begin_anew_it_is_named() -> None:
    with pytest.raises(SteppayMockError, match="fresh=True"):
        explore(FEW, Staging(guarded=True).app, state=dict)


def test_an_event_that_no_schema_describes_cannot_be_fresh() -> None:
    with pytest.raises(SteppayMockError, match=r"gift\.sent"):
        explore(
            [*FEW, {"event": "gift.sent", "timestamp": 1, "data": {}}],
            Staging(guarded=True).app,
            state=lambda _ids: {},
            fresh=True,
        )


def test_ids_that_leave_no_room_are_told() -> None:
    order = make_event("order.created", seed=1, data={"id": 2**63 - 1})
    with pytest.raises(SteppayMockError, match="9223372036854775807 leaves no room for that in 64 bits"):
        explore([order, *FEW], Staging(guarded=True).app, state=lambda _ids: {}, fresh=True)
