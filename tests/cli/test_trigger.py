"""``steppay-mock trigger``: what is done in a sandbox, what it shows, and how it ends without one."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import served
from werkzeug import Response

from steppay_mock import Sandbox
from steppay_mock.cli.options.triggers import TriggerType

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
Trigger = Callable[..., Any]


@pytest.fixture
def sandbox(receiver: Any, secret: str) -> Iterator[Sandbox]:
    with Sandbox(seed=7, forward_to=receiver.url, secret=secret, held=True) as found:
        yield found


@pytest.fixture
def trigger(run: Any, sandbox: Sandbox) -> Trigger:
    """Trigger it in the sandbox."""
    return lambda *words: run("trigger", *words, "--url", sandbox.url)


def shown(out: str) -> list[tuple[str, str]]:
    """The number and the event type of each row."""
    return [tuple(line.split()[:2]) for line in out.splitlines()[1:]]  # type: ignore[misc]


def test_a_story_is_told_event_by_event(trigger: Trigger, sandbox: Sandbox, receiver: Any) -> None:
    done = trigger("checkout", "--pays", "later")
    assert done.code == 0
    assert re.fullmatch(
        r"#  Event type     Time                      About\n"
        r"1  order\.created  2025-01-15T03:00:00\.000Z  order \d+\n",
        done.out,
    )
    assert re.fullmatch(r"the store's time is 2025-01-15T03:00:00\.\d{3}Z; 1 event to deliver\n", done.err)
    assert shown(trigger("pay", "--method=card").out)[-1] == ("5", "order.payment_completed")
    assert ("7", "payment.failed") in shown(trigger("fail-renewal").out)
    assert sandbox.store.subscription.status == "UNPAID"
    assert shown(trigger("advance", "1d").out)
    assert sandbox.store.subscription.status == "ACTIVE"
    flushed = trigger("flush", "--order", "shuffled", "--seed", "7", "--duplicates", "0.2")
    assert flushed.code == 0
    count = len(sandbox.events)
    more = len(receiver.requests)
    assert flushed.out == f"{more} deliveries to webhooks: {more} taken, 0 failed\n"
    assert more > count
    assert flushed.err.startswith("the store's time is ")
    assert trigger("flush").err.startswith("no webhook waited\n")
    assert trigger("advance", "1s").err.startswith("no event happened\n")


def test_arguments_are_options_or_set(trigger: Trigger, sandbox: Sandbox) -> None:
    trigger("create-customer", "--email", "kim@example.com", "--set", "name=Kim Minji")
    found = sandbox.store.customers[-1]
    assert (found.words["email"], found.words["name"]) == ("kim@example.com", "Kim Minji")
    trigger("checkout", "--customer", str(found.id))
    assert sandbox.store.subscriptions[-1].customer_id == found.id
    number = str(sandbox.store.subscriptions[-1].id)
    trigger("cancel", "--subscription", number, "--at-period-end", "true")
    assert sandbox.store.subscriptions[-1].status == "PENDING_CANCEL"
    refused = trigger("fail-renewal", "--subscription", number)
    assert (refused.code, refused.out) == (2, "")
    assert "is PENDING_CANCEL, and has no renewal that could fail. Name one that is ACTIVE." in refused.err


def test_a_scenario_is_played_and_webhooks_are_held_and_sent(trigger: Trigger, sandbox: Sandbox, receiver: Any) -> None:
    sandbox.hold(held=False)
    assert trigger("hold").err.startswith("webhooks wait from now on: `steppay-mock trigger flush` delivers them,")
    played = trigger("play", "refund-in-full", "--email", "kim@example.com")
    assert len(shown(played.out)) == len(sandbox.events)
    assert receiver.requests == []
    assert trigger("hold", "--held", "false").err.startswith("webhooks are delivered as they happen\n")
    settled = trigger("settle")
    assert (settled.code, settled.err.startswith("the store's time is ")) == (0, True)
    assert len(receiver.requests) == len(sandbox.events)


def test_json_has_the_events_and_the_reports(trigger: Trigger, sandbox: Sandbox, receiver: Any) -> None:
    assert trigger("checkout", "--json").json == {"events": [one.payload for one in sandbox.events], "reports": []}
    receiver.answer = lambda _request: Response(status=500)
    done = trigger("flush", "--json")
    assert done.code == 1
    assert [one["failed"] for one in done.json["reports"]] == [5]
    assert done.json["events"] == []


def test_a_webhook_v1_has_a_row_without_a_time(run: Any) -> None:
    with Sandbox(seed=7, store={"v1": "subscription"}) as sandbox:
        done = run("trigger", "checkout", "--url", sandbox.url)
        number = sandbox.store.subscription.id
    assert done.code == 0
    assert re.search(rf"^\d  v1 +{number} ACTIVE$", done.out, re.MULTILINE)
    assert len(shown(done.out)) == 6


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("cancle", "Unknown action 'cancle'. Did you mean 'cancel'? Actions are create-customer,"),
        ("decline_payment", "Did you mean 'decline-payments'?"),
        ("refund --ordr 3", "The action refund has no argument 'ordr'. Did you mean 'order'?"),
        ("", "No ACTION was given. Name one, such as: steppay-mock trigger checkout"),
        ("refund --order 3", "The store has no order 3. Give one of those at http://127.0.0.1:"),
        ("create-price --product gold", "The store has no product 'gold'. Give one of those at http://127.0.0.1:"),
        ("cancel", "has no subscription. Create one first: `steppay-mock trigger checkout`"),
        ("confirm-payment", "has no order. Create one first: `steppay-mock trigger checkout`"),
        ("pay order_x", "'order_x' is no option of pay. Write a name before it, such as --order order_x."),
        ("pay -o 3", "'-o' is no option. Write options as --NAME VALUE."),
        ("pay --order", "--order has no value. Write --order VALUE."),
        ("pay --order 3 --order 4", "order is given twice. Leave out one of them."),
        ("advance 5x", "'5x' is no time. Write it as 90s, 10m, 2h or 1d."),
        ("advance", "advance needs a time, such as: trigger advance 31d"),
        ("advance 31", "advance 31 has no unit. Write 31d for days, or h, m or s."),
        ("advance --days -3", "days=-3 is not a number from 0 up."),
        ("play", "play needs the name of one scenario, such as: trigger play refund-in-full"),
        ("play nothing", "One in a file of your own needs `steppay-mock dev --from FILE`."),
        ("play refund-in-ful", "Did you mean 'refund-in-full'?"),
        ("flush --order sorted", "order"),
        ("fail-renewal --times 0", "--times 0: expected a number of payments from 1 to 10000. Pass --times 1."),
        ("hold --held maybe", "--held 'maybe': expected true or false. Pass --held true."),
        ("hold --held 1", "--held 1: expected true or false. Pass --held true."),
        ("update-price", "Error: update-price needs --price. Give it."),
        ("checkout --trial-days x", "--trial-days 'x': give a whole number from 0 to 730, or null."),
        ("update-customer", "update-customer got no field to change. Name one, such as --email lee@example.com."),
        ("checkout --quantity -1", "--quantity -1: give a whole number from 1 to 100,000."),
        ("fail-renewal --time 3", "Did you mean 'times'?"),
    ],
)
def test_what_is_refused_says_what_to_do(trigger: Trigger, words: str, message: str) -> None:
    done = trigger(*words.split())
    assert (done.code, done.out) == (2, "")
    assert message in " ".join(done.err.split())


def test_the_next_step_is_a_command_and_no_python(trigger: Trigger, sandbox: Sandbox) -> None:
    store = sandbox.store
    refused = {}
    price = store.price.code
    store.update_product(store.price.product_code, status="OUT_OF_STOCK")
    refused["checkout"] = f"`steppay-mock trigger update-product --product {store.price.product_code} --status SALE`"
    told = {words: " ".join(trigger(*words.split()).err.split()) for words in refused}
    store.update_product(store.price.product_code, status="SALE")
    store.checkout()
    once = store.create_price(store.price.product_code, price=100, billing="one_time").code
    refused[f"add-item --price {once}"] = f"`steppay-mock trigger checkout --price {once}`"
    refused[f"update-price --price {price} --amount 5"] = "`steppay-mock trigger create-price`"
    refused["add-usage --amount 5"] = (
        "Sell something with --billing usage or 'unit': `steppay-mock trigger create-price --product PRODUCT --billing"
    )
    refused["move-next-payment --to 2020-01-01"] = "Say which: 2026-12-01T00:00:00+00:00, or use epoch seconds."
    refused["confirm-payment"] = "Check out with --method virtual_account or 'cms' first."
    told |= {words: " ".join(trigger(*words.split()).err.split()) for words in refused if words not in told}
    for words, message in refused.items():
        assert message in told[words], told[words]
        assert "store." not in told[words]


def test_without_a_sandbox_it_says_how_to_start_one(run: Any, nobody: str, receiver: Any) -> None:
    root = nobody.removesuffix("/webhooks/steppay")
    done = run("trigger", "pay", "--url", root)
    assert (done.code, done.out) == (3, "")
    assert done.err == (
        f"Error: No sandbox answers at {root}. Start one with `steppay-mock dev`, or name where it is with --url.\n"
    )
    other = run("trigger", "pay", "--url", receiver.url)
    assert other.code == 3
    assert "is no sandbox: status 404, and no JSON object. Start one with" in other.err


def test_another_program_that_answers_json_is_no_sandbox(run: Any) -> None:
    with served(Response('{"status": "ok"}', content_type="application/json")) as url:
        done = run("trigger", "pay", "--url", url)
    assert (done.code, done.out) == (3, "")
    assert f"What answers at {url} is no sandbox: its status has no events. Start one with" in done.err


def test_what_the_page_shows_runs(trigger: Trigger) -> None:
    section = PAGE.partition("## trigger\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^steppay-mock trigger (.*)$", section, re.MULTILINE)
    assert len(lines) == 5
    outputs = {line: trigger(*shlex.split(line)) for line in lines}
    assert [done.code for done in outputs.values()] == [0] * 5
    (text,) = re.findall(r"^```text\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    words = [[re.sub(r"\d+", "N", word) for word in line.split()] for line in text.splitlines()]
    told = outputs["fail-renewal"].out
    assert [[re.sub(r"\d+", "N", word) for word in line.split()] for line in told.splitlines()] == words
    named = set(re.findall(r"^\| `([a-z][a-z-]*)(?: [A-Z]+)?` \|", section, re.MULTILINE))
    assert named == {name for name, help_text in TriggerType().words().items() if help_text}
