"""Events of one's own go to the endpoints of a sandbox: sent, sent again edited, and on its page."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from sandbox.conftest import Inbox, Open
from sandbox.reading_portal import show
from sandbox.senders import an_event

from steppay_mock import Sandbox, SteppayMockError


def ask(sandbox: Sandbox, path: str, body: Any) -> requests.Response:
    return requests.post(f"{sandbox.url}/_mock/{path}", json=body, timeout=30)


def test_own_events_are_deliveries_and_none_of_the_store(sandbox: Sandbox, inbox: Inbox) -> None:
    (report,) = sandbox.send([an_event(), an_event("order.created")])
    assert (report.planned, report.succeeded, report.ok) == (2, 2, True)
    assert inbox.payloads == [an_event().payload, an_event("order.created").payload]
    assert sandbox.events == []
    assert [row["Event"].split()[0] for row in show(sandbox, "/deliveries").listed] == [
        "order.created",
        "payment.completed",
    ]
    sandbox.store.checkout(pays="later")
    sandbox.settle()
    assert inbox.events[2:] == ["order.created"]


def test_a_text_is_sent_byte_for_byte_and_a_payload_as_steppay_writes_it(sandbox: Sandbox) -> None:
    text = '{ "event": "order.lost", "timestamp": 1, "data": {"name": "\\uae40"} }\n'
    answer = ask(sandbox, "deliveries", {"events": [text, an_event().payload]})
    (report,) = answer.json()["reports"]
    assert report["succeeded"] == 2
    sent = [
        requests.get(f"{sandbox.url}/_mock/deliveries/{number}", timeout=20).json()["delivery"]["sent"]
        for number in (1, 2)
    ]
    assert sent == [text, an_event().body.decode()]


def test_each_endpoint_gets_what_it_is_registered_for(open_sandbox: Open, inbox: Inbox) -> None:
    with open_sandbox(held=True, endpoint={"events": ["order.*"]}) as sandbox:
        sandbox.change_endpoint("all", url=inbox.url, secret="whsec_of_the_tests", order="reversed")
        sandbox.change_endpoint("off", url=inbox.url, enabled=False)
        reports = sandbox.send([an_event(), an_event("order.created")])
        assert [(one.receiver.split()[0], one.planned) for one in reports] == [("webhooks", 1), ("all", 2)]
        inbox.payloads.clear()
        (report,) = sandbox.send(an_event(), endpoint="all", duplicates=1.0)
        assert report.planned == 2
        assert inbox.events == ["payment.completed"] * 2
        with pytest.raises(SteppayMockError, match=r"has no endpoint 'al'\. Did you mean 'all'"):
            sandbox.send(an_event(), endpoint="al")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "events is a list of payloads"),
        ({"events": []}, "events is a list of payloads"),
        ({"events": ["nonsense"]}, "The captured body is no JSON"),
        ({"events": [5]}, "An event is an Event or a payload dict, not int."),
        ({"events": ['{"a": 1}']}, "has no member 'event'"),
        ({"events": [{"event": "a.b"}], "to": "x"}, "The body has no member 'to'."),
        ({"events": [{"event": "a.b"}], "order": "sorted"}, "order"),
        ({"events": [{"event": "a.b"}], "endpoint": "x"}, "has no endpoint 'x'"),
    ],
)
def test_what_cannot_be_sent_is_refused(sandbox: Sandbox, body: Any, message: str) -> None:
    answer = ask(sandbox, "deliveries", body)
    assert (answer.status_code, message in answer.json()["error"]) == (400, True), answer.text


def test_without_an_endpoint_it_says_how_to_add_one() -> None:
    with Sandbox(seed=7) as sandbox:
        answer = ask(sandbox, "deliveries", {"events": [an_event().payload]})
        assert "no endpoint that is switched on. Add one" in answer.json()["error"]


def test_a_delivery_is_sent_again_as_it_was_or_edited(sandbox: Sandbox, inbox: Inbox) -> None:
    sandbox.send(an_event())
    (again,) = ask(sandbox, "deliveries/1/resend", {}).json()["reports"]
    assert (again["planned"], again["outcomes"][0]["status"]) == (1, 200)
    edited = json.dumps({**an_event().payload, "timestamp": 5})
    (report,) = ask(sandbox, "deliveries/1/resend", {"body": edited, "times": 2}).json()["reports"]
    assert report["planned"] == 2
    assert inbox.payloads == [an_event().payload] * 2 + [{**an_event().payload, "timestamp": 5}] * 2
    assert ask(sandbox, "deliveries/1/resend", {"wait": False, "after": 3600}).json() == {"reports": []}
    for path, body, message in (
        ("9", {}, "There is no delivery 9"),
        ("1", {"body": 5}, "body is no text."),
        ("1", {"body": "x"}, "The captured body is no JSON"),
        ("1", {"bodies": "x"}, "Did you mean 'body'?"),
        ("1", {"times": 0}, "times"),
        ("1", {"wait": 5}, "wait"),
    ):
        answer = ask(sandbox, f"deliveries/{path}/resend", body)
        assert (answer.status_code, message in answer.json()["error"]) == (400, True), answer.text
