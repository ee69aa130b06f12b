"""The page of one delivery: fields, signature, answer, differences, buttons, texts to copy."""

from __future__ import annotations

import json
from collections.abc import Iterable
from time import monotonic, time
from typing import Any

import pytest
import requests
from sandbox.conftest import SECRET, Inbox, Open
from sandbox.reading_portal import PortalPage, press, show
from serving import served

from steppay_mock import Sandbox, sign
from steppay_mock.delivery.journal.reading import read_journal
from steppay_mock.wire.shown_url import MASK

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture
def paid(sandbox: Sandbox) -> Sandbox:
    """A sandbox with a subscription, whose five webhooks were delivered."""
    sandbox.store.checkout()
    sandbox.settle()
    return sandbox


def field_of(page: PortalPage, name: str) -> dict[str, str]:
    return next(row for row in page.listed if row.get("Field") == name and "Meaning" in row)


def test_fields_have_their_meaning_and_their_fact(paid: Sandbox) -> None:
    page = show(paid, "/deliveries/3")
    assert page.headings == ["Delivery 3: payment.completed"]
    row = field_of(page, "paymentId")
    assert row["Value"] == str(paid.store.payments[0].id)
    assert (row["Meaning"], row["Fact"]) == ("The payment's number.", "15")
    assert field_of(page, "timestamp")["Meaning"] == "When it happened: seconds since the epoch."
    assert field_of(page, "userName")["Meaning"] == "Full name."


def test_raw_bytes_headers_and_signature(paid: Sandbox) -> None:
    page = show(paid, "/deliveries/3")
    body = paid.events[2].body
    assert body.decode() in page.blocks
    headers = dict(line.split(": ", 1) for line in page.blocks[1].splitlines())
    assert list(headers)[:2] == ["accept", "te"]
    assert headers["content-length"] == str(len(body))
    stamp = headers["steppay-signature"].partition("timestamp=")[2].partition(",")[0]
    assert headers["steppay-signature"] == sign(body, SECRET, timestamp=int(stamp))
    assert f"The right header: {headers['steppay-signature']}" in page.text
    assert f"{len(body)} bytes" in page.text
    assert SECRET not in page.html


def test_the_difference_to_the_event_before(paid: Sandbox) -> None:
    page = show(paid, "/deliveries/2")
    changes = {row["Field"]: (row["Before"], row["After"]) for row in page.listed if "Before" in row}
    assert changes["$.event"] == ('"order.created"', '"order.updated"')
    assert changes["$.data.items[0].status"] == ('"CREATED"', '"PAID"')
    assert page.links["#1"] == "/deliveries/1"
    assert "Before" not in " ".join(name for row in show(paid, "/deliveries/1").listed for name in row)


def test_an_unknown_delivery_is_not_found(paid: Sandbox) -> None:
    for number in ("99", "0", "9" * 30, "x"):
        assert show(paid, f"/deliveries/{number}").status == 404


# Buttons.


def bodies(sandbox: Sandbox, inbox: Inbox) -> list[dict[str, Any]]:
    sandbox.settle()
    return inbox.payloads[5:]


@pytest.mark.parametrize(("button", "count"), [("again", 1), ("twice", 2)])
def test_a_delivery_is_sent_again_signed_anew(paid: Sandbox, inbox: Inbox, button: str, count: int) -> None:
    page = press(show(paid, "/deliveries/3"), "/deliveries/3", button)
    assert page.headings in (["Deliveries"], ["전송 내역"])
    assert bodies(paid, inbox) == [paid.events[2].payload] * count
    assert len(paid.events) == 5
    found = [one for one in show(paid, "/").badges if one][:count]
    assert all("duplicate of #3" in one for one in found)


def test_a_delivery_is_sent_late(paid: Sandbox, inbox: Inbox) -> None:
    began = time()
    press(show(paid, "/deliveries/3"), "/deliveries/3", "late", seconds="0.5")
    assert bodies(paid, inbox) == [paid.events[2].payload]
    with read_journal(paid.path) as journal:
        assert journal.attempts(6)[0].sent_at >= began + 0.5


def test_what_is_sent_late_is_pending_until_then(paid: Sandbox, inbox: Inbox) -> None:
    press(show(paid, "/deliveries/3"), "/deliveries/3", "late", seconds="3600")
    deadline = monotonic() + 30
    while len(show(paid, "/").listed) == 5:  # the plan is written in a thread of its own
        assert monotonic() < deadline
    row = show(paid, "/").listed[0]
    assert (row["State"], row["Attempts"]) == ("Pending", "0")
    assert len(inbox.payloads) == 5


def test_what_was_changed_is_checked_and_sent(paid: Sandbox, inbox: Inbox) -> None:
    payload = {**paid.events[2].payload, "timestamp": "yesterday"}
    action = "/deliveries/3#edited"
    page = show(paid, "/deliveries/3")
    assert json.loads(page.blocks[-5]) == paid.events[2].payload
    checked = press(page, action, "check", body=json.dumps(payload))
    assert checked.status == 200
    assert any("$.timestamp" in text for text in checked.alerts)
    assert json.loads(checked.blocks[-5]) == payload
    assert bodies(paid, inbox) == []
    press(checked, action, "edited", body=json.dumps(payload))
    assert bodies(paid, inbox) == [payload]
    assert any("breaks the contract: $.timestamp" in one for one in show(paid, "/").badges[1])
    right = press(page, action, "check", body=json.dumps(paid.events[2].payload))
    assert right.alerts in (["It keeps the contract."], ["규격에 맞습니다."])
    for wrong, sent in (("{no JSON", "{no JSON"), ("", "nothing")):
        (alert,) = press(page, action, "check", body=wrong).alerts
        assert alert.split("sent:")[1].split("next:")[0].strip() == sent


@pytest.mark.parametrize(
    ("button", "changes"),
    [("edited", {"body": "no JSON"}), ("late", {"seconds": "soon"}), ("late", {"seconds": "90000"}), ("other", {})],
)
def test_what_cannot_be_done_is_told(paid: Sandbox, inbox: Inbox, button: str, changes: dict[str, str]) -> None:
    answer = requests.post(f"{paid.url}/deliveries/3", data={"do": button, **changes}, timeout=5)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert bodies(paid, inbox) == []


def test_a_delivery_whose_endpoint_is_gone_has_no_buttons(paid: Sandbox, inbox: Inbox) -> None:
    paid.endpoints.remove("webhooks")
    page = show(paid, "/deliveries/3")
    assert page.forms == []
    assert f"key={MASK}" in page.html
    answer = requests.post(f"{paid.url}/deliveries/3", data={"do": "again"}, timeout=5)
    assert answer.status_code == 400
    assert bodies(paid, inbox) == []


# Texts to copy.


def test_the_test_of_pytest_runs(paid: Sandbox, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    text = next(one for one in show(paid, "/deliveries/3").blocks if "def test_payment_completed" in one)
    monkeypatch.setenv("STEPPAY_WEBHOOK_SECRET", SECRET)
    names: dict[str, Any] = {}
    exec(text, names)
    names["test_payment_completed"]()
    assert bodies(paid, inbox) == [paid.events[2].payload]


def test_no_text_has_the_key(paid: Sandbox) -> None:
    *_, curl, fetch, _pytest, vitest = show(paid, "/deliveries/3").blocks
    assert curl.startswith("# signs with the secret in STEPPAY_WEBHOOK_SECRET\nbody='{")
    assert f"curl --request POST {paid.endpoints['webhooks'].url}" in curl
    assert "process.env.STEPPAY_WEBHOOK_SECRET" in fetch
    assert 'test("payment.completed", async () => {' in vitest
    assert json.dumps(paid.events[2].body.decode(), ensure_ascii=False) in vitest


# Safety.


def test_captured_data_is_text(open_sandbox: Open) -> None:
    def receiver(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start_response("500 Broken", [("X-Told", EVIL), ("Content-Type", "text/html")])
        return [EVIL.encode()]

    with served(receiver) as url, open_sandbox(forward_to=url, store={"product": {"name": EVIL}}) as sandbox:
        sandbox.store.checkout()
        sandbox.settle()
        for path in ("/deliveries/3", "/", "/?search=alert"):
            page = show(sandbox, path)
            assert (page.tags.count("script"), page.tags.count("img")) == (1, 0)
        page = show(sandbox, "/deliveries/3")
        assert EVIL in page.blocks[1]
        assert f"X-Told: {EVIL}" in page.blocks[0] or f"x-told: {EVIL}" in page.blocks[0]
        assert EVIL in field_of(page, "productName")["Value"]
