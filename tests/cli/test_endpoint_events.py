"""An endpoint gets the event types that it is registered for, and the report says how many it did not get."""

from __future__ import annotations

from typing import Any

import pytest
from cli.conftest import Receiver, Run, serving

from steppay_mock import Endpoint, Sender, SteppayMockError, make_events

PAYMENTS = ["payment.completed", "payment.failed", "payment.canceled", "payment.standby"]


@pytest.fixture
def config(receiver: Receiver, secret: str, write: Any) -> Any:
    def written(events: str) -> None:
        write(
            "steppay-mock.toml",
            f'[[endpoints]]\nname = "shop"\nurl = "{receiver.url}"\nsecret = "{secret}"\nevents = {events}\n',
        )

    return written


def test_a_group_of_types_is_delivered_and_the_rest_is_counted(run: Run, receiver: Receiver, config: Any) -> None:
    config('["payment.*", "subscription.updated"]')
    done = run("send", "all", "--seed", "7")
    assert (done.code, sorted(receiver.events)) == (0, sorted([*PAYMENTS, "subscription.updated"]))
    assert "22 deliveries left out for shop, which is registered for other event types\n" in done.err
    assert run("send", "all", "--seed", "7", "--json").json["left_out"] == {"shop": 22}
    assert run("config", "--json").json["endpoints"][0]["events"] == [*PAYMENTS, "subscription.updated"]
    shown = run("send", "all", "--dry-run")
    assert "nothing was sent: 5 events would go to shop\n" in shown.err


def test_nothing_is_left_out_without_events(run: Run, receiver: Receiver, config: Any) -> None:
    config("[]")
    done = run("send", "order.created", "--concurrency", "2", "--json")
    assert (done.json["left_out"], receiver.events) == ({}, ["order.created"])
    assert "left out" not in done.err


def test_each_hook_is_counted(receiver: Receiver, secret: str) -> None:
    with serving(Receiver()) as other:
        hooks = [
            Endpoint(url=receiver.url, secret=secret, name="payments", events="payment.*"),
            Endpoint(url=other.url, secret=secret, name="prices", events=["product.price.*", "cover.paused"]),
        ]
        report = Sender(hooks).send(make_events(seed=7), order="shuffled", seed=7)
        assert report.ok
        assert sorted(receiver.events) == sorted(PAYMENTS)
        assert len(other.events) == 4
    assert report.left_out == {"payments": 23, "prices": 23}


def test_a_run_of_nothing_says_so(run: Run, config: Any) -> None:
    config('["cover.*"]')
    done = run("send", "order.created")
    assert done.code == 1
    assert "1 delivery left out for shop, which is registered for other event types\n" in done.err
    assert "no receiver takes these event types: look at its events\n" in done.err


@pytest.mark.parametrize(
    ("name", "near"), [("payments.*", "payment.*"), ("payment.complete", "payment.completed"), ("subscripton.*", None)]
)
def test_an_unknown_name_is_told_the_nearest(run: Run, config: Any, name: str, near: str | None) -> None:
    config(f'["{name}"]')
    done = run("send", "all")
    assert (done.code, done.out) == (2, "")
    assert f"Did you mean '{near or 'subscription.*'}'?" in done.err
    with pytest.raises(SteppayMockError, match="Did you mean"):
        Sender([Endpoint(url="http://localhost:1", events=[name])]).send(make_events(seed=7))
