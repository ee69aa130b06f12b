"""The page of the endpoints: what is shown, the key on demand, changes, deliveries of each."""

from __future__ import annotations

import pytest
import requests
from sandbox.conftest import SECRET, Inbox
from sandbox.reading_portal import PortalPage, show

from steppay_mock import Sandbox

EVIL = "<script>alert(1)<!--"
"""A name has no slash, so it closes no element."""


def send(sandbox: Sandbox, **form: str) -> PortalPage:
    """Send the form of an endpoint, and follow where it leads."""
    answer = requests.post(
        f"{sandbox.url}/endpoints",
        data=form,
        headers={"Origin": sandbox.url, "Accept-Language": "en"},
        timeout=10,
    )
    return PortalPage(html=answer.text, status=answer.status_code, url=answer.url)


def test_an_endpoint_is_shown_with_its_deliveries(sandbox: Sandbox, inbox: Inbox) -> None:
    sandbox.store.checkout()
    sandbox.settle()
    page = show(sandbox, "/endpoints")
    assert page.headings == ["Endpoints"]
    assert inbox.url in page.text
    assert [row["Event"].split()[0] for row in page.listed][:2] == ["order.payment_completed", "subscription.created"]
    assert {row["State"] for row in page.listed} == {"Success"}
    assert page.links["All its deliveries"] == "/?endpoint=webhooks"
    assert page.links["order.created"] == "/deliveries/1"


def test_the_key_is_shown_on_demand_alone(sandbox: Sandbox) -> None:
    assert SECRET not in show(sandbox, "/endpoints").html
    answer = requests.post(f"{sandbox.url}/endpoints", data={"do": "key", "name": "webhooks"}, timeout=5)
    assert SECRET in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert SECRET not in show(sandbox, "/endpoints").html
    refused = requests.post(
        f"{sandbox.url}/endpoints",
        data={"do": "key", "name": "webhooks"},
        headers={"Origin": "https://evil.example"},
        timeout=5,
    )
    assert (refused.status_code, SECRET in refused.text) == (403, False)


def test_what_is_secret_in_a_url_is_hidden(sandbox: Sandbox, inbox: Inbox) -> None:
    send(sandbox, do="save", name="webhooks", url=f"{inbox.url}?token=hush")
    assert sandbox.endpoints["webhooks"].url.endswith("?token=hush")
    assert "hush" not in show(sandbox, "/endpoints").html
    send(sandbox, do="save", name="webhooks", url="", secret="", enabled="on")
    assert sandbox.endpoints["webhooks"].url.endswith("?token=hush")
    assert sandbox.secret == SECRET


def test_an_endpoint_is_changed_by_its_form(sandbox: Sandbox, inbox: Inbox) -> None:
    form = show(sandbox, "/endpoints").forms[1]
    assert "save" in form.buttons
    page = send(
        sandbox,
        do="save",
        name="webhooks",
        events="payment.*, order.created",
        enabled="on",
        order="reversed",
        duplicates="0.5",
        fault="wrong-secret",
        secret="another",
    )
    assert page.status == 200
    found = sandbox.endpoints["webhooks"]
    assert found.events == ("payment.*", "order.created")
    assert (found.order, found.duplicates, found.fault, found.secret) == ("reversed", 0.5, "wrong-secret", "another")
    assert found.url == inbox.url
    send(sandbox, do="save", name="webhooks", events="", enabled="off", order="occurrence", duplicates="0", fault="")
    found = sandbox.endpoints["webhooks"]
    assert (found.events, found.enabled, found.fault) == ((), False, None)
    sandbox.store.checkout()
    sandbox.settle()
    assert inbox.payloads == []
    page = show(sandbox, "/endpoints")
    assert (page.fields["enabled"], page.fields["order"], page.fields["fault"]) == ("off", "occurrence", "")


def test_endpoints_are_added_and_removed(sandbox: Sandbox, inbox: Inbox) -> None:
    page = send(sandbox, do="add", name="second", url=inbox.url)
    assert page.status == 200
    assert [one.name for one in sandbox.endpoints] == ["webhooks", "second"]
    assert send(sandbox, do="add", name="second", url=inbox.url).alerts == [
        "There is an endpoint second. Change it below."
    ]
    send(sandbox, do="remove", name="second")
    send(sandbox, do="remove", name="webhooks")
    assert "No endpoints" in show(sandbox, "/endpoints").text


@pytest.mark.parametrize(
    "form",
    [
        {"do": "save", "name": "webhooks", "duplicates": "many"},
        {"do": "save", "name": "webhooks", "duplicates": "2"},
        {"do": "save", "name": "webhooks", "order": "sideways"},
        {"do": "save", "name": "webhooks", "fault": "none-such"},
        {"do": "save", "name": "webhooks", "events": "payment.none"},
        {"do": "save", "name": "webhooks", "url": "http://example.com/"},
        {"do": "add", "name": "third"},
        {"do": "add", "name": "third", "url": "ftp://127.0.0.1/"},
        {"do": "add", "name": "a/b", "url": "http://127.0.0.1:9/"},
        {"do": "key", "name": "none"},
        {"do": "remove", "name": "none"},
        {"do": "explode", "name": "webhooks"},
        {},
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(sandbox: Sandbox, form: dict[str, str]) -> None:
    before = list(sandbox.endpoints)
    page = send(sandbox, **form)
    assert (page.status, len(page.alerts)) == (400, 1)
    assert SECRET not in page.html
    assert list(sandbox.endpoints) == before


def test_names_are_text(sandbox: Sandbox, inbox: Inbox) -> None:
    page = send(sandbox, do="add", name=EVIL, url=f"{inbox.url}?a={EVIL}")
    assert page.tags.count("script") == 1
    assert show(sandbox, "/endpoints").tags.count("script") == 1
