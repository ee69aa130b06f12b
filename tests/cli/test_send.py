"""``send``: what is asked for arrives, and the exit code and the hints say what came of it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug import Request, Response

from steppay_mock import EventType, make_events

ALL = tuple(map(str, EventType))


def always(status: int, body: str = "") -> Callable[[Request], Response]:
    return lambda _request: Response(body, status)


def test_events_arrive_signed_and_in_order(run: Any, receiver: Any, secret: str) -> None:
    done = run("send", "--to", receiver.url, "all", "--seed", "7", "--secret", secret)
    assert done.code == 0
    assert [body for _, body in receiver.requests] == [event.body for event in make_events(EventType, seed=7)]
    assert done.err == f"27 deliveries to {receiver.url}: 27 x 204\n"


def test_the_table_has_place_event_answer_and_latency(run: Any, receiver: Any, secret: str) -> None:
    receiver.answer = lambda request: Response("boom", 500) if b"cover.paused" in request.get_data() else None
    done = run("send", "--to", receiver.url, "order.created", "cover.paused", "--seed", "7", "--secret", secret)
    assert done.code == 1
    heading, *rows = done.out.splitlines()
    assert heading.split() == ["#", "Event", "type", "Answer", "ms"]
    assert rows[0].split()[:3] == ["1", "order.created", "204"]
    assert rows[1].split()[:4] == ["2", "cover.paused", "500,", "boom"]
    assert all(float(row.split()[-1]) > 0 for row in rows)
    assert done.err == f"2 deliveries to {receiver.url}: 1 x 204, 1 x 500\n"


def test_without_a_seed_one_is_told_which_repeats_events_and_order(run: Any, receiver: Any, secret: str) -> None:
    done = run("send", "--to", receiver.url, "all", "--order", "shuffled", "--secret", secret)
    seed = done.err.split()[1]
    assert done.err.startswith(f"seed {seed} (repeat with --seed {seed})\n")
    first = [body for _, body in receiver.requests]
    receiver.requests.clear()
    run("send", "--to", receiver.url, "all", "--order", "shuffled", "--secret", secret, "--seed", seed)
    assert [body for _, body in receiver.requests] == first
    assert sorted(receiver.events) == sorted(ALL)
    assert receiver.events != list(ALL)


def test_reversed_is_the_last_first(run: Any, receiver: Any, secret: str) -> None:
    run("send", "--to", receiver.url, "order.created", "order.updated", "--order", "reversed", "--secret", secret)
    assert receiver.events == ["order.updated", "order.created"]


def test_repeat_makes_that_many_different_events(run: Any, receiver: Any, secret: str) -> None:
    run("send", "--to", receiver.url, "order.created", "-n", "5", "--secret", secret, "--set", "data.code=order_1")
    bodies = [body for _, body in receiver.requests]
    assert len(set(bodies)) == 5
    assert {json.loads(body)["data"]["code"] for body in bodies} == {"order_1"}


def test_a_url_without_a_path_means_the_usual_one(run: Any, receiver: Any, secret: str) -> None:
    bare = receiver.url.removesuffix("/webhooks/steppay")
    assert run("send", "--to", bare, "order.created", "--secret", secret).code == 0


def test_the_json_is_the_report(run: Any, receiver: Any, secret: str) -> None:
    done = run(
        *("send", "--to", receiver.url, "order.created", "order.updated", "--order", "reversed"),
        *("--seed", "7", "--secret", secret, "--json"),
    )
    assert done.json["ok"] is True
    assert (done.json["order"], done.json["seed"], done.json["receiver"]) == ("reversed", 7, receiver.url)
    assert [outcome["event"] for outcome in done.json["outcomes"]] == ["order.updated", "order.created"]
    assert [outcome["status"] for outcome in done.json["outcomes"]] == [204, 204]
    assert secret not in done.out + done.err


def test_the_environment_may_have_the_secret(
    run: Any, receiver: Any, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEPPAY_WEBHOOK_SECRET", secret)
    assert run("send", "--to", receiver.url, "order.created").code == 0
    assert run("send", "--to", receiver.url, "order.created", "--secret", "other").code == 1
    assert run("send", "--to", receiver.url, "order.created", "--secret", "other", "--secret", secret).code == 0


def test_a_wrong_secret_is_hinted_at(run: Any, receiver: Any) -> None:
    done = run("send", "--to", receiver.url, "all", "--secret", "whsec_wrong")
    assert done.code == 1
    assert (
        "hint: every answer was 401. Is the secret right? The one of --secret or STEPPAY_WEBHOOK_SECRET must be the "
        "receiver's. Does it verify the raw body, before any parser (express.raw(), await request.text())? JSON that "
        "was parsed and written again has other bytes (fact 34).\n"
    ) in done.err
    assert "whsec_wrong" not in done.out + done.err


def test_unsigned_deliveries_are_refused_and_rightly_so(run: Any, receiver: Any) -> None:
    done = run("send", "--to", receiver.url, "order.created", "--unsigned")
    assert done.code == 1
    assert "steppay-signature" not in receiver.requests[0][0]
    assert "hint: every answer was 401. Rightly so: --unsigned left the signature out." in done.err


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (404, "hint: every answer was 404. Is the path right? The webhooks went to "),
        (405, "hint: every answer was 405. Does the receiver accept POST at "),
        (403, "hint: every answer was 403. Is the secret right?"),
        (500, ""),
    ],
)
def test_what_all_answers_have_in_common_is_hinted_at(
    status: int, hint: str, run: Any, receiver: Any, secret: str
) -> None:
    receiver.answer = always(status)
    done = run("send", "--to", receiver.url, "order.created", "order.updated", "--secret", secret)
    assert done.code == 1
    assert hint in done.err
    assert ("hint" in done.err) == bool(hint)


def test_no_hint_where_answers_differ(run: Any, receiver: Any, secret: str) -> None:
    receiver.answer = lambda request: Response(status=404) if b"order.updated" in request.get_data() else None
    done = run("send", "--to", receiver.url, "order.created", "order.updated", "--secret", secret)
    assert (done.code, "hint" in done.err) == (1, False)


def test_nobody_there_is_an_exit_code_of_its_own(run: Any, nobody: str) -> None:
    done = run("send", "--to", nobody, "order.created", "order.updated", "--unsigned")
    assert done.code == 3
    assert "no answer, connection refused: nothing listens at" in done.out
    assert f"2 deliveries to {nobody}: 2 x no answer\n" in done.err
    assert f"hint: nothing could be reached. Is the receiver running at {nobody}?\n" in done.err
    assert run("send", "--to", nobody, "order.created", "--unsigned", "--json").json["statuses"] == {"none": 1}


def test_a_receiver_that_is_too_slow_is_told_apart(run: Any, silent: str) -> None:
    done = run("send", "--to", silent, "order.created", "--unsigned", "--timeout", "0.05")
    assert done.code == 3
    assert "no answer, timed out after 0.05 s" in done.out
    assert "hint: nothing was answered in time. Let the receiver answer first and work later, or raise --timeout." in (
        done.err
    )


@pytest.fixture
def silent() -> Any:
    """A URL at which connections are taken and never answered."""
    import socket

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"


def test_a_dry_run_sends_nothing_and_shows_the_plan(run: Any, receiver: Any, secret: str) -> None:
    args = ("send", "--to", receiver.url, "all", "--order", "shuffled", "--seed", "7", "--secret", secret)
    planned = run(*args, "--dry-run")
    listed = run(*args, "--dry-run", "--json")
    assert (planned.code, listed.code, receiver.requests) == (0, 0, [])
    assert f"nothing was sent: 27 events would go to {receiver.url}\n" in planned.err
    run(*args)
    assert [row.split()[1] for row in planned.out.splitlines()[1:]] == receiver.events
    assert listed.json["payloads"] == [json.loads(body) for _, body in receiver.requests]
    assert [row.split()[-1] for row in planned.out.splitlines()[1:]] == [
        str(len(body)) for _, body in receiver.requests
    ]
    assert (listed.json["receiver"], listed.json["seed"], listed.json["signed"]) == (receiver.url, 7, True)
    assert secret not in planned.out + planned.err + listed.out


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--to", "http://localhost"], "Missing argument 'EVENT...'"),
        (["order.created", "--unsigned"], "No receiver is given, and there is no steppay-mock.toml that names one."),
        (
            ["order.created", "http://localhost", "--unsigned"],
            "The receiver is given by --to: steppay-mock send order.created --to http://localhost",
        ),
        (["--to", "http://localhost", "http://localhost"], "One receiver is taken, by --to URL."),
        (["--to", "localhost:8000", "order.created", "--unsigned"], "it begins with neither http:// nor https://"),
        (
            ["--to", "http://localhost", "order.created", "--unsigned", "--success", "20"],
            "'20': expected statuses from 100 to 599 with commas",
        ),
        (["--to", "http://localhost", "order.craeted"], "Did you mean 'order.created'?"),
        (["--to", "http://localhost", "order.created"], "or pass --unsigned to send no signature."),
        (
            ["--to", "http://me:pw@localhost", "order.created", "--unsigned", "--basic-auth", "me:wp"],
            "A password is given twice",
        ),
        (["--to", "http://localhost", "order.created", "--unsigned", "--order", "random"], "'random' is not one of"),
        (
            ["--to", "http://localhost", "order.created", "--unsigned", "--timeout", "0"],
            "'0': expected seconds, more than 0 and at most 86400.",
        ),
        (
            ["--to", "http://localhost", "order.created", "--unsigned", "--timeout", "inf"],
            "'inf': expected seconds, more than 0",
        ),
        (["--to", "http://localhost", "order.created", "--unsigned", "-n", "0"], "0 is not in the range x>=1"),
        (
            ["--to", "http://localhost", "order.created", "--unsigned", "--allow-host", "http://x"],
            "--allow-host takes a host name without scheme, port or path. Write one such as staging.example.com.",
        ),
        (
            ["--to", "http://localhost", "order.created", "--unsigned", "--set", "data.cod=1"],
            "Did you mean 'data.code'?",
        ),
        (
            ["--to", "https://api.steppay.kr", "order.created", "--unsigned", "--dry-run"],
            "api.steppay.kr belongs to StepPay",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_words_are_errors(args: list[str], told: str, run: Any) -> None:
    done = run("send", *args)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert "pw" not in done.err
