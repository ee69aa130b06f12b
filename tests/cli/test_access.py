"""Receivers behind access control, from the command line: what gets in, and that nothing shows with what."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cli.shop import SEED, TOKEN, Shop, urls
from delivery.doors import AUTHORITY, BOTH, gateway, guarded_tls
from serving import served
from werkzeug import Request, Response

from steppay_mock.cli.options import address
from steppay_mock.cli.options.access import AccessWords
from steppay_mock.delivery.config import load_config

PASSWORD, KEY = "hunter2-of-the-door", "key-of-the-door"
EXPECTED = "Basic " + b64encode(f"kim:{PASSWORD}".encode()).decode()
LET_IN = ("--header", f"X-Door: {KEY}", "--basic-auth", f"kim:{PASSWORD}")
LEAVES = ("--scenario", "customer-registers-and-leaves", *SEED)
CONFIG = f"""
[[endpoints]]
name = "staging"
url = "URL"
secret = "whsec_of_the_tests"
headers = {{ "X-Door" = "${{STAGING_DOOR}}" }}
basic_auth = "kim:${{STAGING_PASSWORD:-{PASSWORD}}}"
"""


def _is_let_in(request: Request) -> bool:
    return request.headers.get("authorization") == EXPECTED and request.headers.get("x-door") == KEY


@pytest.fixture
def guarded(receiver: Any) -> Any:
    """A receiver behind access control, which tells those outside what they came with."""

    def answer(request: Request) -> Response | None:
        came = f"{request.headers.get('authorization')} {request.headers.get('x-door')}"
        return None if _is_let_in(request) else Response(came, 401, {"x-came": came})

    receiver.answer = answer
    return receiver


def assert_hidden(*texts: str) -> None:
    for text in texts:
        assert [one for one in (PASSWORD, KEY, EXPECTED.split()[1]) if one in text] == []


@pytest.mark.parametrize("more", [(), ("--journal", "j.sqlite"), ("--fault", "chunked"), ("--keep-alive",)])
def test_options_let_in(run: Any, guarded: Any, secret: str, more: tuple[str, ...], tmp_path: Path) -> None:
    words = ("send", "--to", guarded.url, "order.created", "--secret", secret, "--report", "r.xml", *more)
    outside = run(*words)
    assert outside.code == 1
    hint = "hint: is there access control in front of it? Pass --header or --basic-auth."
    assert hint in outside.err or "--fault" in more
    wrong = run(*words, "--header", f"X-Door: {KEY}", "--basic-auth", f"lee:{PASSWORD}", "--json")
    assert wrong.code == 1
    done = run(*words, *LET_IN)
    assert done.code == 0
    assert_hidden(wrong.out, wrong.err, done.out, done.err, (tmp_path / "r.xml").read_text(encoding="utf-8"))


def test_the_environment_and_the_url_let_in(
    run: Any, guarded: Any, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEPPAY_MOCK_HEADER", f"x-door: {KEY}")
    inside = guarded.url.replace("://", f"://kim:{PASSWORD}@")
    dry = run("send", "--to", inside, "order.created", "--secret", secret, "--dry-run")
    done = run("send", "--to", inside, "order.created", "--secret", secret)
    assert (dry.code, done.code) == (0, 0)
    monkeypatch.setenv("STEPPAY_MOCK_BASIC_AUTH", f"kim:{PASSWORD}")
    other = run("send", "--to", guarded.url, "order.created", "--secret", secret)
    assert other.code == 0
    assert_hidden(dry.out, dry.err, done.out, done.err, other.out, other.err)


def test_a_journal_keeps_nothing_of_it_and_who_goes_on_gives_it_again(
    run: Any, guarded: Any, secret: str, tmp_path: Path
) -> None:
    words = ("--journal", "j.sqlite", "--secret", secret)
    inside = guarded.url.replace("://", f"://kim:{PASSWORD}@")
    assert run("send", "--to", inside, "order.created", *words, "--header", f"X-Door: {KEY}").code == 0
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("j.sqlite*"))
    assert [one for one in (PASSWORD, KEY, EXPECTED) if one.encode() in kept] == []
    refused = run("resend", "1", *words)
    assert refused.code == 1
    assert "No journal keeps them: `resume` and `resend` need them again." in refused.err
    assert run("resend", "1", *words, *LET_IN).code == 0
    shown = [run(*listed, "--journal", "j.sqlite") for listed in (("log",), ("log", "show", "1"), ("log", "show", "2"))]
    assert_hidden(refused.out, refused.err, *(one.out + one.err for one in shown))


def _stop(sender: Any, _tally: Any) -> None:
    sender.stop()


def test_a_run_that_was_cut_off_is_completed_behind_the_door(run: Any, guarded: Any, secret: str) -> None:
    from steppay_mock import Sender, make_events

    for journal in ("j.sqlite", "k.sqlite"):
        who: Any = {"headers": {"X-Door": KEY}, "auth": ("kim", PASSWORD)}
        sender = Sender(guarded.url, secret=secret, journal=journal, **who)
        stopping = partial(_stop, sender)
        sender.send(make_events("order.created", n=3, seed=7), watch=stopping)
    outside = run("resume", "--journal", "k.sqlite", "--secret", secret)
    assert outside.code == 1
    assert "No journal keeps them: `resume` and `resend` need them again." in outside.err
    inside = run("resume", "--journal", "j.sqlite", "--secret", secret, *LET_IN)
    assert inside.code == 0
    assert_hidden(outside.out, outside.err, inside.out, inside.err)


def test_the_file_lets_in_and_options_count_more(
    run: Any, guarded: Any, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("steppay-mock.toml", CONFIG.replace("URL", guarded.url))
    missing = run("send", "order.created")
    assert missing.code == 2
    assert "endpoints[0].headers.X-Door: the environment variable STAGING_DOOR is not set" in missing.err
    monkeypatch.setenv("STAGING_DOOR", KEY)
    assert run("send", "order.created").code == 0
    assert run("send", "--to", guarded.url, "order.created").code == 0
    assert run("send", "order.created", "--journal", "j.sqlite").code == 0
    assert run("resend", "1", "--journal", "j.sqlite").code == 0
    assert run("send", "order.created", "--basic-auth", f"lee:{PASSWORD}").code == 1
    assert run("send", "--to", guarded.url.replace("://", f"://kim:{PASSWORD}@"), "order.created").code == 0
    assert run("send", "--to", guarded.url.replace("://", f"://lee:{PASSWORD}@"), "order.created").code == 1
    shown = [run("config"), run("config", "--json")]
    assert shown[1].json["endpoints"][0]["access"] == ["headers", "basic_auth"]
    assert_hidden(*(one.out + one.err for one in shown))


def test_paths_of_the_file_are_from_its_folder_and_certificates_let_in(
    run: Any, receiver: Any, write: Any, tmp_path: Path
) -> None:
    (tmp_path / "authority.pem").write_bytes(Path(AUTHORITY).read_bytes())
    (tmp_path / "client.pem").write_bytes(Path(BOTH).read_bytes())
    with served(receiver, tls=guarded_tls()) as url, gateway("lee:of-the-proxy") as proxy:
        through = proxy.url.replace("://", "://lee:${PROXY_PASSWORD:-of-the-proxy}@")
        lines = f'ca_file = "authority.pem"\nclient_cert = "client.pem"\nproxy = "{through}"\n'
        write(
            "steppay-mock.toml", f'[[endpoints]]\nname = "tls"\nurl = "{url}"\nsecret = "whsec_of_the_tests"\n{lines}'
        )
        for more in ((), ("--journal", "j.sqlite")):
            done = run("send", "order.created", *more)
            assert (done.code, "of-the-proxy" in done.out + done.err) == (0, False)
        assert len(proxy.heads) == 2
        words = ("send", "--to", url, "order.created", "--secret", "whsec_of_the_tests", "--config", "none")
        stranger = run(*words)
        assert stranger.code == 3
        assert "ca_file= (--ca-file), or SSL_CERT_FILE" in " ".join(stranger.out.split())
        assert run(*words, "--ca-file", AUTHORITY, "--client-cert", BOTH).code == 0
        refused = run(*words, "--ca-file", AUTHORITY, "--client-cert", BOTH, "--proxy", proxy.url)
        assert refused.code == 3
        assert "answered 407: it wants a user and a password" in " ".join(refused.out.split())
        (tmp_path / "client.pem").unlink()
        assert "endpoints[0]: client_cert (--client-cert) cannot be used" in run("config").err


def test_a_proxy_that_is_not_this_machine_needs_consent_too(run: Any, nobody: str) -> None:
    words = (
        "send",
        "--to",
        "http://staging.example.com",
        "order.created",
        "--unsigned",
        "--proxy",
        "http://proxy.example.com",
    )
    done = run(*words)
    assert done.code == 2
    assert "staging.example.com and the proxy proxy.example.com are not this machine" in done.err
    assert "--allow-host staging.example.com --allow-host proxy.example.com" in done.err
    local = run("send", "--to", nobody, "order.created", "--unsigned", "--proxy", "http://proxy.example.com")
    assert "the proxy proxy.example.com is not this machine" in local.err


def test_the_question_names_the_receiver_and_the_proxy(run: Any, nobody: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(address, "at_terminal", lambda: True)
    monkeypatch.setattr("click.confirm", lambda question, **_: asked.append(question))
    proxy = nobody.removesuffix("/webhooks/steppay")
    done = run("send", "--to", "http://staging.example.com", "order.created", "--unsigned", "--proxy", proxy)
    assert (done.code, done.err.splitlines()[-1]) == (
        2,
        "Error: Nothing was sent. Give the URL of a receiver on this machine, or answer y.",
    )
    (question,) = asked
    assert question == (
        "staging.example.com is not this machine. Is it yours? Send 1 webhook to staging.example.com through "
        f"the proxy {proxy.removeprefix('http://')}?"
    )


@contextmanager
def _elsewhere(shop: Shop) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """The routes for tests of the same shop, on another port."""
    came: list[dict[str, str]] = []

    def app(environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        came.append({name.lower(): value for name, value in request.headers})
        return shop(request)(environ, start_response)

    with served(app) as url:
        yield url, came


@pytest.fixture
def shop(guarded: Any) -> Shop:
    shop, at_the_door = Shop(), guarded.answer
    guarded.answer = lambda request: at_the_door(request) or shop(request)
    return shop


def test_every_order_is_explored_and_replayed_behind_the_door(
    run: Any, guarded: Any, shop: Shop, secret: str, tmp_path: Path
) -> None:
    shop.mended = False
    words = (*urls(guarded), "--secret", secret)
    outside = run("explore", *LEAVES, *words)
    assert outside.code == 2
    assert "/reset answered 401" in outside.err
    found = run("explore", *LEAVES, *words, *LET_IN, "--ca-file", AUTHORITY)
    assert found.code == 1
    token = next(word for word in found.out.split() if word.startswith("sp"))
    assert run("replay", token, *words, *LET_IN).code == 1
    told = " ".join(found.out.split())
    assert f"--ca-file {AUTHORITY}" in told
    assert "--header, or STEPPAY_MOCK_HEADER, --basic-auth, or STEPPAY_MOCK_BASIC_AUTH" in told
    in_url = [word.replace("://", f"://kim:{PASSWORD}@") if "://" in word else word for word in words]
    again = run("explore", *LEAVES, *in_url, "--header", f"X-Door: {KEY}", "--report", "r.html", "--report", "r.json")
    assert again.code == 1
    assert "with the URL that is not shown in STEPPAY_MOCK_TO and STEPPAY_MOCK_STATE_URL" in " ".join(again.out.split())
    reports = [(tmp_path / name).read_text(encoding="utf-8") for name in ("r.html", "r.json")]
    assert_hidden(outside.err, found.out, found.err, again.out, again.err, *reports)


def test_what_lets_in_goes_to_no_other_port(run: Any, guarded: Any, shop: Shop, secret: str) -> None:
    with _elsewhere(shop) as (url, came):
        shop.guarded = True
        there = (
            "--state-url",
            f"{url}/state",
            "--reset-url",
            f"{url}/reset",
            "--state-header",
            f"Authorization: {TOKEN}",
        )
        to = ("--to", guarded.url, "--secret", secret)
        done = run("explore", *LEAVES, *to, *there, *LET_IN)
    assert done.code == 0
    assert {one.get("authorization") for one in came} == {TOKEN}
    assert [one for one in came if "x-door" in one] == []
    assert {headers["authorization"] for headers, _ in guarded.requests} == {EXPECTED}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--header", f"X-Door {KEY}"), "Write it like Authorization: Bearer"),
        (("--header", f"Host: {KEY}"), "The header host says how a request is carried"),
        (("--header", f"steppay-signature: {KEY}"), "is one of the webhook itself (fact 21)"),
        (("--header", f"X-Door: {KEY}", "--header", f"x-door: {PASSWORD}"), "The header x-door is given twice"),
        (("--basic-auth", PASSWORD), "Write USER:PASSWORD"),
        (("--ca-file", "nowhere.pem"), "ca_file (--ca-file) cannot be used: nowhere.pem"),
        (("--client-key", BOTH), "--client-key is the key of a certificate. Pass --client-cert FILE too."),
        (("--proxy", f"socks5://lee:{PASSWORD}@127.0.0.1"), "SOCKS are not supported"),
    ],
)
def test_wrong_words_are_errors_that_show_no_secret(
    run: Any, receiver: Any, words: tuple[str, ...], message: str
) -> None:
    done = run("send", "--to", receiver.url, "order.created", "--unsigned", *words)
    assert done.code == 2
    assert message in " ".join(done.err.split())
    assert receiver.requests == []
    assert_hidden(done.err)


def test_a_request_is_not_printed_with_a_password(run: Any) -> None:
    done = run(
        "generate", "order.created", "--format", "curl", "--to", f"http://kim:{PASSWORD}@localhost", "--unsigned"
    )
    assert (done.code, done.out) == (2, "")
    assert_hidden(done.err)


def test_an_authorization_that_is_typed_counts_more_than_that_of_the_file(
    run: Any, guarded: Any, write: Any, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAGING_DOOR", KEY)
    write("steppay-mock.toml", CONFIG.replace("URL", guarded.url).replace("basic_auth", "# basic_auth").encode())
    typed = run("send", "--to", guarded.url, "order.created", "--secret", secret, "--basic-auth", f"kim:{PASSWORD}")
    write("steppay-mock.toml", CONFIG.replace("URL", guarded.url).encode())
    as_header = ("--header", f"Authorization: {EXPECTED}", "--header", f"X-Door: {KEY}")
    assert (typed.code, run("send", "--to", guarded.url, "order.created", "--secret", secret, *as_header).code) == (
        0,
        0,
    )


def test_a_sign_in_the_path_is_no_password(write: Any, tmp_path: Path) -> None:
    url = "http://127.0.0.1:9/hooks/@shop"
    write("steppay-mock.toml", CONFIG.replace("URL", url).replace("${STAGING_DOOR}", KEY).encode())
    config = load_config(tmp_path / "steppay-mock.toml")
    nothing = AccessWords(headers=(), auth=None, ca_file=None, client_cert=None, client_key=None, proxy=None)
    assert nothing.for_url(url, config)["auth"] == ("kim", PASSWORD)
