"""``--body``: every command that sends events sends them in that form, and ``config`` tells which it would be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from cli.shop import SEED, Shop, urls
from payload.forms import form_of

from steppay_mock.payload.body import BodyForm

FORMS = get_args(BodyForm)


def sent(receiver: Any) -> set[str | None]:
    """The forms of the bodies that came."""
    return {form_of(json.loads(body), body) for _, body in receiver.requests if body}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("more", [(), ("--concurrency", "2")], ids=["one by one", "through the sender"])
def test_send_and_scenario_run(run: Any, receiver: Any, secret: str, form: str, more: tuple[str, ...]) -> None:
    options = ("--body", form, "--secret", secret, *SEED, *more)
    assert run("send", "--to", receiver.url, "customer.created", *options).code == 0
    assert run("scenario", "run", "customer-registers-and-leaves", "--to", receiver.url, *options).code == 0
    assert sent(receiver) == {form}


@pytest.mark.parametrize("form", FORMS)
def test_explore_and_replay(run: Any, receiver: Any, secret: str, form: str) -> None:
    receiver.answer = Shop(mended=False)
    args = (*urls(receiver), "--secret", secret)
    done = run(
        "explore",
        "--scenario",
        "customer-registers-and-leaves",
        *args,
        *SEED,
        "--truth",
        "off",
        "--body",
        form,
        "--json",
    )
    assert done.code == 1
    assert sent(receiver) == {form}
    receiver.requests.clear()
    assert run("replay", done.json["counterexample"]["token"], *args).code == 1
    assert sent(receiver) == {form}


def test_config_tells_the_form_and_where_it_comes_from(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(*args: str) -> tuple[str, str]:
        one = run("config", "--json", *args).json["events"]["body"]
        return one["value"], one["from"]

    assert told() == ("pretty", "default")
    (tmp_path / "steppay-mock.toml").write_text('[events]\nbody = "compact"\n', encoding="utf-8")
    assert told() == ("compact", "the file")
    monkeypatch.setenv("STEPPAY_MOCK_BODY", "escaped")
    assert told() == ("escaped", "STEPPAY_MOCK_BODY")
    assert told("--body", "pretty") == ("pretty", "--body")
    assert ["body", "escaped", "STEPPAY_MOCK_BODY"] in [line.split() for line in run("config").out.splitlines()]


def test_a_schedule_has_its_bodies_already(run: Any, receiver: Any, tmp_path: Path) -> None:
    (tmp_path / "schedule.json").write_text('{"version": 1, "events": [], "steps": []}', encoding="utf-8")
    done = run(
        "send", "--to", receiver.url, "--schedule", str(tmp_path / "schedule.json"), "--unsigned", "--body", "compact"
    )
    assert done.code == 2
    assert "--body means nothing to --schedule" in done.err
