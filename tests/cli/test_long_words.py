"""A wrong word comes back in its message, and of a long one the first 80 letters."""

from __future__ import annotations

import re
import shlex
from typing import Any

import click
import pytest

from steppay_mock.cli.options.parameter_types import SecondsType
from steppay_mock.cli.program import program

CUT = {
    "generate order.created --now L": [80],
    "verify --secret s --header h --now L": [80],
    "verify --secret s --header h --tolerance L": [80],
    "verify --secret s --header h --tolerance -1L": [78],
    "explore --settle L": [80],
    "send order.created --rate L": [80],
    "send order.created --retries L": [80],
    "send order.created --lambda alb --lambda-path L --to http://localhost": [80],
    "generate order.created --set timestamp=L": [80],
    "generate order.created --set timestamp=N": [80],
    "generate order.created --set isTest=L": [80],
    "scenario show refund-in-full --currency L": [80],
    "scenario show refund-in-full --assume notice_days=L": [80],
    "scenario show refund-in-full --set days=L": [80],
    "serve-api --fail L": [80, 80],
    "serve-api --fail L=503": [80, 80],
    "serve-api --fail /a=L": [77, 80],
    "serve-api --fail /a=N": [77, 80],
    "serve-api --fail /a=503,L": [73, 80],
    "serve-api --slow /a=1,times=L": [69, 74],
    "serve-api --hold L": [80, 80],
    "trigger L": [80],
    "trigger cancel L": [80, 80],
    "trigger cancel -L": [79],
    "trigger cancel --L": [78, 78],
    "trigger cancel --L 1 --L 2": [80],
    "trigger advance L": [80],
    "trigger pay --url L": [80],
}
"""A line with a long word of letters or digits, and how many of them each part of its message shows."""


def runs(text: str) -> list[int]:
    return [len(one) for one in re.findall("x{20,}|9{20,}", text)]


@pytest.mark.parametrize("line", CUT)
def test_a_wrong_word_is_shown_and_a_long_one_is_cut(line: str, run: Any) -> None:
    done = run(*line.replace("L", "x" * 500).replace("N", "9" * 500).split())
    assert (done.code, runs(done.err)) == (2, CUT[line])


@pytest.mark.parametrize("kind", [SecondsType(), SecondsType(positive=True)])
def test_seconds_are_cut_too(kind: Any) -> None:
    for text in ("x" * 200, "-" + "1" * 200):
        with pytest.raises(click.BadParameter) as error:
            kind(text)
        assert f"{text[:80]!r} is no number" in error.value.message
    with pytest.raises(click.BadParameter) as error:
        SecondsType(most=5)("9" * 200)
    assert f"{'9' * 80!r} is more than 5 seconds" in error.value.message


def test_a_path_is_cut_too(run: Any) -> None:
    done = run("validate", "x" * 200 + "\0")
    assert (done.code, runs(done.err)) == (2, [80])
    assert "is no path of a file. Write another one." in done.err


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("send http://localhost", "The receiver is given by --to: steppay-mock send all --to http://localhost"),
        (
            "send a/b order.created",
            "a/b is no event type. The receiver is given by --to: steppay-mock send order.created",
        ),
        ("send localhost:80", "localhost:80 is no event type."),
        ("send http://a http://b", "One receiver is taken, by --to URL. Name several in steppay-mock.toml."),
        ("send http://a order.created --to http://b", "One receiver is taken, by --to URL."),
        ("send 'http://a/?token=abcdefgh'", "http://a/?token=******** is no event type."),
    ],
)
def test_a_url_in_the_place_of_an_event_gets_the_command_as_it_is_right(line: str, told: str, run: Any) -> None:
    done = run(*shlex.split(line))
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_help_is_at_most_a_hundred_letters_wide(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    assert program.make_context("steppay-mock", ["events"]).max_content_width == 100
    for line in run("send", "--help").out.splitlines():
        assert len(line) <= 100 or "steppay-mock" in line
    assert run("send", "-h").out == run("send", "--help").out


def test_a_scenario_is_shown_with_what_each_parameter_may_be(run: Any) -> None:
    done = run("scenario", "show", "subscription-renewal-fails-then-recovers")
    assert "(1, 2, 3, 4, 5)" in done.out
    assert "None" not in done.out
    assert ".\n" not in done.out.partition("Parameter ")[2].partition("\n\n")[0]


def shown_by(done: Any) -> dict[str, list[str]]:
    """The other columns of a table by the first."""
    return {line.split()[0]: re.split(r" {2,}", line)[1:] for line in done.out.splitlines()}


def test_config_shows_each_setting_in_words(run: Any, write: Any) -> None:
    lines = ["concurrency = 2", "rate = 2.50", "timeout = 3.0", "retries = [2, 5]", "success = [202, 204]"]
    lines += ["keep_alive = true", 'speed = "1d=1s"', 'allow_hosts = ["a.example", "b.example"]']
    write("steppay-mock.toml", "\n".join(["[sender]", *lines, ""]))
    shown = shown_by(run("config"))
    assert shown == {
        "Setting": ["Value", "From"],
        "journal": ["no journal", "default"],
        "concurrency": ["2", "the file"],
        "rate": ["2.5", "the file"],
        "timeout": ["3", "the file"],
        "retries": ["2, 5", "the file"],
        "success": ["202, 204", "the file"],
        "keep_alive": ["true", "the file"],
        "speed": ["86400 times as fast", "the file"],
        "allow_hosts": ["a.example, b.example", "the file"],
        "body": ["pretty", "default"],
    }
    for text, words in (("real", "real"), ("0", "0: nothing is waited for"), ("2s=1s", "2 times as fast")):
        assert shown_by(run("config", "--speed", text))["speed"] == [words, "--speed"]
    shown = shown_by(run("config", "--config", "none"))
    assert [shown[name][0] for name in ("keep_alive", "allow_hosts", "timeout")] == ["false", "none", "10"]


def test_config_keeps_what_is_of_events_apart(run: Any) -> None:
    shown = run("config", "--json").json
    assert shown["events"] == {"body": {"value": "pretty", "from": "default"}}
    assert len(shown["sender"]) == 9
    assert "body" not in shown["sender"]


def test_config_shows_each_endpoint_in_a_row(run: Any, write: Any) -> None:
    plain = '[[endpoints]]\nname = "a"\nurl = "http://localhost"\nsecret = "x"\n'
    more = 'events = ["order.created", "order.updated"]\nbasic_auth = "kim:pw"\nheaders = { "X-Door" = "key" }\n'
    broken = '[[endpoints]]\nname = "c"\nurl = "nowhere"\nenabled = false\nsecret = ["x", "y"]\n'
    write("steppay-mock.toml", plain + plain.replace('"a"', '"b"') + more + broken)
    table = run("config").out.partition("\n\n")[2].splitlines()
    assert [re.split(r" {2,}", line) for line in table] == [
        ["Endpoint", "Enabled", "URL", "Events", "Secret", "From", "Access"],
        ["a", "true", "http://localhost/webhooks/steppay", "all", "********", "the file", "none"],
        [
            *("b", "true", "http://localhost/webhooks/steppay", "order.created, order.updated"),
            *("********", "the file", "headers, basic_auth"),
        ],
        ["c", "false", "?", "all", "********, ********", "the file, the file", "none"],
    ]
