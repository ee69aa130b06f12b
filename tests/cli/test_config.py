"""``steppay-mock.toml`` on the command line: who wins, where webhooks go, and what is shown of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Response

Write = Callable[[str], Path]


def endpoint(name: str, url: str, *more: str) -> str:
    return "\n".join(["[[endpoints]]", f'name = "{name}"', f'url = "{url}"', *more, ""])


def settings(run: Any, *args: str) -> dict[str, tuple[Any, str]]:
    done = run("config", "--json", *args)
    assert done.code == 0, done.err
    return {name: (one["value"], one["from"]) for name, one in done.json["sender"].items()}


def test_flag_before_environment_before_file_before_default(
    run: Any, write_config: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    defaults = settings(run)
    assert {source for _, source in defaults.values()} == {"default"}
    assert {name: value for name, (value, _) in defaults.items()} == {
        "journal": None,
        "concurrency": 1,
        "rate": None,
        "timeout": 10,
        "retries": "none",
        "success": None,
        "keep_alive": False,
        "speed": 1,
        "allow_hosts": [],
    }
    write_config(
        '[sender]\njournal = "j.sqlite"\nconcurrency = 2\nrate = 2\ntimeout = 2\nretries = [2]\nsuccess = [202]\n'
        'keep_alive = true\nspeed = "2s=1s"\nallow_hosts = ["two.example"]'
    )
    of_file = settings(run)
    assert {source for _, source in of_file.values()} == {"the file"}
    assert of_file["journal"][0] == str(tmp_path / "j.sqlite")
    assert of_file["retries"][0] == [2]
    assert (of_file["keep_alive"][0], of_file["speed"][0]) == (True, 0.5)
    for name, value in {"RATE": "3", "RETRIES": "svix", "SUCCESS": "203", "KEEP_ALIVE": "0", "SPEED": "0"}.items():
        monkeypatch.setenv(f"STEPPAY_MOCK_{name}", value)
    of_environment = settings(run)
    assert of_environment["rate"] == (3, "STEPPAY_MOCK_RATE")
    assert of_environment["retries"] == ("svix", "STEPPAY_MOCK_RETRIES")
    assert of_environment["success"] == ([203], "STEPPAY_MOCK_SUCCESS")
    assert of_environment["keep_alive"] == (False, "STEPPAY_MOCK_KEEP_ALIVE")
    assert of_environment["speed"] == (0, "STEPPAY_MOCK_SPEED")
    assert of_environment["concurrency"] == (2, "the file")
    monkeypatch.setenv("STEPPAY_MOCK_ALLOW_HOSTS", "one.example other.example")
    assert settings(run)["allow_hosts"] == (["one.example", "other.example"], "STEPPAY_MOCK_ALLOW_HOSTS")
    of_flags = settings(run, "--rate", "4", "--keep-alive", "--allow-host", "four.example", "--success", "204,200")
    assert of_flags["rate"] == (4, "--rate")
    assert of_flags["keep_alive"] == (True, "--keep-alive")
    assert of_flags["allow_hosts"] == (["four.example"], "--allow-host")
    assert of_flags["success"] == ([204, 200], "--success")


def test_config_shows_endpoints_without_their_secrets(
    run: Any, write_config: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_SECRET", "whsec_hidden_too")
    path = write_config(
        '[sender]\nspeed = "1d=1s"\n'
        + endpoint("shop", "http://localhost", 'secret = ["whsec_hidden", "${MAIL_SECRET}"]')
        + endpoint("off", "http://localhost/off", 'events = ["order.created"]', "enabled = false")
    )
    done = run("config")
    assert done.code == 0
    assert done.err == f"file: {path}\n"
    assert "speed        86400 times as fast  the file" in done.out
    assert "shop      true     http://localhost/webhooks/steppay" in done.out
    assert "********, ********  the file, MAIL_SECRET" in done.out
    listed = run("config", "--json")
    assert listed.json["endpoints"] == [
        {
            "name": "shop",
            "url": "http://localhost/webhooks/steppay",
            "events": [],
            "enabled": True,
            "secrets": {"count": 2, "from": ["the file", "MAIL_SECRET"]},
            "access": [],
        },
        {
            "name": "off",
            "url": "http://localhost/off",
            "events": ["order.created"],
            "enabled": False,
            "secrets": {"count": 0, "from": ["STEPPAY_WEBHOOK_SECRET"]},
            "access": [],
        },
    ]
    assert "hidden" not in done.out + done.err + listed.out + listed.err
    assert [one["name"] for one in run("config", "--json", "--endpoint", "shop").json["endpoints"]] == ["shop"]
    assert run("config", "--config", "none").err == "no steppay-mock.toml is read\n"


def test_config_tells_what_could_not_be_sent_to(run: Any, write_config: Write) -> None:
    path = write_config(
        endpoint("vendor", "https://api.steppay.kr", 'secret = "x"')
        + endpoint("far", "https://shop.example", 'secret = "x"')
        + endpoint("unsigned", "http://localhost")
        + endpoint("off", "https://shop.example", "enabled = false")
    )
    done = run("config")
    assert done.code == 2
    problems = [line for line in done.err.splitlines() if line.startswith("Error: ")]
    assert len(problems) == 3
    assert problems[0].startswith(f"Error: {path}: endpoints[0]: api.steppay.kr belongs to StepPay")
    assert problems[1].startswith(f"Error: {path}: endpoints[1]: shop.example is not this machine")
    assert problems[2].startswith(f"Error: {path}: endpoints[2].secret: the environment variable STEPPAY_WEBHOOK_SEC")


def test_without_a_url_webhooks_go_to_every_endpoint_that_is_enabled(
    run: Any, receiver: Any, secret: str, write_config: Write
) -> None:
    receiver.answer = lambda _request: Response(status=204)
    signed = f'secret = "{secret}"'
    write_config(
        endpoint("shop", receiver.url, signed)
        + endpoint("orders", receiver.url + "/orders", signed, 'events = ["order.created"]')
        + endpoint("off", receiver.url + "/off", "enabled = false")
    )
    done = run("send", "order.created", "order.updated", "--seed", "7", "--json")
    assert done.code == 0, done.err
    assert [(one["receiver"], one["event"]) for one in done.json["outcomes"]] == [
        ("shop", "order.created"),
        ("orders", "order.created"),
        ("shop", "order.updated"),
    ]
    assert secret not in done.out + done.err
    receiver.requests.clear()
    assert run("send", "all", "--endpoint", "orders").code == 0
    assert receiver.events == ["order.created"]
    plan = run("send", "all", *("--endpoint", "shop") * 2, "--endpoint", "orders", "--dry-run", "--seed", "7")
    assert "nothing was sent: 28 events would go to shop, orders\n" in plan.err
    assert [line.split()[2] for line in plan.out.splitlines() if line.split()[1] == "order.created"] == [
        "shop",
        "orders",
    ]
    receiver.requests.clear()
    assert run("scenario", "run", "refund-in-full", "--endpoint", "orders").code == 0
    assert set(receiver.events) == {"order.created"}


def test_the_secret_is_that_of_the_flag_else_of_the_endpoint_else_of_the_environment(
    run: Any, receiver: Any, secret: str, write_config: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEPPAY_WEBHOOK_SECRET", "whsec_of_the_environment")
    write_config(endpoint("shop", receiver.url, f'secret = "{secret}"'))
    bare = receiver.url.removesuffix("/webhooks/steppay")
    for to in (("--to", receiver.url), ("--to", bare), ("--endpoint", "shop")):
        assert run("send", *to, "order.created").code == 0
    assert run("send", "order.created", "--secret", "whsec_other").code == 1
    assert run("send", "--to", receiver.url, "order.created", "--config", "none").code == 1
    assert run("send", "--to", receiver.url + "?x", "order.created").code == 1
    done = run("send", "order.created", "--unsigned")
    assert (done.code, "steppay-signature" in receiver.requests[-1][0]) == (1, False)
    assert run("send", "order.created", "--unsigned", "--secret", "x").code == 2


def test_the_journal_of_the_file_is_that_of_every_command(
    run: Any, receiver: Any, secret: str, write_config: Write, tmp_path: Path
) -> None:
    write_config('[sender]\njournal = "j.sqlite"\n' + endpoint("shop", receiver.url, f'secret = "{secret}"'))
    assert run("send", "order.created").code == 0
    assert (tmp_path / "j.sqlite").is_file()
    assert [one["receiver"] for one in run("log", "--json").json] == ["shop"]
    assert run("log", "show", "1").code == 0
    assert run("resend", "1").code == 0
    assert len(receiver.requests) == 2
    done = run("resume")
    assert (done.code, done.err[:18]) == (0, "nothing to resume:")


def test_a_run_that_was_cut_off_is_resumed_with_the_secret_of_the_file(
    run: Any, receiver: Any, secret: str, write_config: Write, tmp_path: Path
) -> None:
    from steppay_mock import Sender, make_events

    path = str(tmp_path / "j.sqlite")
    write_config('[sender]\njournal = "j.sqlite"\n' + endpoint("shop", receiver.url, f'secret = "{secret}"'))
    sender = Sender.from_config()
    stopped = sender.send(make_events(seed=7), watch=lambda now: sender.stop() if now.succeeded >= 3 else None)
    assert stopped.pending
    done = run("resume", "--journal", path, "--json")
    assert (done.code, done.json["ok"]) == (0, True), done.err
    assert len(receiver.requests) == 27


def test_a_run_is_resumed_as_it_was_begun_whatever_the_file_says_by_then(
    run: Any, receiver: Any, secret: str, write_config: Write
) -> None:
    from steppay_mock import Sender, make_events

    shop = endpoint("shop", receiver.url, f'secret = "{secret}"')
    write_config('[sender]\njournal = "j.sqlite"\nretries = [0]\n' + shop)
    sender = Sender.from_config()
    sender.send(make_events(seed=7), watch=lambda progress: sender.stop() if progress.succeeded else None)
    answers = iter([500])
    receiver.answer = lambda _request: Response(status=next(answers, 204))
    write_config('[sender]\njournal = "j.sqlite"\nretries = "none"\n' + shop)
    assert run("resume").code == 0, "what failed once is tried again, as it was said when the run was begun"
    assert next(answers, None) is None


def test_the_statuses_of_success_decide(run: Any, receiver: Any, secret: str, write_config: Write) -> None:
    write_config("[sender]\nsuccess = [204]")
    args = ("send", "--to", receiver.url, "order.created", "--secret", secret)
    assert run(*args).code == 0
    assert run(*args, "--success", "200,201").code == 1
    receiver.answer = lambda _request: Response(status=201)
    assert run(*args).code == 1
    assert run(*args, "--config", "none").code == 0


def test_the_speed_of_the_file_waits_only_where_that_has_a_meaning(
    run: Any, receiver: Any, secret: str, write_config: Write
) -> None:
    write_config('[sender]\nspeed = "365d=1ms"')
    args = ("scenario", "run", "subscription-renews", "--to", receiver.url, "--secret", secret)
    assert run(*args).code == 0
    assert run(*args, "--order", "shuffled").code == 0
    assert run("send", "--to", receiver.url, "order.created", "--secret", secret).code == 0
    assert run(*args, "--order", "shuffled", "--speed", "1d=1ms").code == 2


def test_hosts_of_the_file_are_allowed_and_nobody_is_asked(
    run: Any, nobody: str, write_config: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "1")
    url = nobody.replace("127.0.0.1", "0.0.0.0")
    write_config('[sender]\nallow_hosts = ["0.0.0.0"]\n' + endpoint("shop", url))
    done = run("send", "order.created", "--unsigned")
    assert "is not this machine" not in done.err
    assert done.code == 3, done.err
    done = run("send", "--to", "http://shop.example", "order.created", "--unsigned")
    assert (done.code, "Add --allow-host shop.example" in done.err) == (2, True)
    write_config('[sender]\nallow_hosts = ["api.steppay.kr"]\n' + endpoint("vendor", "http://api.steppay.kr"))
    done = run("send", "order.created", "--unsigned")
    assert (done.code, "api.steppay.kr belongs to StepPay" in done.err) == (2, True)


def test_what_is_wrong_with_the_file_matters_only_where_it_is_needed(
    run: Any, receiver: Any, secret: str, write_config: Write
) -> None:
    path = write_config('[sender]\njournal = "${NOT_SET}"\n' + endpoint("shop", "${NOT_SET}"))
    args = ("send", "--to", receiver.url, "order.created", "--secret", secret)
    assert run(*args, "--journal", "other.sqlite").code == 0
    done = run(*args)
    assert done.code == 2
    assert f"{path}: sender.journal: the environment variable NOT_SET is not set" in done.err
    path.write_text("[sendr]", encoding="utf-8")
    assert run(*args).code == 2
    assert run(*args, "--config", "none").code == 0
    assert run("send", "--help").code == 0


def test_another_file_may_be_named(
    run: Any, receiver: Any, secret: str, write_config: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_config("[sendr]").rename("other.toml")
    assert run("config", "--config", "other.toml").code == 2
    write_config(endpoint("shop", receiver.url, f'secret = "{secret}"')).rename("other.toml")
    assert run("send", "order.created", "--config", "other.toml").code == 0
    monkeypatch.setenv("STEPPAY_MOCK_CONFIG", "other.toml")
    assert run("send", "order.created").code == 0
    assert run("send", "order.created", "--config", "none").code == 2


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("order.created", "--endpoint", "shp"), "has no endpoint 'shp'. Did you mean 'shop'?"),
        (("order.created", "--endpoint", "off"), "the endpoint 'off' is not enabled."),
        (
            ("order.created", "--fault", "key-empty", "--unsigned"),
            "--fault key-empty changes the signature, and --unsigned sends none. Leave out one of them.",
        ),
        (("--to", "http://localhost", "order.created", "--endpoint", "shop"), "--endpoint takes the place of --to."),
        (("order.created", "--config", "nowhere.toml"), "nowhere.toml cannot be read: No such file or directory."),
    ],
)
def test_wrong_words_are_errors(args: tuple[str, ...], told: str, run: Any, receiver: Any, write_config: Write) -> None:
    write_config(endpoint("shop", receiver.url, 'secret = "x"') + endpoint("off", receiver.url, "enabled = false"))
    done = run("send", *args)
    assert (done.code, done.out, receiver.requests) == (2, "", [])
    assert told in done.err


def test_an_endpoint_without_a_file_is_wrong_usage(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("config", "--endpoint", "shop")
    assert (done.code, done.out) == (2, "")
    assert "There is no steppay-mock.toml, and so no endpoint 'shop'." in done.err
