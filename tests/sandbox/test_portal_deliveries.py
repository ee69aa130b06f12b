"""The page of deliveries: rows, badges, filters, live updates."""

from __future__ import annotations

import re
from threading import Thread
from threading import enumerate as enumerate_threads
from time import monotonic

import pytest
import requests
from sandbox.conftest import Inbox, Open
from sandbox.reading_portal import show

from steppay_mock import Sandbox

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture
def delivered(sandbox: Sandbox) -> Sandbox:
    """A sandbox with a subscription, whose five webhooks were delivered."""
    sandbox.store.checkout()
    sandbox.settle()
    return sandbox


def test_deliveries_are_listed_the_newest_first(delivered: Sandbox) -> None:
    page = show(delivered, "/")
    assert page.headings == ["Deliveries"]
    assert [row["Event"].split()[0] for row in page.listed] == [
        "order.payment_completed",
        "subscription.created",
        "payment.completed",
        "order.updated",
        "order.created",
    ]
    subscription = delivered.store.subscriptions[0]
    row = page.listed[1]
    assert row["About"] == f"subscription {subscription.id} ACTIVE"
    assert (row["State"], row["Answer"], row["Attempts"], row["Endpoint"]) == ("Success", "200", "1", "webhooks")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row["Sent at"])
    assert re.fullmatch(r"[\d,]+\.\d", row["ms"])
    assert page.links["subscription.created"] == "/deliveries/4"


def test_the_state_is_written_as_the_portal_does(delivered: Sandbox, inbox: Inbox) -> None:
    inbox.status = 500
    delivered.store.cancel()
    delivered.settle()
    page = show(delivered, "/", lang="ko")
    assert {row["상태"] for row in page.listed} == {"성공", "실패"}
    assert page.listed[0]["응답"].startswith("500")


def test_a_page_without_deliveries_says_what_comes(sandbox: Sandbox) -> None:
    assert "its webhooks stand here" in show(sandbox, "/").text
    assert show(sandbox, "/").listed == []


# Badges.


def test_a_right_signature_and_the_same_second(delivered: Sandbox) -> None:
    page = show(delivered, "/")
    found = [one for one in page.badges if one]
    assert all(one[0] == "signature valid" for one in found)
    assert found[0] == ["signature valid", "same second as #2"]
    assert found[4] == ["signature valid"]


def test_what_comes_twice_and_what_comes_late(open_sandbox: Open) -> None:
    with open_sandbox(held=True) as sandbox:
        sandbox.store.checkout()
        sandbox.flush(order="reversed", duplicates=1.0)
        page = show(sandbox, "/")
        rows = list(zip(page.listed, (one for one in page.badges if one), strict=True))[::-1]
        assert [one["Event"].split()[0] for one, _ in rows[:2]] == ["order.payment_completed", "subscription.created"]
        assert "out of order: #1 is newer" in dict(enumerate(badges for _, badges in rows))[3]
        assert all(not any("duplicate" in badge for badge in badges) for _, badges in rows[:5])
        assert sorted(badge for _, badges in rows[5:] for badge in badges if "duplicate" in badge) == [
            f"duplicate of #{number}" for number in range(1, 6)
        ]


@pytest.mark.parametrize(
    ("fault", "badges"),
    [
        ("signature-missing", ["signature missing"]),
        ("timestamp-stale", ["signature stale"]),
        ("timestamp-future", ["signature from the future"]),
        ("wrong-secret", ["signature wrong"]),
        ("signature-garbage", ["signature malformed"]),
        ("key-missing", ["signature without a key"]),
        ("truncated", ["signature valid"]),
        ("body-gzip", ["signature valid", "no JSON"]),
    ],
)
def test_the_signature_that_was_sent_is_judged(sandbox: Sandbox, fault: str, badges: list[str]) -> None:
    sandbox.change_endpoint("webhooks", fault=fault)
    sandbox.store.checkout(pays="later")
    sandbox.settle()
    *_control, found = [one for one in show(sandbox, "/").badges if one]
    assert found == [*badges, f"fault: {fault}"]


# Filters.


def test_filters_and_search(delivered: Sandbox) -> None:
    def events(**query: str) -> list[str]:
        return [row["Event"].split()[0] for row in show(delivered, "/", **query).listed]

    assert events(event="payment.completed") == ["payment.completed"]
    assert events(state="FAIL") == []
    assert len(events(state="SUCCESS")) == 5
    assert len(events(endpoint="webhooks")) == 5
    assert events(endpoint="other") == []
    assert events(search=str(delivered.store.payments[0].id)) == ["payment.completed"]
    assert events(before="3") == ["order.updated", "order.created"]
    assert len(events(before="many")) == 5
    page = show(delivered, "/", event="payment.completed", search="<b>")
    assert (page.fields["event"], page.fields["search"]) == ("payment.completed", "<b>")
    strange = {"state": "ZZ", "endpoint": "gone", "event": "order.lost"}
    page = show(delivered, "/", **strange)  # it says what excludes all of them
    assert page.listed == []
    assert {name: page.fields[name] for name in strange} == strange


def test_a_long_list_goes_on_on_the_next_page(sandbox: Sandbox) -> None:
    for _ in range(21):
        sandbox.store.checkout()
    sandbox.settle()
    page = show(sandbox, "/", state="SUCCESS")
    assert len(page.listed) == 100
    older = show(sandbox, "/" + page.links["Older"])
    assert len(older.listed) == 5
    assert older.fields["state"] == "SUCCESS"


# Safety.


def test_captured_data_is_text(open_sandbox: Open) -> None:
    with open_sandbox(store={"product": {"name": EVIL}}) as sandbox:
        sandbox.store.checkout()
        sandbox.settle()
        page = show(sandbox, "/", search=EVIL)
        assert page.tags.count("script") == 1, "the page's own"
        assert page.tags.count("img") == 0
        assert len(page.listed) == 5


# Live.


def test_the_stream_tells_what_changes_and_ends_with_the_server(open_sandbox: Open) -> None:
    with open_sandbox() as sandbox:
        answer = requests.get(f"{sandbox.url}/events", stream=True, timeout=10)
        lines = answer.iter_lines(chunk_size=1)
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert answer.headers["Cache-Control"] == "no-store"
        assert [next(lines) for _ in range(3)] == [b"retry: 1000", b"event: begun", b"data: {}"]
        sandbox.store.checkout()
        assert next(one for one in lines if one.startswith(b"event:")) == b"event: changed"
    for _ in lines:  # to the end, which comes with the server's
        pass
    answer.close()


def test_the_stream_ends_when_the_browser_goes(sandbox: Sandbox) -> None:
    sandbox.hold()
    before = calls()
    answer = requests.get(f"{sandbox.url}/events", stream=True, timeout=10)
    assert next(answer.iter_lines(chunk_size=1)) == b"retry: 1000"
    (stream,) = calls() - before
    answer.close()
    deadline = monotonic() + 30
    while stream.is_alive():  # what is told to nobody ends it
        assert monotonic() < deadline
        sandbox.store.create_customer()


def calls() -> set[Thread]:
    """The threads of the calls that are being answered."""
    return {one for one in enumerate_threads() if "process_request_thread" in one.name}


def test_the_page_has_its_script_and_the_part_that_it_renews(delivered: Sandbox) -> None:
    page = show(delivered, "/")
    script = requests.get(f"{delivered.url}/assets/live.js", timeout=5)
    assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert 'id="live"' in page.html
    assert 'id="lost" hidden' in page.html
    assert page.links["Refresh"] == "?lang=en"
