"""Whatever a command is given, it ends with words and an exit code: no value makes it fail by itself."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

LONG = "9" * 5_000
NO_PATHS = ["a\0b", "\ud800"]


def fine(done: Any) -> None:
    assert done.code == 2
    assert "itself failed" not in done.err
    assert len(done.err) < 1_000


@pytest.mark.parametrize("path", NO_PATHS)
@pytest.mark.parametrize(
    "words",
    [
        "validate P",
        "sign P --secret x",
        "verify P --secret x --header t=1,v1=a",
        "send U --unsigned --schedule P",
        "send U order.created --unsigned --journal P",
        "send U order.created --unsigned --report P",
        "config --journal P",
        "config --config P",
        "log --journal P",
        "log show 1 --journal P",
        "resend 1 --unsigned --journal P",
        "resume --unsigned --journal P",
        "scenario list --from P",
        "scenario show customer-registers-and-leaves --from P",
        "explore --scenario customer-registers-and-leaves --to U --state-url U --reset-url U --unsigned --junit P",
        "replay sp1.x --to U --state-url U --reset-url U --unsigned --from P",
        "serve-api --token x --from P",
        "dev --data P",
        "dev --from P",
    ],
)
def test_what_cannot_be_a_path_is_told(words: str, path: str, run: Any, nobody: str) -> None:
    fine(run(*({"P": path, "U": nobody}.get(word, word) for word in words.split())))


@pytest.mark.parametrize(
    "setting",
    [f"data.items.0.paidAmount={LONG}", f"data.items.{LONG}.code=x", f"timestamp={LONG}", f"data.id=-{LONG}"],
    ids=["field", "place", "timestamp", "negative"],
)
def test_an_integer_of_thousands_of_digits_is_not_set(setting: str, run: Any) -> None:
    done = run("generate", "order.created", "--seed", "7", "--set", setting)
    fine(done)


@pytest.mark.parametrize(
    "text",
    [
        f"[sender]\nrate = {LONG}",
        f"[sender]\ntimeout = {'9' * 400}",
        "[sender]\ntimeout = 1e300",
        f"[sender]\nretries = [{'9' * 400}]",
        "[sender]\nx = 2025-13-45",
        "[sender]\nx = " + "[" * 5_000,
        'sender.journal = "a\\u0000b"',
    ],
    ids=["5,000 digits", "400 digits", "no time", "a delay of 400 digits", "no date", "deep", "NUL in a path"],
)
def test_numbers_and_paths_of_a_file_that_cannot_be_are_told(text: str, run: Any, write: Any) -> None:
    write("steppay-mock.toml", text)
    fine(run("config"))


@pytest.mark.parametrize("seconds", ["99999999999999999999", "1e300", "86401"])
def test_no_timeout_is_longer_than_the_system_can_wait(seconds: str, run: Any, nobody: str) -> None:
    done = run("send", "--to", nobody, "order.created", "--unsigned", "--timeout", seconds)
    fine(done)
    assert f"'{seconds}': expected seconds, more than 0 and at most 86400." in done.err


@pytest.mark.parametrize("words", ["log show N", "resend N --unsigned"])
def test_a_number_that_no_journal_can_have_is_told(words: str, run: Any, nobody: str) -> None:
    run("send", "--to", nobody, "order.created", "--unsigned", "--journal", "j.sqlite")
    done = run(*words.replace("N", "9" * 20).split(), "--journal", "j.sqlite")
    fine(done)
    assert "No number of j.sqlite has more than 19 digits." in done.err


def test_a_journal_whose_name_is_no_utf_8_is_written_and_read(run: Any, receiver: Any, secret: str) -> None:
    name = "a\udc80b"
    assert run("send", "--to", receiver.url, "order.created", "--secret", secret, "--journal", name).code == 0
    assert "order.created" in run("log", "--journal", name).out


@pytest.mark.parametrize("token", ["token ", " token", "to ken", "token\n", "토큰"])
def test_a_token_that_no_call_can_carry_is_refused(token: str, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("serve-api", "dev"):
        done = run(name, "--token", token)
        fine(done)
        assert "Error: --token " in done.err
    monkeypatch.setenv("STEPPAY_SECRET_TOKEN", os.fsdecode(token.encode()))  # as this locale reads it
    done = run("serve-api")
    fine(done)
    assert "Error: The variable STEPPAY_SECRET_TOKEN " in done.err
    assert token.strip() not in done.err


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A journal whose run was cut off: one of its two deliveries arrived."""
    from cli.conftest import run_command

    path = str(tmp_path_factory.mktemp("journals") / "sent.sqlite")
    run_command(
        "send", "--to", "http://127.0.0.1:9/", "order.created", "order.updated", "--unsigned", "--journal", path
    )
    _change(path, "UPDATE runs SET ended_at = NULL")
    _change(path, "UPDATE deliveries SET state = CASE WHEN id = 1 THEN 'SUCCESS' ELSE 'PENDING' END")
    _change(path, "DELETE FROM attempts WHERE delivery = 2")
    return path


def _change(path: str, statement: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement)
    connection.close()


@pytest.fixture
def journal(sent: str, tmp_path: Path) -> str:
    path = str(tmp_path / "damaged.sqlite")
    shutil.copy(sent, path)
    return path


@pytest.mark.parametrize("value", ["'LOST'", "''", "5", "x'00'"])
def test_a_delivery_in_no_state_is_named_and_nothing_is_sent(value: str, run: Any, journal: str) -> None:
    _change(journal, f"UPDATE deliveries SET state = {value} WHERE id = 1")
    done = run("resume", "--unsigned", "--journal", journal)
    fine(done)
    assert f"Delivery 1 of run 1 in {journal} is damaged: its state is none of PENDING, SUCCESS and FAIL." in done.err
    assert "UPDATE deliveries SET state = 'PENDING' WHERE id = 1" in done.err
    assert run("log", "--journal", journal).code == 0
    assert run("log", "show", "1", "--journal", journal, "--json").code == 0
    _change(journal, "UPDATE deliveries SET state = 'PENDING' WHERE id = 1")
    assert run("resume", "--unsigned", "--journal", journal).code == 3


DAMAGE = [
    *("deliveries.wait", "deliveries.due", "deliveries.position"),
    *("deliveries.event", "deliveries.run", "deliveries.hook"),
    *("events.body", "events.type", "runs.seed", "runs.settings", "runs.first_delivery", "hooks.name"),
    *("attempts.sent_at", "attempts.latency", "attempts.answered_at", "attempts.headers", "attempts.status"),
]


@pytest.mark.parametrize("damaged", DAMAGE)
def test_a_damaged_journal_is_told_and_nothing_of_it_is_lost(damaged: str, run: Any, journal: str) -> None:
    table, column = damaged.split(".")
    for value in ("x'00ff'", "9e999", "'[1]'"):
        if column not in {"type", "body", "name"} or value == "9e999":  # the others may stand there
            _change(journal, f"UPDATE {table} SET {column} = {value}")
        for words in ("log", "log --json", "log show 1", "resend 1 --unsigned", "resume --unsigned --json"):
            done = run(*words.split(), "--journal", journal)
            assert done.code in {0, 1, 2, 3}, (words, value, done.err)
            assert "itself failed" not in done.err
            assert done.code or not words.startswith("resume")
