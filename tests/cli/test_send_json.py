"""The JSON of a run has the same keys whatever the options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from steppay_mock import make_events
from steppay_mock.delivery.schedule import Deliver, Overlap, plan

ARGS = ("order.created", "order.updated", "--seed", "7")


def keys(value: Any) -> Any:
    """The keys of a document, those of what it holds among them; of a list the keys of its first member."""
    if isinstance(value, dict):
        return {name: keys(one) for name, one in value.items() if name not in {"payload", "headers", "statuses"}}
    if isinstance(value, list):
        return [keys(value[0])] if value and isinstance(value[0], dict) else []
    return None


@pytest.fixture
def documents(run: Any, receiver: Any, secret: str, write: Any) -> dict[str, Any]:
    """A document for each combination of options."""
    entry = f'[[endpoints]]\nname = "%s"\nurl = "{receiver.url}"\nsecret = "{secret}"\n'
    file = write("two.toml", entry % "one" + entry % "two")
    schedule = write("schedule.json", "")
    plan(make_events(["order.created", "order.updated"], seed=7), [Deliver(event=0), Overlap(events=(0, 1))]).write(
        schedule
    )
    to = ("--to", receiver.url, "--secret", secret)
    commands: dict[str, tuple[str, ...]] = {
        "plain": ("send", *ARGS, *to),
        "concurrency": ("send", *ARGS, *to, "--concurrency", "4"),
        "journal": ("send", *ARGS, *to, "--journal", "j.sqlite"),
        "retries": ("send", *ARGS, *to, "--retries", "0,0"),
        "keep-alive": ("send", *ARGS, *to, "--keep-alive"),
        "endpoints": ("send", *ARGS, "--config", file),
        "schedule": ("send", "--schedule", schedule, *to),
        "scenario": ("scenario", "run", "refund-in-full", "--seed", "7", *to),
        "fault": ("send", *ARGS, *to, "--fault", "wrong-secret"),
        "many": ("send", *ARGS, *to, "-n", "151"),
    }
    found = {name: run(*command, "--json").json for name, command in commands.items()}
    assert run("send", *ARGS, *to, "--lambda", "alb", "--timeout", "5", "--json").json["failed"] == 2
    found["lambda"] = run("send", *ARGS, *to, "--lambda", "alb", "--json").json
    return found


def test_the_keys_are_the_same_whatever_the_options(documents: dict[str, Any]) -> None:
    plain = keys({**documents["plain"], "controls": []})
    assert set(plain) >= {"outcomes", "warnings", "run", "journal", "planned", "failed", "receiver", "outcome"}
    for name, document in documents.items():
        found = keys(document)
        assert found["controls"] in ([], plain["outcomes"]), name
        for outcome in document["outcomes"]:
            assert set(outcome) == set(documents["plain"]["outcomes"][0]), name
        found["outcomes"][0]["control"] = None  # that of a fault is an object
        assert {**found, "controls": []} == plain, name


def test_every_delivery_is_in_it(documents: dict[str, Any]) -> None:
    for name, document in documents.items():
        assert len(document["outcomes"]) == document["planned"], name
        assert (document["run"] is None) == (document["journal"] is None) == (name != "journal"), name


def test_resume_has_the_same_document_for_each_run(run: Any, receiver: Any, secret: str, tmp_path: Path) -> None:
    import sqlite3

    sent = run("send", *ARGS, "--to", receiver.url, "--secret", secret, "--journal", "j.sqlite", "--json").json
    connection = sqlite3.connect(tmp_path / "j.sqlite")
    with connection:
        connection.execute("UPDATE runs SET ended_at = NULL")
        connection.execute("UPDATE deliveries SET state = 'PENDING' WHERE id = 2")
        connection.execute("DELETE FROM attempts WHERE delivery = 2")
    connection.close()
    (resumed,) = run("resume", "--journal", "j.sqlite", "--secret", secret, "--json").json["runs"]
    assert keys(resumed) == keys(sent)
    assert [one["id"] for one in resumed["outcomes"]] == [1, 2]
    assert [one["payload"] for one in resumed["outcomes"]] == [one["payload"] for one in sent["outcomes"]]
