"""A receiver that echoes its secret, and a URL with a token in its query: no command shows either."""

from __future__ import annotations

import sqlite3
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug import Request, Response

URL_TOKEN = "url-t0ken-42"

Run = Callable[..., Any]


@pytest.fixture
def telling(receiver: Any, secret: str) -> Any:
    """A receiver that answers with its secret and the token of its URL."""

    def answer(request: Request) -> Response:
        secrets = (secret, request.args.get("token", ""))
        told = [form for one in secrets for form in (one, quote(one, safe=""), b64encode(one.encode()).decode())]
        return Response(" ".join(told), 500, {"x-secret": " ".join(secrets), "location": f"/?{secret}"})

    receiver.answer = answer
    receiver.url += f"?token={URL_TOKEN}"
    return receiver


def assert_hidden(text: str, secret: str) -> None:
    encoded = (b64encode(one.encode()).decode().rstrip("=") for one in (secret, URL_TOKEN))
    assert [one for one in (secret, URL_TOKEN, *encoded) if one in text] == []


@pytest.mark.parametrize(
    "words",
    [
        ["send", "--to", "URL", "order.created", "payment.completed"],
        ["send", "--to", "URL", "order.created", "--json"],
        ["send", "--to", "URL", "order.created", "--fault", "timestamp-stale", "--json"],
        ["send", "--to", "URL", "order.created", "--concurrency", "2"],
        ["send", "--to", "URL", "order.created", "--journal", "j.sqlite", "--json"],
        ["send", "--to", "URL", "order.created", "--dry-run"],
        ["send", "--to", "URL", "order.created", "--dry-run", "--json"],
        ["scenario", "run", "invoice-paid", "--to", "URL"],
        ["scenario", "run", "invoice-paid", "--to", "URL", "--journal", "j.sqlite"],
        ["scenario", "run", "invoice-paid", "--to", "URL", "--json"],
    ],
    ids=" ".join,
)
def test_no_secret_is_shown_or_reported(run: Run, telling: Any, secret: str, tmp_path: Path, words: list[str]) -> None:
    reports = ["--report", "report.json", "--report", "report.xml"]
    words = [telling.url if word == "URL" else word for word in words]
    done = run(*words, "--secret", secret, *reports)
    assert done.code == (0 if "--dry-run" in words else 1)
    texts = [done.out, done.err, *(path.read_text(encoding="utf-8") for path in tmp_path.glob("report.*"))]
    assert_hidden("\n".join(texts), secret)
    assert "token=********" in "\n".join(texts)
    if "--dry-run" not in words:
        assert len(texts) == 4
        assert telling.requests


def test_no_listing_of_a_journal_shows_them_and_its_url_is_called_again(
    run: Run, telling: Any, secret: str, tmp_path: Path
) -> None:
    run("send", "--to", telling.url, "order.created", "--secret", secret, "--journal", "j.sqlite")
    listed = [
        run(*words, "--journal", "j.sqlite")
        for words in (["log"], ["log", "--json"], ["log", "show", "1"], ["log", "show", "1", "--json"])
    ]
    again = run("resend", "1", "--journal", "j.sqlite", "--secret", secret)
    assert_hidden("\n".join(done.out + done.err for done in [*listed, again]), secret)
    assert [done.code for done in listed] == [0, 0, 0, 0]
    assert "# put the secret of the URL in the place of ********\n" in listed[2].out
    assert len(telling.requests) == 2
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("j.sqlite*"))
    assert secret.encode() not in kept


def test_a_run_of_a_url_with_a_token_is_resumed(run: Run, telling: Any, secret: str) -> None:
    telling_answer, telling.answer = telling.answer, lambda _request: Response(status=204)
    run("send", "--to", telling.url, "order.created", "payment.failed", "--secret", secret, "--journal", "j.sqlite")
    with sqlite3.connect("j.sqlite") as journal:  # as if it had been killed before the second was answered
        journal.execute("UPDATE runs SET ended_at = NULL")
        journal.execute("UPDATE deliveries SET state = 'PENDING' WHERE id = 2")
        # Journals of older versions have the whole URL for a name.
        journal.execute("UPDATE hooks SET name = url")
    journal.close()
    telling.answer = telling_answer
    done = run("resume", "--journal", "j.sqlite", "--secret", secret)
    assert len(telling.requests) == 3
    assert_hidden(done.out + done.err, secret)


def test_the_list_of_endpoints_shows_no_token_of_a_url(run: Run, write: Callable[[str, str], str]) -> None:
    write(
        "steppay-mock.toml",
        f'[[endpoints]]\nname = "shop"\nurl = "http://localhost:8000/?key={URL_TOKEN}"\nsecret = "s"\n',
    )
    for words in (["config"], ["config", "--json"]):
        done = run(*words)
        assert "key=********" in done.out
        assert URL_TOKEN not in done.out + done.err
