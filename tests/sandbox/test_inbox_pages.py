"""The pages of the inbox: the list, one webhook, and the button that forwards it again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from time import time

import pytest
import requests
from sandbox.conftest import Inbox
from sandbox.reading_portal import PortalPage, press, show
from sandbox.senders import KEY, TUNNEL, an_event, send

from steppay_mock import Sandbox, sign
from steppay_mock.wire.shown_url import MASK

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;"


@pytest.fixture
def listening() -> Iterator[Sandbox]:
    """A sandbox whose inbox has the key."""
    with Sandbox(seed=7, secret=KEY) as found:
        yield found


def badges(page: PortalPage) -> list[list[str]]:
    return [found for row, found in zip(page.rows, page.badges, strict=True) if row]


def test_the_list_tells_what_came_and_what_is_unusual(listening: Sandbox) -> None:
    first, second, third = (
        an_event(now=1_700_000_000 + second, data={"paidAmount": paid}) for second, paid in ((0, 1), (1, 1), (1, 2))
    )
    send(listening, second.body)
    send(listening, first.body)
    send(listening, second.body)
    send(listening, third.body, to="other", key="wrong")
    send(listening, third.body, at=time() - 4_000)
    send(listening, b'{"id": 5, "status": "ACTIVE"}', key=None)
    send(listening, b"not JSON", key=None)
    send(listening, json.dumps({**first.payload, "timestamp": "soon"}).encode())
    page = show(listening, "/inbox")
    assert page.headings == ["Inbox"]
    assert badges(page) == [
        ["signature valid", "breaks the contract: $.timestamp"],
        ["signature missing", "no JSON"],
        ["webhook v1: never signed"],
        ["signature stale", "same second as #1"],
        ["signature wrong"],
        ["signature valid", "duplicate of #1"],
        ["signature valid", "out of order: #1 is newer"],
        ["signature valid"],
    ]
    rows = page.listed
    assert rows[7]["Event"].startswith("payment.completed #1")
    assert rows[7]["About"] == f"payment {first.data['paymentId']} COMPLETE"
    assert [row["Inbox"] for row in rows[3:5]] == ["shop", "other"]
    assert rows[2]["Event"].startswith("v1.subscription #6")
    assert rows[1]["Event"].startswith("no event #7")
    assert f"{listening.url}/in/shop" in page.text
    assert "the newest 1000 are kept" in page.text


def test_the_list_is_short_whatever_was_sent(listening: Sandbox) -> None:
    data = {"id": 5, "orderId": "i" * 100_000, "status": "s" * 100_000}
    send(listening, json.dumps({"event": "e" * 100_000, "data": data}).encode())
    send(listening, json.dumps({"event": "order.created", "data": {**data, "id": "i" * 100_000}}).encode())
    page = show(listening, "/inbox")
    assert [row["Event"][:5] for row in page.listed] == ["order", "eeeee"]
    assert all(len(row[name]) < 300 for row in page.listed for name in ("Event", "About"))


def test_the_list_is_filtered(listening: Sandbox) -> None:
    for name, inbox in (("order.created", "shop"), ("payment.completed", "shop"), ("payment.completed", "other")):
        send(listening, an_event(name).body, to=inbox)

    def numbers(**query: str) -> list[str]:
        return [row["Event"].split("#")[1].split()[0] for row in show(listening, "/inbox", **query).listed]

    assert numbers() == ["3", "2", "1"]
    assert numbers(event="payment.completed") == ["3", "2"]
    assert numbers(event="payment.completed", inbox="shop") == ["2"]
    assert numbers(search=str(an_event("order.created").data["id"])) == ["1"]
    assert numbers(before="3") == ["2", "1"]
    assert numbers(before="x", search="  ") == ["3", "2", "1"]
    page = show(listening, "/inbox")
    assert page.options["event"] == ["", "order.created", "payment.completed"]
    assert page.options["inbox"] == ["", "other", "shop"]


def test_an_empty_inbox_says_where_webhooks_go(listening: Sandbox) -> None:
    for lang, word in (("en", "Nothing came in yet."), ("ko", "아직 받은 웹훅이 없습니다.")):
        page = show(listening, "/inbox", lang=lang)
        assert word in page.text
        assert f"{listening.url}/in/steppay" in page.text
    requests.get(f"{listening.url}/in/shop", timeout=20)
    assert "GET /in/shop 405: The inbox 'shop' takes webhooks by POST." in show(listening, "/inbox").text


def test_one_webhook_is_shown_as_a_delivery_is(listening: Sandbox) -> None:
    event = an_event()
    send(listening, event.body, at=1_706_002_316)
    page = show(listening, "/inbox/1")
    assert page.headings == ["Webhook 1: payment.completed"]
    row = next(row for row in page.listed if row.get("Field") == "paymentId")
    assert (row["Meaning"], row["Fact"]) == ("The payment's number.", "15")
    assert event.body.decode() in page.blocks
    head = page.blocks[0].splitlines()
    assert f"Host: {TUNNEL}" in head
    header = sign(event.body, KEY, timestamp=1_706_002_316)
    assert f"Steppay-Signature: {header}" in head
    assert f"The right header: {header}" in page.text
    assert "1706002316 · 2024-01-23T09:31:56.000+00:00" in page.text
    assert "A replay? Refuse it." in page.text
    assert KEY not in page.html
    assert "It was not forwarded." in page.text


def test_a_signature_without_a_key_or_with_an_absurd_time_is_shown_too(listening: Sandbox) -> None:
    with Sandbox(seed=8) as other:
        send(other, b"{}")
        page = show(other, "/inbox/1")
        assert "unknown: the inbox has no key." in page.text
        assert "signature not checked: no key" in page.text
    send(listening, b"{}", key=None, headers={"Steppay-Signature": "timestamp=999999999999999,key=abc"})
    assert show(listening, "/inbox/1").status == 200
    send(listening, b"{}", key=None)
    assert "signature missing" in show(listening, "/inbox/2").text


def test_a_webhook_v1_has_its_meanings_and_its_form_too(listening: Sandbox) -> None:
    for body in (b'{"id": 5, "status": "ACTIVE"}', b"id=5&status=CANCELED"):
        send(listening, body, key=None)
    page = show(listening, "/inbox/2")
    assert page.headings == ["Webhook 2: v1.subscription"]
    rows = {row["Field"]: row for row in page.listed if "Meaning" in row}
    assert (rows["id"]["Value"], rows["status"]["Value"]) == ("5", '"CANCELED"')
    assert rows["status"]["Meaning"]
    changes = {row["Field"]: (row["Before"], row["After"]) for row in page.listed if "Before" in row}
    assert changes == {"$.status": ('"ACTIVE"', '"CANCELED"')}


def test_what_breaks_the_contract_is_told_and_marked(listening: Sandbox) -> None:
    send(listening, json.dumps({**an_event().payload, "timestamp": "soon"}).encode())
    page = show(listening, "/inbox/1")
    assert "$.timestamp" in page.text
    assert 'class="broken"' in page.html


def test_the_difference_to_the_event_before_in_the_same_inbox(listening: Sandbox) -> None:
    events = [an_event(now=1_700_000_000 + second) for second in (0, 5)]
    send(listening, events[0].body)
    send(listening, events[1].body, to="other")
    send(listening, events[1].body)
    page = show(listening, "/inbox/3")
    changes = {row["Field"]: (row["Before"], row["After"]) for row in page.listed if "Before" in row}
    assert changes["$.timestamp"] == ("1700000000", "1700000005")
    assert page.links["#1"] == "/inbox/1"
    assert "Before" not in " ".join(name for row in show(listening, "/inbox/2").listed for name in row)


def test_a_button_forwards_it(listening: Sandbox, inbox: Inbox) -> None:
    listening.inbox.change("shop", secrets=["whsec_of_the_tests"])
    send(listening, an_event().body, key="whsec_of_the_tests")
    page = press(show(listening, "/inbox/1"), "/inbox/1", "forward")
    assert (page.status, page.alerts) == (400, [page.alerts[0]])
    assert "The inbox 'shop' forwards to nowhere." in page.alerts[0]
    page = press(page, "/inbox/1", "forward", to=inbox.url)
    assert page.status == 200
    assert inbox.payloads == [an_event().payload]
    listening.inbox.change("shop", forward_to=inbox.url)
    page = press(show(listening, "/inbox/1"), "/inbox/1", "forward")
    assert len(inbox.payloads) == 2
    assert "Attempt 2" in show(listening, "/inbox/1").text
    assert "curl --request POST" in "".join(page.blocks)
    assert show(listening, "/inbox").listed[0]["Answer after forwarding"] == "200"
    assert press(show(listening, "/inbox/1"), "/inbox/1", "forward", to="https://example.com").status == 400
    wrong = requests.post(f"{listening.url}/inbox/1", data={"do": "eat"}, timeout=20, headers={"Accept-Language": "en"})
    assert "A webhook has no such button." in wrong.text


def test_an_unknown_webhook_is_not_found(listening: Sandbox) -> None:
    for number in ("1", "0", "9" * 30, "x"):
        assert show(listening, f"/inbox/{number}").status == 404


def test_markup_is_text(listening: Sandbox) -> None:
    listening.inbox.change("shop", forward_to="http://localhost:9/<script>")
    payload = {**an_event().payload, "event": EVIL, EVIL: EVIL}
    send(listening, json.dumps(payload).encode(), headers={"X-Evil": EVIL, "Steppay-Signature": EVIL})
    requests.post(f"{listening.url}/in/shop?{EVIL}", data=EVIL, timeout=20)
    requests.get(f"{listening.url}/in/{EVIL}", timeout=20)
    listening.settle()
    for path in ("/inbox", "/inbox/1", "/inbox/2"):
        page = show(listening, path)
        assert page.status == 200
        assert page.tags.count("script") == 1  # live.js
        assert "img" not in page.tags
    assert EVIL in show(listening, "/inbox/1").text
    assert EVIL in show(listening, "/inbox/2").blocks


def test_the_first_page_is_that_of_the_inbox_where_that_is_asked_for(listening: Sandbox) -> None:
    assert show(listening, "/").headings == ["Deliveries"]
    with Sandbox(seed=7, inbox_first=True) as sandbox:
        assert show(sandbox, "/").headings == ["Inbox"]
        page = show(sandbox, "/deliveries")
        assert page.headings == ["Deliveries"]
        assert [page.links[name] for name in ("Deliveries", "Store", "Endpoints", "Inbox")] == [
            "/deliveries",
            "/store",
            "/endpoints",
            "/inbox",
        ]


def test_the_page_hears_of_each_webhook(listening: Sandbox) -> None:
    with requests.get(f"{listening.url}/events", stream=True, timeout=20) as stream:
        lines = stream.iter_lines()
        while next(lines) != b"event: begun":
            pass
        send(listening, b"{}")
        while next(lines) != b"event: changed":
            pass
    html = requests.get(f"{listening.url}/inbox", timeout=20).text
    assert 'id="live"' in html
    assert 'id="lost"' in html


def test_secrets_of_the_sender_are_masked(listening: Sandbox) -> None:
    requests.post(
        f"{listening.url}/in/shop?token=opensesame", data=b"{}", headers={"Authorization": "Basic x:y"}, timeout=20
    )
    page = show(listening, "/inbox/1")
    assert f"/in/shop?token={MASK}" in page.text
    assert f"Authorization: {MASK}" in page.blocks[0].splitlines()
