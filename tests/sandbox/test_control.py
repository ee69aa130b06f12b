"""The control API: what a test in another language asks a sandbox for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from sandbox.conftest import SECRET, Inbox

from steppay_mock import Sandbox


def ask(sandbox: Sandbox, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
    return requests.request(method, f"{sandbox.url}/_mock/{path}", json=body, headers=headers, timeout=30)


def test_a_story_by_http(sandbox: Sandbox, inbox: Inbox) -> None:
    assert ask(sandbox, "POST", "deliveries/hold").json()["held"] is True
    done = ask(sandbox, "POST", "actions/checkout", {"pays": "later"}).json()
    assert [one["event"] for one in done["events"]] == ["order.created"]
    code = done["events"][0]["data"]["code"]
    paid = ask(sandbox, "POST", f"orders/{code}/pay", {"method": "card"}).json()
    assert [one["event"] for one in paid["events"]][-1] == "order.payment_completed"
    status = ask(sandbox, "POST", "advance", {"days": 31}).json()
    assert status["now"].startswith("2025-02-15")
    assert status["waiting"] == status["events"] == 10
    (report,) = ask(sandbox, "POST", "deliveries/flush", {"order": "shuffled", "seed": 7, "duplicates": 0.2}).json()[
        "reports"
    ]
    assert report["succeeded"] == 12
    assert len(inbox.events) == 12
    listed = ask(sandbox, "GET", "deliveries").json()["deliveries"]
    assert len(listed) == 12
    assert {one["state"] for one in listed} == {"SUCCESS"}
    assert len(ask(sandbox, "GET", "events?since=8").json()["events"]) == 2
    assert ask(sandbox, "POST", "deliveries/settle").json()["waiting"] == 0


def test_calls_at_the_same_time_are_answered_with_their_own_events(sandbox: Sandbox) -> None:
    names = [f"customer {number}" for number in range(60)]
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(lambda name: ask(sandbox, "POST", "actions/create_customer", {"name": name}).json(), names)
        assert [[event["data"]["name"] for event in one["events"]] for one in answers] == [[name] for name in names]


def test_endpoints_by_http_and_no_key_is_told(sandbox: Sandbox, inbox: Inbox) -> None:
    added = ask(sandbox, "PUT", "endpoints/mine", {"url": inbox.url, "secret": SECRET, "events": ["order.*"]})
    assert added.status_code == 200
    ask(sandbox, "PUT", "endpoints/webhooks", {"enabled": False})
    ask(sandbox, "POST", "scenarios/refund-in-full", {})
    ask(sandbox, "POST", "deliveries/settle")
    assert {one.split(".")[0] for one in inbox.events} == {"order"}
    ask(sandbox, "PUT", "endpoints/mine", {"url": f"{inbox.url}?key={SECRET}"})
    ask(sandbox, "POST", "actions/checkout")
    ask(sandbox, "POST", "deliveries/settle")
    delivered = ask(sandbox, "GET", "deliveries")
    assert "/webhooks/steppay" in delivered.text
    listed = ask(sandbox, "GET", "endpoints")
    assert [one["name"] for one in listed.json()["endpoints"]] == ["webhooks", "mine"]
    assert SECRET not in listed.text + added.text + delivered.text
    assert ask(sandbox, "DELETE", "endpoints/mine").json() == {}


def test_a_reset_by_http(sandbox: Sandbox) -> None:
    ask(sandbox, "POST", "actions/checkout")
    assert ask(sandbox, "POST", "reset", {"seed": 8}).json() | {"now": 0} == {
        "now": 0,
        "speed": 0.0,
        "seed": 8,
        "events": 0,
        "held": False,
        "waiting": 0,
        "endpoints": ["webhooks"],
        "notices": [],
    }
    assert ask(sandbox, "POST", "clock", {"speed": 60}).json()["speed"] == 60.0


@pytest.mark.parametrize(
    ("call", "body", "status", "told"),
    [
        ("GET nothing", None, 404, "is no call of the control API. Call one of: /_mock/"),
        ("GET advance", None, 405, "Call it with POST."),
        ("POST advance", {"day": 3}, 400, "Did you mean 'days'?"),
        ("POST advance", {"days": -3}, 400, "days=-3"),
        ("POST advance", {"days": "3"}, 400, "days"),
        ("POST advance", {"days": 3_660, "seconds": 1}, 400, "That is more than 3,660 days, the most of one call."),
        ("POST advance", {"minutes": 2**31}, 400, "That is more than 3,660 days"),
        ("POST advance", {"days": 10**400}, 400, "beyond the year 9999"),
        ("POST advance", [3], 400, "The body is no JSON object, or"),
        ("POST actions/cancle", {}, 400, "Did you mean 'cancel'?"),
        ("POST actions/cancel", {}, 400, "subscription"),
        ("POST scenarios/refund", {}, 400, "refund-in-full"),
        ("POST orders/order_unknown12/pay", {}, 400, "The store has no order 'order_unknown12'"),
        ("PUT endpoints/mine", {}, 400, "has no url. Give it."),
        ("PUT endpoints/mine", {"url": "https://example.com"}, 400, "is not this machine"),
        ("PUT endpoints/webhooks", {"name": "other"}, 400, "An endpoint has no field 'name'"),
        ("POST scenarios/refund-in-full", {"scenario": "x"}, 400, "Unknown parameter 'scenario'"),
        ("POST reset", {"parameters": 5}, 400, "parameters=5"),
        ("POST reset", {"scenario": {}}, 400, "Unknown scenario {}. `steppay-mock scenario list` shows all"),
        ("POST reset", {"scenario": ""}, 400, "Unknown scenario ''."),
        ("PUT endpoints/webhooks", {"order": "random"}, 400, "shuffled"),
        ("PUT endpoints/webhooks", {"fault": "nothing"}, 400, "nothing"),
        ("PUT endpoints/webhooks", {"events": "payment.*"}, 400, "is a list of event types"),
        ("DELETE endpoints/webhook", None, 400, "Did you mean 'webhooks'?"),
        ("POST deliveries/flush", {"order": "sorted"}, 400, "order"),
        ("POST deliveries/hold", {"held": "yes"}, 400, "held"),
        ("GET events?since=x", None, 400, "Give the number of events that you know"),
        pytest.param(f"GET events?since={'9' * 5000}", None, 400, "Give the number of events", id="since"),
        ("POST clock", {"speed": -1}, 400, "speed"),
        ("POST reset", {"seed": 1.5}, 400, "seed"),
    ],
)
def test_wrong_calls_say_what_to_do(sandbox: Sandbox, call: str, body: Any, status: int, told: str) -> None:
    method, _, path = call.partition(" ")
    answer = ask(sandbox, method, path, body)
    assert answer.status_code == status, answer.text
    assert told in answer.json()["error"]


@pytest.mark.parametrize(
    ("call", "body", "told"),
    [
        ("advance", "[" * 100_000, "The body is no JSON object, or a very deep one."),
        ("actions/checkout", '{"a":' * 900 + "1" + "}" * 900, "or a very deep one. Send "),
        ("reset", '{"seed": "\\ud800"}', "The body has half a surrogate pair in a text. Send whole characters."),
        ("actions/draft_invoice", '{"memo": "\\ud800"}', "The body has half a surrogate pair"),
        ("renewals/fail", '{"subscription": []}', "subscription"),
        (f"orders/{'9' * 5000}/pay", "{}", "no order"),
    ],
    ids=["deep", "deep-object", "seed", "memo", "list", "order"],
)
def test_hostile_bodies_are_refused_and_change_nothing(sandbox: Sandbox, call: str, body: str, told: str) -> None:
    sandbox.store.checkout()
    before = sandbox.status()
    answer = requests.post(f"{sandbox.url}/_mock/{call}", data=body, timeout=30)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/json"), answer.text
    assert told in answer.json()["error"]
    after = ask(sandbox, "GET", "status").json()
    assert (after["seed"], after["events"]) == (before["seed"], before["events"])


@pytest.mark.parametrize(
    ("headers", "path", "status"),
    [
        ({"Host": "evil.example"}, "/_mock/status", 403),
        ({"Host": "127.0.0.1.evil.example:80"}, "/_mock/status", 403),
        ({"Host": "evil.example"}, "/api/v1/orders", 403),
        ({"Host": "localhost"}, "/_mock/status", 200),
        ({"Host": "[::1]:8090"}, "/_mock/status", 200),
        ({"Origin": "https://evil.example"}, "/_mock/status", 200),
    ],
)
def test_foreign_hosts_are_refused(sandbox: Sandbox, headers: dict[str, str], path: str, status: int) -> None:
    assert requests.get(sandbox.url + path, headers=headers, timeout=5).status_code == status


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://[", "https://{host}", "ftp://{host}"]
)
def test_a_form_of_another_site_changes_nothing(sandbox: Sandbox, origin: str) -> None:
    host = sandbox.url.removeprefix("http://")
    answer = ask(sandbox, "POST", "actions/checkout", Origin=origin.format(host=host))
    assert answer.status_code == 403
    assert "is another site" in answer.json()["error"]
    assert sandbox.events == []
    assert ask(sandbox, "POST", "actions/checkout", Origin=sandbox.url).status_code == 200
    tunnelled = {"Origin": f"https://{host}", "X-Forwarded-Proto": "https"}
    assert ask(sandbox, "POST", "actions/checkout", **tunnelled).status_code == 200
