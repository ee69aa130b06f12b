"""``send --sandbox`` and ``resend --sandbox``: a sandbox that runs delivers events of one's own, edited too."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from steppay_mock import Sandbox, make_event

Ask = Callable[..., Any]


@pytest.fixture
def sandbox(receiver: Any, secret: str) -> Iterator[Sandbox]:
    with Sandbox(seed=7, forward_to=receiver.url, secret=secret, held=True) as found:
        yield found


@pytest.fixture
def ask(run: Any, sandbox: Sandbox) -> Ask:
    """Run a command with the sandbox."""
    return lambda *words, **more: run(*words, "--sandbox", sandbox.url, **more)


def test_captured_webhooks_go_byte_for_byte(ask: Ask, sandbox: Sandbox, receiver: Any, write: Any) -> None:
    body = b'{ "event": "order.lost", "timestamp": 5, "data": {"name": "\\uae40"} }'
    done = ask("send", "--file", write("p.json", body))
    assert done.code == 0
    assert done.out == "order.lost to webhooks: 204\n1 delivery to webhooks: 1 taken, 0 failed\n"
    assert "warning:" in done.err
    assert ask("send", "-", stdin=b"[" + body + b"," + body.replace(b"5", b"6") + b"]").code == 0
    assert receiver.bodies == [body, body, body.replace(b"5", b"6")]
    assert sandbox.events == []


def test_made_webhooks_go_as_the_endpoints_have_it_or_as_is_said(ask: Ask, sandbox: Sandbox, receiver: Any) -> None:
    sandbox.change_endpoint("webhooks", order="reversed")
    assert ask("send", "order.created", "payment.completed", "--seed", "7").code == 0
    assert receiver.events == ["payment.completed", "order.created"]
    done = ask(
        "send", "order.created", "-n", "2", "--seed", "7", "--order", "occurrence", "--duplicates", "1", "--json"
    )
    assert done.code == 0
    (report,) = done.json["reports"]
    assert (done.json["ok"], report["order"], report["seed"], report["planned"]) == (True, "occurrence", 7, 4)
    done = ask("send", "order.created", "--seed", "7", "--fault", "wrong-secret")
    assert (done.code, receiver.requests[-1][0]["steppay-signature"][:10]) == (0, "timestamp=")
    assert "order.created to webhooks: 401" in done.out


def test_an_endpoint_is_chosen_by_its_name(ask: Ask, sandbox: Sandbox, receiver: Any, secret: str) -> None:
    sandbox.change_endpoint("webhooks", events=["payment.*"])
    sandbox.change_endpoint("second", url=receiver.url, secret=secret)
    assert "to second: 204" in ask("send", "order.created", "--seed", "7").out
    done = ask("send", "order.created", "--seed", "7", "--endpoint", "webhooks")
    assert (done.code, done.out) == (1, "")
    assert "no endpoint is registered for these events." in done.err
    assert "Did you mean 'second'?" in ask("send", "order.created", "--seed", "7", "--endpoint", "secnd").err


def test_a_failure_is_told(ask: Ask, sandbox: Sandbox, nobody: str) -> None:
    sandbox.change_endpoint("webhooks", url=nobody)
    done = ask("send", "order.created", "--seed", "7")
    assert done.code == 1
    assert "order.created to webhooks: no answer, connection refused" in done.out
    assert "1 delivery to webhooks: 0 taken, 1 failed" in done.out


def test_a_delivery_is_sent_again(ask: Ask, sandbox: Sandbox, receiver: Any) -> None:
    sandbox.store.checkout()
    sandbox.flush()
    done = ask("resend", "3", "1")
    assert done.code == 0
    assert receiver.bodies[5:] == [sandbox.events[2].body, sandbox.events[0].body]
    assert done.out.count("1 delivery to webhooks: 1 taken, 0 failed") == 2


def test_a_delivery_is_edited_and_what_breaks_the_contract_is_told(ask: Ask, sandbox: Sandbox, receiver: Any) -> None:
    sandbox.send(make_event("order.created", seed=7))
    before = json.loads(receiver.bodies[0])
    words = (
        "--set",
        "data.items[0].paidAmount=5",
        "--set",
        "timestamp=6",
        "--set",
        "data.code=123",
        "--set",
        "isTest=false",
    )
    assert ask("resend", "1", *words).err == ""
    after = json.loads(receiver.bodies[1])
    items = [{**before["data"]["items"][0], "paidAmount": 5}, *before["data"]["items"][1:]]
    assert after == {
        **before,
        "timestamp": 6,
        "isTest": False,
        "data": {**before["data"], "code": "123", "items": items},
    }
    done = ask("resend", "1", "--set", "data.id=many")
    assert done.code == 0
    assert "warning: it breaks the contract, and is sent all the same:\norder.created: $.data.id\n" in done.err
    assert json.loads(receiver.bodies[2])["data"]["id"] == "many"
    made = ask("resend", "1", "--set", f"data.items.{len(items)}.paidAmount=1", "--json")
    assert made.json["ok"]
    assert json.loads(receiver.bodies[3])["data"]["items"][-1] == {"paidAmount": 1}
    for text, message in (
        ("data.cod=1", "--set for order.created: There is no field at 'data.cod'. Did you mean 'data.code'?"),
        ("timestamp=NaN", "--set for order.created: timestamp=NaN: no JSON can hold NaN. Write a finite number,"),
        ("data.id=1e999", "--set for order.created: data.id=1e999: no JSON can hold 1e999."),
        ("data.items.7.x=1", "There is no field at 'data.items.7.x'. The fields there are: id, code, "),
        ("data.items.9.paidAmount=1", f"--set data.items.9: the list has {len(items)} items. Name a place from 0 to"),
        ("data", "is not of the form PATH=VALUE"),
    ):
        refused = ask("resend", "1", "--set", text)
        assert (refused.code, refused.out) == (2, "")
        assert message in " ".join(refused.err.split())
    twice = ask("resend", "1", "--set", "timestamp=1", "--set", "timestamp=2")
    assert "--set timestamp is given twice." in twice.err
    assert len(receiver.requests) == 4


def test_an_event_that_no_schema_knows_is_edited_too(ask: Ask, sandbox: Sandbox, receiver: Any) -> None:
    sandbox.send({"event": "order.lost", "timestamp": 5, "data": {"list": [1, 2]}})
    sandbox.send({"id": 5, "status": "ACTIVE"})
    ask("resend", "1", "--set", "data.list.1=7", "--set", "data.new.name=lee", "--set", "data.none=null")
    ask("resend", "2", "--set", "status=CANCELED")
    assert [json.loads(body) for body in receiver.bodies[2:]] == [
        {"event": "order.lost", "timestamp": 5, "data": {"list": [1, 7], "new": {"name": "lee"}, "none": None}},
        {"id": 5, "status": "CANCELED"},
    ]
    assert "the list has 2 items" in ask("resend", "1", "--set", "data.list.x=7").err
    refused = ask("resend", "1", "--set", "data.new=[-Infinity]")
    assert (refused.code, len(receiver.requests)) == (2, 4)
    assert "--set data.new=[-Infinity]: no JSON can hold -Infinity." in refused.err


def test_what_is_in_a_journal_is_edited_too(run: Any, receiver: Any, secret: str, journal: str) -> None:
    run("send", "order.created", "--to", receiver.url, "--journal", journal, "--secret", secret, "--seed", "7")
    done = run("resend", "1", "--journal", journal, "--secret", secret, "--set", "timestamp=6")
    assert done.code == 0
    assert json.loads(receiver.bodies[1]) == {**json.loads(receiver.bodies[0]), "timestamp": 6}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("send order.created --to http://localhost:1", "--to means nothing with --sandbox: its endpoints say where"),
        ("send order.created --secret x", "--secret means nothing with --sandbox"),
        ("send order.created --journal j.sqlite", "--journal means nothing with --sandbox: it keeps its own record"),
        ("send order.created --dry-run", "--dry-run means nothing with --sandbox: a sandbox that is asked delivers"),
        ("send order.created --report r.json", "--report means nothing with --sandbox: its page lists"),
        ("send order.created --schedule p.json", "--schedule means nothing with --sandbox"),
        ("send", "Missing argument 'EVENT...'"),
        ("send order.created --file p.json", "What was captured is sent as it is"),
        ("send --file none.json", "none.json"),
        ("resend 1 --journal j.sqlite", "--journal means nothing with --sandbox"),
        ("resend 1 --to http://localhost:1", "--to means nothing with --sandbox"),
        ("resend 1 1", "1 is named twice."),
        ("resend 99", "The sandbox has no delivery 99. Name one that http://127.0.0.1:"),
    ],
)
def test_what_means_nothing_to_a_sandbox_is_refused(ask: Ask, receiver: Any, line: str, message: str) -> None:
    done = ask(*line.split())
    assert (done.code, done.out) == (2, "")
    assert message in " ".join(done.err.split())
    assert receiver.requests == []


def test_without_a_sandbox_or_a_journal_it_says_how_to_name_one(run: Any, nobody: str) -> None:
    root = nobody.removesuffix("/webhooks/steppay")
    for words in (("send", "order.created", "--seed", "7"), ("resend", "1")):
        done = run(*words, "--sandbox", root)
        assert done.code == 3
        assert (
            f"No sandbox answers at {root}. Start one with `steppay-mock dev`, or name where it is with --sandbox."
            in (done.err)
        )
        assert "--sandbox 'x' is no address of a sandbox." in run(*words, "--sandbox", "x").err
    done = run("resend", "1")
    assert (done.code, "Missing option '--journal'. Pass --journal FILE, or --sandbox URL" in done.err) == (2, True)


@pytest.mark.parametrize("words", [("trigger", "checkout", "--url"), ("resend", "1", "--sandbox")])
def test_a_wrong_address_is_told_without_its_secrets(run: Any, words: tuple[str, ...]) -> None:
    done = run(*words, "http://kim:secret1@127.0.0.1:1/?key=secret2")
    assert done.code == 2
    assert "'http://********@127.0.0.1:1/?key=********' is no address of a sandbox." in done.err
    assert "secret" not in done.err + done.out
