"""``generate``: what is asked for is made, the same for the same seed, and printed as asked."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from steppay_mock import EventType, make_event, make_events, validate


def test_one_event_is_one_object_to_read(run: Any) -> None:
    done = run("generate", "payment.completed", "--seed", "7")
    assert (done.code, done.err) == (0, "")
    assert done.json == make_event("payment.completed", seed=7).payload
    assert done.out.startswith('{\n  "timestamp": ')
    assert done.out.endswith("}\n")
    assert "\\u" not in done.out
    assert done.json["data"]["payer"]["userName"] in done.out


def test_several_events_are_one_array(run: Any) -> None:
    done = run("generate", "order.created", "order.updated", "-n", "2", "--seed", "7")
    assert done.json == [event.payload for event in make_events(["order.created", "order.updated"], n=2, seed=7)]
    assert done.out == json.dumps(done.json, indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize(("form", "written"), [("pretty", "compact"), ("compact", "compact"), ("escaped", "escaped")])
def test_ndjson_is_each_event_in_a_line(run: Any, form: str, written: Any) -> None:
    done = run("generate", "all", "--seed", "7", "-n", "2", "--format", "ndjson", "--edge", "--body", form)
    events = make_events(EventType, n=2, seed=7, edge=True, body=written)
    assert done.raw == b"".join(event.body + b"\n" for event in events)


@pytest.mark.parametrize("form", ["pretty", "compact", "escaped"])
def test_json_is_the_body_of_one_and_an_array_of_several(run: Any, form: Any) -> None:
    event = make_event("customer.created", seed=7, body=form)
    assert run("generate", "customer.created", "--seed", "7", "--body", form).raw == event.body + b"\n"
    several = run("generate", "customer.created", "-n", "2", "--seed", "7", "--body", form)
    assert several.json == [one.payload for one in make_events("customer.created", n=2, seed=7)]
    assert several.raw.startswith(b"[\n  " + event.body.replace(b"\n", b"\n  "))


@pytest.mark.parametrize("form", ["pretty", "compact", "escaped"])
def test_requests_have_the_exact_body(run: Any, form: Any, tmp_path: Path) -> None:
    body = make_event("customer.created", seed=7, body=form).body
    args = ("generate", "customer.created", "--seed", "7", "--body", form, "--unsigned")
    assert run(*args, "--format", "http").raw.endswith(b"\r\n\r\n" + body)
    (tmp_path / "curl").write_text('#!/bin/sh\nfor word; do :; done; printf %s "$word"\n', encoding="utf-8")
    (tmp_path / "curl").chmod(0o755)
    command = run(*args, "--format", "curl").raw
    told = subprocess.run(["sh"], input=command, env={"PATH": f"{tmp_path}:/bin"}, capture_output=True, check=True)
    assert told.stdout == body


def test_the_form_of_the_body_comes_from_flag_environment_file_or_default(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def form() -> str:
        return "pretty" if b"\n " in run(*args).raw else "compact"

    args = ["generate", "customer.created", "--seed", "7"]
    assert form() == "pretty"
    (tmp_path / "steppay-mock.toml").write_text('[events]\nbody = "compact"\n', encoding="utf-8")
    assert form() == "compact"
    monkeypatch.setenv("STEPPAY_MOCK_BODY", "pretty")
    assert form() == "pretty"
    args += ["--body", "compact"]
    assert form() == "compact"
    (tmp_path / "steppay-mock.toml").write_text('[events]\nbody = "prety"\n', encoding="utf-8")
    wrong = run("generate", "customer.created")
    assert wrong.code == 2
    assert "came:     \"prety\" (a text)\n  next:     Did you mean 'pretty'?" in wrong.err


def test_all_is_every_event_type(run: Any) -> None:
    assert [payload["event"] for payload in run("generate", "all", "--seed", "1").json] == list(EventType)


def test_without_a_seed_one_is_drawn_and_repeats_the_bytes(run: Any) -> None:
    first = run("generate", "order.created", "-n", "3")
    words = first.err.split()
    assert first.err == f"seed {words[1]} (repeat with --seed {words[1]})\n"
    again = run("generate", "order.created", "-n", "3", "--seed", words[1])
    assert again.raw == first.raw
    assert again.err == ""
    assert run("generate", "order.created", "-n", "3").raw != first.raw


def test_the_options_of_making_reach_the_factory(run: Any) -> None:
    def made(*args: str) -> Any:
        return run("generate", "order.created", "--seed", "7", *args).json

    def event(**options: Any) -> Any:
        return make_event("order.created", seed=7, **options).payload

    assert made("--nulls", "null") == event(nulls="null")
    assert made("--nulls", "mixed") == event(nulls="mixed")
    assert made("--edge") == event(edge=True)
    assert made("--edge", "64-bit") == made("--edge=64-bit") == event(edge="64-bit")
    assert made("--locale", "en_US") == event(locale="en_US")
    for drift in ("field", "enum", "event"):
        assert made("--drift", drift) == event(drift=drift)


@pytest.mark.parametrize("words", [("order.created", "--edge"), ("--edge", "order.created")], ids=" ".join)
def test_edge_takes_no_event_for_its_value(words: tuple[str, ...], run: Any) -> None:
    made = run("generate", "--seed", "7", *words)
    assert made.json == make_event("order.created", seed=7, edge=True).payload
    made = run("generate", "--seed", "7", "--edge", "64-bit", "order.created")
    assert made.json == make_event("order.created", seed=7, edge="64-bit").payload


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--edge=32-bit", "order.created"), "'32-bit' is no kind of edge. Write --edge, or --edge 64-bit."),
        (("order.created", "64-bit"), "There is no event type '64-bit'."),
        (("--", "order.created", "--edge"), "There is no event type '--edge'."),
    ],
)
def test_another_kind_of_edge_is_refused(words: tuple[str, ...], told: str, run: Any) -> None:
    done = run("generate", *words)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


@pytest.mark.parametrize("now", ["2024-02-29T21:00:00+09:00", "2024-02-29T12:00:00Z", "1709208000", "1709208000.5"])
def test_now_takes_a_zone_or_epoch_seconds(now: str, run: Any) -> None:
    moment = datetime(2024, 2, 29, 12, tzinfo=UTC)
    made = run("generate", "order.created", "--seed", "7", "--now", now).json
    assert made["timestamp"] == 1709208000
    if "." not in now:
        assert made == make_event("order.created", seed=7, now=moment).payload


def test_all_leaves_out_what_cannot_drift_and_says_so(run: Any) -> None:
    done = run("generate", "all", "--seed", "1", "--drift", "enum")
    assert [payload["event"] for payload in done.json] == [
        name for name in EventType if not name.startswith("customer.")
    ]
    assert done.err == (
        "left out, because --drift enum changes nothing in them: customer.created, customer.updated, customer.deleted\n"
    )


def test_a_long_run_needs_no_more_memory_than_a_short_one() -> None:
    script = (
        "import resource, sys\n"
        "sys.argv = 'steppay-mock generate customer.created --seed 1 --format ndjson -n'.split() + sys.argv[1:]\n"
        "from steppay_mock.cli import main\n"
        "try:\n    main()\n"
        "finally:\n    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    )

    def peak(count: int) -> int:
        done = subprocess.run(
            [sys.executable, "-c", script, str(count)], capture_output=True, check=True, env={**os.environ}
        )
        assert done.stdout.count(b"\n") == count
        return int(done.stderr)

    few, many = peak(10), peak(10_000)
    assert many < few * 1.1


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["order.cretaed"], "There is no event type 'order.cretaed'. Did you mean 'order.created'?"),
        ([], "Missing argument 'EVENT...'"),
        (
            ["order.created", "order.created"],
            "order.created is named twice. Name it once, and add -n 2 for two different events.",
        ),
        (["all", "order.created"], "order.created is named twice."),
        (["order.created", "-n", "0"], "0 is not in the range 1<=x<=1000000000"),
        (["order.created", "--seed", "x"], "'x' is not a valid integer"),
        (["order.created", "--nulls", "maybe"], "'maybe' is not one of"),
        (["order.created", "--locale", "ko_KO"], "Did you mean 'ko_KR'?"),
        pytest.param(
            ["order.created", "--locale", "kr_KR"],
            "Faker has no locale 'kr_KR'.",
            marks=pytest.mark.extra("faker"),
        ),
        (
            ["customer.created", "--drift", "enum"],
            "--drift enum changes nothing in customer.created. Leave it out, or use --drift field or --drift event.",
        ),
        (["order.created", "--now", "2024-01-31"], "Write 2024-01-31T00:00:00Z for UTC"),
        (["order.created", "--now", "2024-01-31T09:00"], "has no zone. Write 2024-01-31T09:00:00Z for UTC, or"),
        (["order.created", "--now", "yesterday"], "'yesterday' is no moment. Write 2024-01-31T09:00:00+09:00, or"),
        (["order.created", "--now", "1" * 5000], "is no moment. Write"),
        (
            ["order.created", "--now", "1737936000000"],
            "is not within the years 1970 to 9000. Write seconds since the epoch, not milliseconds",
        ),
        (["order.created", "--now", "0001-01-01T00:00:00+09:00"], "is no moment. Write"),
        (["order.created", "--now", "253402300799"], "is not within the years 1970 to 9000"),
        (["order.created", "--to", "http://localhost"], "--to has no effect with --format json."),
        (["order.created", "--secret", "s"], "--secret has no effect with --format json. Add --format http or"),
        (["order.created", "--format", "ndjson", "--unsigned"], "--unsigned has no effect with --format ndjson."),
        (["order.created", "--timestamp", "0"], "--timestamp has no effect with --format json."),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_wrong_words_are_usage_errors(args: list[str], told: str, run: Any) -> None:
    done = run("generate", *args)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_what_is_made_is_valid(run: Any) -> None:
    made = run("generate", "all", "--edge", "--nulls", "mixed", "--seed", "3").json
    assert [payload["event"] for payload in made] == list(EventType)
    for payload in made:
        validate(payload)


def test_nothing_is_said_where_all_can_drift(run: Any) -> None:
    done = run("generate", "all", "--seed", "1", "--drift", "field")
    assert (len(done.json), done.err) == (len(EventType), "")
