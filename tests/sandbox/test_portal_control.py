"""The pages that act on the whole sandbox: webhooks that wait, a new store, and any action of the store."""

from __future__ import annotations

import pytest
import requests
from sandbox.conftest import Inbox
from sandbox.reading_portal import press, show

from steppay_mock import Sandbox
from steppay_mock.sandbox.acts import ACTIONS

# Webhooks that wait.


def test_webhooks_wait_and_are_delivered_in_another_order(sandbox: Sandbox, inbox: Inbox) -> None:
    page = press(show(sandbox, "/"), "/holding", "hold")
    assert sandbox.status()["held"]
    assert "hold" not in page.buttons_of("/holding")
    assert "details" not in page.tags, "what is open is not shown anew, and the list would stand still"
    sandbox.store.checkout()
    sandbox.settle()
    assert inbox.events == []
    assert "held back: 5" in show(sandbox, "/").text
    page = press(show(sandbox, "/"), "/holding", "flush", order="reversed", seed="7", duplicates="1")
    assert page.status == 200
    happened = [str(event.type) for event in sandbox.events]
    assert sorted(inbox.events) == sorted(happened * 2)
    assert list(dict.fromkeys(inbox.events)) == happened[::-1]
    press(show(sandbox, "/"), "/holding", "release")
    assert not sandbox.status()["held"]


def test_the_same_seed_shuffles_in_the_same_order(sandbox: Sandbox, inbox: Inbox) -> None:
    press(show(sandbox, "/"), "/holding", "hold")
    orders = []
    for seed in ("first", "first", "second"):
        press(show(sandbox, "/store"), "/store/reset", "ask")
        sandbox.reset(seed=7)
        sandbox.store.checkout()
        sandbox.advance(days=31)
        inbox.payloads.clear()
        press(show(sandbox, "/"), "/holding", "flush", order="shuffled", seed=seed)
        orders.append(inbox.events)
    assert orders[0] == orders[1] != orders[2]


def test_settle_waits_for_the_answers(sandbox: Sandbox, inbox: Inbox) -> None:
    sandbox.store.checkout()
    assert press(show(sandbox, "/"), "/holding", "settle").status == 200
    assert len(inbox.events) == len(sandbox.events)


@pytest.mark.parametrize(
    "data",
    [{"do": "explode"}, {}, {"do": "flush", "order": "sorted"}, {"do": "flush", "duplicates": "2"}],
)
def test_what_webhooks_cannot_do_is_told(sandbox: Sandbox, data: dict[str, str]) -> None:
    answer = requests.post(f"{sandbox.url}/holding?lang=en", data=data, timeout=5)
    assert (answer.status_code, "The request is wrong" in answer.text) == (400, True)


# A new store.


def test_a_reset_asks_first(sandbox: Sandbox) -> None:
    sandbox.store.checkout()
    asked = press(show(sandbox, "/store"), "/store/reset", "ask", seed="42", scenario="refund-in-full")
    assert len(sandbox.events) == 5, "nothing is lost before the answer"
    assert "its 5 events are lost" in asked.text
    assert asked.links["Do not"] == "/store"
    page = press(asked, "/store/reset", "reset")
    assert page.url == f"{sandbox.url}/store"
    assert sandbox.status()["seed"] == 42
    assert "payment.canceled" in [str(event.type) for event in sandbox.events]


def test_a_reset_without_words_begins_as_before(sandbox: Sandbox) -> None:
    customer = sandbox.store.customers[0].id
    sandbox.store.checkout()
    press(press(show(sandbox, "/store"), "/store/reset", "ask"), "/store/reset", "reset")
    assert (len(sandbox.events), sandbox.store.customers[0].id) == (0, customer)
    press(press(show(sandbox, "/store"), "/store/reset", "ask", seed="영업"), "/store/reset", "reset")
    assert sandbox.status()["seed"] == "영업"


@pytest.mark.parametrize("data", [{}, {"do": "yes"}, {"do": "reset", "scenario": "no-such"}])
def test_a_wrong_reset_loses_nothing(sandbox: Sandbox, data: dict[str, str]) -> None:
    sandbox.store.checkout()
    assert requests.post(f"{sandbox.url}/store/reset", data=data, timeout=5).status_code == 400
    assert len(sandbox.events) == 5


# Any action.


def test_every_action_has_a_form_with_its_arguments(sandbox: Sandbox) -> None:
    for action in ACTIONS:
        page = show(sandbox, "/store/actions", action=action)
        assert page.status == 200
        form = page.form(f"/store/actions?action={action}")
        assert form.buttons == ["act"]
        assert form.fields
    assert "Renew it before its period ends" in show(sandbox, "/store/actions", action="renew_now").text
    fields = show(sandbox, "/store/actions", action="checkout").forms[-1].fields
    assert {"price", "customer", "quantity", "trial_days", "purchase_deadline"} <= fields.keys()


def test_an_action_is_done_with_json_and_texts(sandbox: Sandbox) -> None:
    sandbox.store.checkout()
    path = "/store/actions?action=pause"
    page = press(show(sandbox, "/store/actions", action="pause"), path, "act", until='[2, "WEEK"]')
    assert sandbox.store.subscriptions[0].pause_for == (2, "WEEK")
    assert page.alerts == ["It brought 1 webhooks:"]
    assert "subscription.updated" in page.texts
    path = "/store/actions?action=create_customer"
    press(show(sandbox, "/store/actions", action="create_customer"), path, "act", name="이 고객", marketing='["SMS"]')
    assert (sandbox.store.customers[-1].words["name"], sandbox.store.customers[-1].marketing) == ("이 고객", ("SMS",))


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("__init__", {"do": "act"}),
        ("advance", {"do": "act"}),
        ("", {"do": "act"}),
        ("cancel", {"do": "other"}),
        ("cancel", {"do": "act"}),
        ("cancel", {"do": "act", "at_period_end": "perhaps"}),
        ("update_product", {"do": "act", "name": "x"}),
        ("draft_invoice", {"do": "act", "memo": "{" * 5000}),
    ],
)
def test_a_wrong_action_is_told(sandbox: Sandbox, action: str, data: dict[str, str]) -> None:
    count = len(sandbox.events)
    answer = requests.post(f"{sandbox.url}/store/actions", params={"action": action}, data=data, timeout=5)
    memo = data.get("memo")
    assert answer.status_code == (200 if memo else 400)
    assert len(sandbox.events) == count + (1 if memo else 0)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_what_was_filled_in_stays_after_a_refusal(sandbox: Sandbox) -> None:
    path = "/store/actions?action=pause"
    page = press(show(sandbox, "/store/actions", action="pause"), path, "act", until='[2, "<b>"]')
    assert page.status == 400
    assert page.form(path).fields["until"] == '[2, "<b>"]'
