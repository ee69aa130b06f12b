"""``scenario``: stories are listed, shown, and delivered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from delivery.standins import Time

from steppay_mock import iter_errors, scenario
from steppay_mock.delivery.options import settings
from steppay_mock.delivery.sender.clock import Clock
from steppay_mock.store.scenarios.registry import all_scenarios

STORIES = '''
from datetime import timedelta
from steppay_mock import define_scenario

@define_scenario("of-the-shop", sells="one_time")
def of_the_shop(store, *, days: int = 3):
    """Something is bought in our shop, and given back.

    days: when.
    """
    order = store.checkout()
    yield timedelta(days=days)
    store.refund(order)
'''


def test_the_list_has_every_scenario_with_its_first_sentence(run: Any) -> None:
    done = run("scenario", "list")
    assert done.code == 0
    assert done.out.splitlines()[0].split("  ")[0] == "Scenario"
    lines = {line.split()[0]: line for line in done.out.splitlines()[1:]}
    known = all_scenarios()
    assert set(lines) == set(known)
    assert all(lines[name].endswith(one.summary) for name, one in known.items())


def test_the_list_as_json_has_the_parameters(run: Any) -> None:
    found = {one["name"]: one for one in run("scenario", "list", "--json").json}
    retry = found["subscription-renewal-fails-then-recovers"]["parameters"][0]
    assert retry == {
        "name": "retry",
        "type": "integer",
        "default": 2,
        "values": [1, 2, 3, 4, 5],
        "description": "the number of the retry that succeeds. Retries are 1, 3, 5, 10 and 14 days after the failure.",
    }


def test_show_tells_the_story_its_parameters_and_its_timeline(run: Any) -> None:
    done = run("scenario", "show", "virtual-account-deposit")
    assert done.code == 0
    lines = [line.split() for line in done.out.splitlines()]
    assert done.out.startswith(
        "virtual-account-deposit\n\nA customer pays into a virtual account hours after the order."
    )
    assert ["hours", "20", "the", "time", "from", "the", "order", "to", "the", "deposit"] in lines
    assert [line[:3] for line in lines[-6:]] == [
        ["+0d", "00:00:00", "order.created"],
        ["+0d", "00:01:20", "order.updated"],
        ["+0d", "00:01:20", "payment.standby"],
        ["+0d", "20:01:20", "order.updated"],
        ["+0d", "20:01:20", "payment.completed"],
        ["+0d", "20:01:20", "order.payment_completed"],
    ]
    assert done.err == "6 events; seed 0\n"


def test_show_as_json_has_valid_payloads_and_the_state(run: Any) -> None:
    found = run("scenario", "show", "refund-in-full", "--json", "--set", "customer_id=42", "--seed", "7").json
    assert found["payloads"] == [event.payload for event in scenario("refund-in-full", seed=7, customer_id=42)]
    assert [str(error) for payload in found["payloads"] for error in iter_errors(payload, strict=True)] == []
    assert len(found["timeline"]) == len(found["payloads"])
    assert list(found["state"]["customers"]) == ["42"]


def test_one_number_is_a_list_of_days(run: Any) -> None:
    shown = [
        run("scenario", "show", "subscription-renewal-gives-up", "--seed", "7", "--assume", f"retry_days={days}")
        for days in ("2", "[2]")
    ]
    assert shown[0].out == shown[1].out
    assert "+33d 00:01:20  payment.failed" in shown[0].out


def test_what_is_set_reaches_the_story(run: Any) -> None:
    texts = ("customer_id=42", "email=kim@example.com", "price=12.50", "interval=WEEK", "renewals=3", "name=3")
    done = run(
        *("scenario", "show", "subscription-renews", "--json", "--currency", "USD", "--start", "2024-02-01T00:00:00Z"),
        *(word for text in texts for word in ("--set", text)),
        *("--locale", "en_US", "--assume", "notice_days=2", "--assume", "retry_days=[1, 2]"),
    )
    payloads = done.json["payloads"]
    payments = [one["data"] for one in payloads if one["event"] == "payment.completed"]
    assert [payment["paidAmount"] for payment in payments] == [12.5] * 4
    assert payments[0]["payer"]["email"] == "kim@example.com"
    assert payments[0]["payer"]["userName"] == "3"
    assert payments[0]["customerId"] == "42"
    assert payloads[0]["timestamp"] == 1_706_745_600
    assert sum(one["event"] == "subscription.payment_due_notification" for one in payloads) == 3


def test_a_story_arrives_signed_and_in_order(run: Any, receiver: Any, secret: str) -> None:
    done = run("scenario", "run", "refund-in-full", "--to", receiver.url, "--seed", "7", "--secret", secret)
    assert done.code == 0
    assert [body for _, body in receiver.requests] == [event.body for event in scenario("refund-in-full", seed=7)]
    assert done.err == f"6 deliveries to {receiver.url}: 6 x 204\n"


def test_shuffled_is_the_same_events_in_an_order_that_the_seed_repeats(run: Any, receiver: Any, secret: str) -> None:
    orders = []
    for _ in range(2):
        receiver.requests.clear()
        run(
            *("scenario", "run", "subscription-renews", "--to", receiver.url, "--seed", "7"),
            *("--order", "shuffled", "--secret", secret),
        )
        orders.append([body for _, body in receiver.requests])
    assert orders[0] == orders[1]
    bodies = [event.body for event in scenario("subscription-renews", seed=7)]
    assert sorted(orders[0]) == sorted(bodies)
    assert orders[0] != bodies


def test_without_a_seed_one_is_told_that_repeats_the_story(run: Any, receiver: Any, secret: str) -> None:
    done = run("scenario", "run", "one-time-purchase", "--to", receiver.url, "--secret", secret)
    seed = int(done.err.split()[1])
    assert done.err.startswith(f"seed {seed} (repeat with --seed {seed})\n")
    assert [body for _, body in receiver.requests] == [event.body for event in scenario("one-time-purchase", seed=seed)]


def test_a_dry_run_sends_nothing(run: Any, receiver: Any, secret: str) -> None:
    done = run(
        *("scenario", "run", "one-time-purchase", "--to", receiver.url, "--seed", "7"),
        *("--dry-run", "--speed", "real", "--secret", secret),
    )
    assert done.code == 0
    assert receiver.requests == []
    assert done.err == f"nothing was sent: 4 events would go to {receiver.url}\n"


def test_a_receiver_that_refuses_is_told_of(run: Any, receiver: Any) -> None:
    done = run("scenario", "run", "one-time-purchase", "--to", receiver.url, "--seed", "7", "--secret", "another")
    assert done.code == 1
    assert "hint: every answer was 401. Is the secret right?" in done.err


def test_a_receiver_that_is_not_there_is_told_of(run: Any, nobody: str, secret: str) -> None:
    done = run("scenario", "run", "one-time-purchase", "--to", nobody, "--seed", "7", "--secret", secret)
    assert done.code == 3


def test_speed_is_what_the_story_is_paced_by(
    run: Any, receiver: Any, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = Time()
    clock = Clock(steady=time.clock.steady, sleep=time.clock.sleep)
    monkeypatch.setattr(settings, "Clock", lambda: clock)
    arguments = (
        *("scenario", "run", "refund-in-full", "--to", receiver.url, "--seed", "7", "--secret", secret),
        *("--assume", "seconds_to_pay=0"),
    )
    for speed, waited in (("0", []), ("1d=2s", [6.0]), ("1h=10ms", [0.72]), ("real", [259_200.0])):
        time.slept.clear()
        assert run(*arguments, "--speed", speed).code == 0
        assert [round(one, 6) for one in time.slept] == waited


def test_what_comes_again_comes_after_all_of_it_at_any_speed(
    run: Any, receiver: Any, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[tuple[float, int]] = []
    time = Time()

    def sleep(seconds: float) -> None:
        slept.append((seconds, len(receiver.requests)))
        time.passed += seconds

    clock = Clock(steady=time.clock.steady, sleep=sleep)
    monkeypatch.setattr(settings, "Clock", lambda: clock)
    done = run(
        *("scenario", "run", "refund-in-full", "--to", receiver.url, "--seed", "7", "--secret", secret),
        *("--speed", "1d=1s", "--duplicates", "0.5", "--assume", "seconds_to_pay=0"),
    )
    assert done.code == 0
    ((seconds, after),) = slept
    assert (round(seconds, 6), after) == (3.0, 4)
    assert len(receiver.requests) == 9


def test_scenarios_of_a_file_are_there(run: Any, receiver: Any, secret: str, write: Callable[..., str]) -> None:
    file = write("stories.py", STORIES)
    assert "of-the-shop" in run("scenario", "list", "--from", file).out
    shown = run("scenario", "show", "of-the-shop", "--from", file, "--set", "days=9", "--json").json
    assert shown["timeline"][-1]["offset"] == 9 * 86_400 + 80  # on the page
    arguments = ("scenario", "run", "of-the-shop", "--from", file, "--to", receiver.url, "--secret", secret)
    assert run(*arguments, "--seed", "1").code == 0
    assert len(receiver.requests) == 6


def test_a_command_knows_the_files_that_it_names_and_none_of_an_earlier_command(
    run: Any, write: Callable[..., str]
) -> None:
    for name in ("stories.py", "others.py"):
        assert run("scenario", "show", "of-the-shop", "--from", write(name, STORIES)).code == 0
    assert run("scenario", "show", "of-the-shop").code == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("show", "refund-in-ful"), "Did you mean 'refund-in-full'? `steppay-mock scenario list` shows all"),
        (
            ("show", "refund-in-full", "--set", "customerid=1"),
            "Did you mean 'customer_id'? Its parameters are days, customer_id",
        ),
        (
            ("show", "refund-in-full", "--set", "days=soon"),
            "--set days=soon: expected a whole number from 0 to 1000 (the time from the payment to the refund).",
        ),
        (
            ("show", "refund-in-full", "--set", "days=999999999"),
            "--set days=999999999: expected a whole number from 0 to 1000 (the time from the payment to the refund).",
        ),
        (("show", "refund-in-full", "--set", "days"), "is not of the form NAME=VALUE. Write it like customer_id=42."),
        (("show", "refund-in-full", "--set", "days=1", "--set", "days=2"), "--set days is given twice."),
        (
            ("show", "refund-in-full", "--assume", "notice_days=1", "--assume", "notice_days=2"),
            "--assume notice_days is given twice. Leave out one of them.",
        ),
        (
            ("show", "refund-in-full", "--set", "seed=1"),
            "--set seed is no parameter of a scenario. `--help` lists the options.",
        ),
        (("show", "refund-in-full", "--assume", "notice=1"), "Did you mean 'notice_days'?"),
        (
            ("show", "refund-in-full", "--assume", "notice_days=many"),
            "--assume notice_days=many: expected a whole number from 1 to 3650, or none.",
        ),
        (("show", "refund-in-full", "--currency", "won"), "is no currency code of ISO 4217."),
        (("show", "refund-in-full", "--start", "2024-01-01"), "has no zone."),
        (("show", "refund-in-full", "--start", "1700000000000"), "is not within the years 1970 to 9000. Write seconds"),
        (("show", "refund-in-full", "--start", "-1"), "is not within the years 1970 to 9000."),
        (("show", "refund-in-full", "--from", "nowhere.py"), "does not exist"),
        (("run", "refund-in-full", "--to", "http://127.0.0.1:9"), "No secret is given."),
        (
            ("run", "refund-in-full", "--secret", "x"),
            "No receiver is given, and there is no steppay-mock.toml that names one. Pass --to URL",
        ),
        (("run", "x", "--to", "http://api.steppay.kr", "--secret", "x"), "belongs to StepPay"),
        (
            ("run", "x", "--to", "http://127.0.0.1:9", "--secret", "x", "--speed", "fast"),
            "'fast': expected 0, real, or a rate such as 1d=1s. Leave it out for 0, no waiting.",
        ),
        (
            ("run", "x", "--to", "http://127.0.0.1:9", "--secret", "x", "--speed", "0d=1s"),
            "'0d=1s': expected 0, real, or a rate such as 1d=1s.",
        ),
        (
            ("run", "x", "--to", "http://127.0.0.1:9", "--secret", "x", "--speed", "real", "--order", "reversed"),
            "--speed waits as long as it took, which has a meaning in --order occurrence alone.",
        ),
        (("tell",), "No such command 'tell'"),
    ],
)
def test_wrong_usage_says_what_to_type(run: Any, words: tuple[str, ...], message: str) -> None:
    done = run("scenario", *words)
    assert done.code == 2
    assert message in done.err
    assert done.out == ""


def test_a_broken_file_is_told_of(run: Any, write: Callable[..., str]) -> None:
    done = run("scenario", "list", "--from", write("broken.py", "import nothing_like_this"))
    assert done.code == 2
    assert "cannot be run: ModuleNotFoundError" in done.err


def test_the_names_are_completed() -> None:
    from click.shell_completion import ShellComplete

    from steppay_mock.cli.program import program

    complete = ShellComplete(program, {}, "steppay-mock", "_STEPPAY_MOCK_COMPLETE")
    found = {one.value: one.help for one in complete.get_completions(["scenario", "show"], "refund")}
    assert found == {name: all_scenarios()[name].summary for name in ("refund-in-full", "refund-in-parts")}
