"""A sandbox in a program: the store acts, the webhooks arrive, the clock moves, and the REST API tells the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
import requests
from sandbox.conftest import SECRET, Inbox, Open

from steppay_mock import IllegalAction, Sandbox, SteppayMockError, Store, validate


def said(payload: dict[str, object]) -> tuple[object, object]:
    return payload["timestamp"], payload["event"]


def test_a_scenario_of_webhooks_v1_needs_a_sandbox_that_sends_them(open_sandbox: Open) -> None:
    name = "webhook-v1-beside-v2"
    with open_sandbox() as sandbox:
        with pytest.raises(SteppayMockError, match=r"needs webhooks v1, .*`steppay-mock dev --v1 both`"):
            sandbox.play(name)
        assert sandbox.events == []
    with open_sandbox(store={"v1": "both"}) as sandbox:
        sandbox.play(name)
        assert {"v1.order", "v1.subscription"} < {event.type for event in sandbox.events}


def test_what_the_store_does_arrives_and_is_what_a_store_of_the_same_seed_does(sandbox: Sandbox, inbox: Inbox) -> None:
    alone = Store(seed=7)
    alone.checkout()
    alone.advance(days=31)
    sandbox.store.checkout()
    sandbox.advance(days=31)
    sandbox.settle()
    assert [event.body for event in sandbox.events] == [event.body for event in alone.events]
    assert sorted(map(repr, inbox.payloads)) == sorted(repr(event.payload) for event in alone.events)
    for payload in inbox.payloads:
        validate(payload)


def test_the_rest_api_tells_what_the_store_has(sandbox: Sandbox) -> None:
    order = sandbox.store.checkout(pays="later")
    url = f"{sandbox.url}/api/v1/orders/{order.code}"
    headers = {"Secret-Token": sandbox.token}
    assert requests.get(url, headers=headers, timeout=5).json()["paymentDate"] is None
    sandbox.pay(order)
    assert requests.get(url, headers=headers, timeout=5).json()["paymentDate"] is not None


def test_a_refused_action_changes_nothing_and_says_why(sandbox: Sandbox) -> None:
    sandbox.store.checkout()
    before = sandbox.store.state()
    with pytest.raises(IllegalAction, match="resume"):
        sandbox.store.resume()
    assert sandbox.store.state() == before


def test_actions_by_name_take_plain_data(sandbox: Sandbox) -> None:
    sandbox.act("checkout", {})
    sandbox.act("cancel", {"at_period_end": True})
    assert sandbox.store.subscription.status == "PENDING_CANCEL"
    sandbox.act("undo", {})
    moment = (sandbox.store.now + timedelta(days=3)).isoformat()
    sandbox.act("cancel", {"at": moment})
    sandbox.advance(days=4)
    assert sandbox.store.subscription.status == "CANCELED"


@pytest.mark.parametrize(
    ("action", "arguments", "told"),
    [
        ("cancle", {}, "Did you mean 'cancel'"),
        ("cancel", {"at_the_end": True}, "has no argument 'at_the_end'"),
        ("cancel", {"at": "tomorrow"}, "is no moment"),
        ("add_item", {}, "missing a required argument: 'price'"),
        ("__init__", {}, "A store has no action '__init__'"),
        ("advance", {"days": 3}, "A store has no action 'advance'"),
    ],
)
def test_wrong_actions_are_told(sandbox: Sandbox, action: str, arguments: dict[str, object], told: str) -> None:
    sandbox.store.checkout()
    with pytest.raises(SteppayMockError, match=told):
        sandbox.act(action, arguments)


def test_held_webhooks_wait_and_are_flushed_in_the_order_that_is_asked_for(sandbox: Sandbox, inbox: Inbox) -> None:
    sandbox.hold()
    sandbox.store.checkout()
    happened = [str(event.type) for event in sandbox.events]
    assert sandbox.status()["waiting"] == len(happened)
    assert inbox.events == []
    (report,) = sandbox.flush(order="reversed", duplicates=1.0, seed=3)
    assert report.succeeded == 2 * len(happened)
    assert inbox.events[: len(happened)] == happened[::-1]
    assert sandbox.flush() == []
    sandbox.hold(held=False)
    sandbox.store.cancel()
    sandbox.settle()
    assert inbox.events[-1] == "subscription.updated"


def test_an_endpoint_gets_its_events_from_when_it_is_there(sandbox: Sandbox, inbox: Inbox) -> None:
    sandbox.store.checkout()
    sandbox.settle()
    inbox.payloads.clear()
    sandbox.change_endpoint("webhooks", enabled=False)
    sandbox.change_endpoint("payments", url=inbox.url, secret=SECRET, events=("payment.*",))
    sandbox.store.checkout()
    sandbox.settle()
    assert inbox.events == ["payment.completed"]
    sandbox.change_endpoint("webhooks", enabled=True)
    sandbox.settle()
    assert inbox.events == ["payment.completed"]
    sandbox.endpoints.remove("payments")
    sandbox.store.cancel()
    sandbox.settle()
    assert inbox.events == ["payment.completed", "subscription.updated"]


def test_webhooks_leave_this_machine_only_if_the_host_is_allowed(sandbox: Sandbox) -> None:
    with pytest.raises(SteppayMockError, match="is not this machine"):
        sandbox.change_endpoint("staging", url="https://staging.example.com/hook")
    assert [one.name for one in sandbox.endpoints] == ["webhooks"]


def test_a_scenario_is_played_at_the_beginning_or_later(open_sandbox: Open, inbox: Inbox) -> None:
    with open_sandbox(scenario="refund-in-full", parameters={"customer_id": 42}) as sandbox:
        sandbox.settle()
        assert "payment.canceled" in inbox.events
        assert sandbox.store.customer.id == 42
        count = len(sandbox.events)
        sandbox.play("subscription-renews")
        assert len(sandbox.events) > count
        with pytest.raises(SteppayMockError, match="Leave them out"):
            sandbox.play("refund-in-full", order_id=9)


def test_a_reset_begins_a_new_store_and_keeps_the_endpoints(sandbox: Sandbox, inbox: Inbox) -> None:
    sandbox.store.checkout()
    first = sandbox.events[0].body
    sandbox.settle()
    sandbox.reset()
    assert sandbox.events == []
    sandbox.store.checkout()
    assert sandbox.events[0].body == first
    sandbox.settle()
    assert inbox.events.count("order.created") == 2
    sandbox.reset(seed=8)
    sandbox.store.checkout()
    assert sandbox.events[0].body != first


def test_a_clock_that_runs_renews_by_itself(open_sandbox: Open, inbox: Inbox) -> None:
    start = datetime(2025, 1, 15, tzinfo=UTC)
    with open_sandbox(start=start) as sandbox:
        sandbox.store.checkout()
        sandbox.change_speed(100_000)  # 31 days are 27 seconds
        sandbox.advance(days=30.99)
        while inbox.events.count("order.created") < 2:
            sandbox.settle()
        sandbox.change_speed(0)
        stands = sandbox.store.now
        assert sandbox.store.now == stands > start + timedelta(days=31)


def test_a_sandbox_that_is_not_served_says_how(open_sandbox: Open) -> None:
    sandbox = open_sandbox()
    with pytest.raises(SteppayMockError, match="with Sandbox"):
        _ = sandbox.url
    sandbox.close()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"seed": 1.5}, "seed"),
        ({"scenario": "refund-in-ful"}, "refund-in-full"),
        ({"forward_to": "https://example.com/hook"}, "is not this machine"),
        ({"store": {"currencies": "KRW"}}, "currency"),
        ({"sender": {"retry": 3}}, "retr"),
        ({"token": "two words"}, "printable ASCII"),
        ({"parameters": 5}, "parameters=5: expected the parameters of a scenario"),
        ({"store": 5}, "store=5: expected options by name"),
        ({"sender": [1]}, "expected options by name"),
        ({"endpoint": "shuffled"}, "endpoint='shuffled': expected options by name"),
    ],
)
def test_wrong_options_are_told_and_leave_no_file_behind(
    open_sandbox: Open, options: dict[str, object], told: str
) -> None:
    with pytest.raises(SteppayMockError, match=told), open_sandbox(**options) as sandbox:
        sandbox.store.checkout()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"duplicates": 7}, "duplicates=7: expected a share from 0 to 1"),
        ({"order": "sorted"}, "order='sorted'"),
        ({"enabled": "no"}, "enabled='no'"),
        ({"fault": "nothing"}, "nothing"),
        ({"url": 5}, "url is no text"),
        ({"name": "other"}, "An endpoint has no field 'name'"),
    ],
)
def test_a_wrong_field_of_an_endpoint_is_refused(sandbox: Sandbox, fields: dict[str, Any], told: str) -> None:
    before = sandbox.endpoints["webhooks"]
    with pytest.raises(SteppayMockError) as caught:
        sandbox.change_endpoint("webhooks", **fields)
    assert told in str(caught.value)
    assert sandbox.endpoints["webhooks"] == before
    with pytest.raises(SteppayMockError, match="expected the name of an endpoint"):
        sandbox.change_endpoint("", url=before.url)


@pytest.mark.parametrize("wrong", [object(), {1, 2}, [b"x"]])
def test_an_argument_that_no_file_can_keep_is_refused(sandbox: Sandbox, wrong: object) -> None:
    with pytest.raises(SteppayMockError, match=r"The arguments of checkout cannot be kept in a file: .* Give"):
        sandbox.store.checkout(pays=cast("Any", wrong))
    assert sandbox.events == []


def test_a_time_that_is_none_is_refused_as_by_a_store(sandbox: Sandbox) -> None:
    with pytest.raises(SteppayMockError, match=r"^5 is not a timedelta\. Write let_pass\(timedelta\(days=30\)\)\."):
        sandbox.store.let_pass(cast("Any", 5))
    sandbox.store.let_pass(timedelta(hours=1))
    assert sandbox.store.now == datetime(2025, 1, 15, 4, tzinfo=UTC).replace(microsecond=sandbox.store.now.microsecond)


def test_a_reset_with_other_parameters_of_the_scenario(open_sandbox: Open) -> None:
    with open_sandbox(scenario="refund-in-full", parameters={"price": 5000}) as sandbox:
        sandbox.reset(parameters={"price": 7000})
        assert {payment.amount for payment in sandbox.store.payments} == {7000}
        with pytest.raises(SteppayMockError, match="expected the parameters of a scenario"):
            sandbox.reset(parameters=cast("Any", 5))


def test_parameters_without_a_scenario_and_an_unknown_clock_are_refused(sandbox: Sandbox, open_sandbox: Open) -> None:
    with pytest.raises(SteppayMockError, match="The parameters are those of a scenario, and there is none"):
        sandbox.reset(parameters={"price": 7000})
    with pytest.raises(SteppayMockError, match="The parameters are those of a scenario, and there is none"):
        open_sandbox(parameters={"price": 7000})
    with pytest.raises(SteppayMockError, match="clock='fast'"):
        open_sandbox(clock="fast")
