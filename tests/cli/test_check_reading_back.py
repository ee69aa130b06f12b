"""``check --serve-api`` checks a receiver that reads back, and Ctrl-C ends checks with the card of what was found."""

from __future__ import annotations

import io
import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import Receiver, Run, serving
from cli.shop import Shop, urls
from cli.terminals import Terminal
from conformance.zoo.read_back import TOKEN, AnswersAnyway, ReadsBack
from conformance.zoo.shop import SECRET
from werkzeug import Request, Response

from steppay_mock.cli.show import search_progress
from steppay_mock.cli.show.search_progress import checking
from steppay_mock.conformance.progress import CheckProgress

FEW = ("--events", "payment.completed", "--quick", "--only", "read-back/token-refused", "--only", "rotation")


@pytest.fixture(params=[ReadsBack, AnswersAnyway])
def reader(request: pytest.FixtureRequest, free_port: int) -> Iterator[Receiver]:
    """A receiver that reads from the API at the free port, and shows its rows."""
    shop = request.param()
    shop.url = f"http://127.0.0.1:{free_port}"

    def answer(asked: Request) -> Response:
        if asked.path == "/state":
            return Response(json.dumps(shop.state()))
        if asked.path == "/reset":
            shop.reset()
            return Response(status=204)
        return Response.from_app(shop, {**asked.environ, "wsgi.input": io.BytesIO(asked.get_data())})

    with serving(Receiver(answer=answer), threaded=True) as receiver:
        yield receiver


def test_the_api_is_served_for_the_checks(
    run: Run, request: pytest.FixtureRequest, reader: Receiver, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_right = "ReadsBack" in request.node.name
    monkeypatch.setenv("STEPPAY_SECRET_TOKEN", TOKEN)
    words = ("check", *urls(reader), "--secret", SECRET, *FEW, "--serve-api", "--api-port", str(free_port), "--json")
    done = run(*words)
    assert done.code == (0 if is_right else 1), done.out
    assert done.err.startswith(f"the REST API answers at http://127.0.0.1:{free_port}\n")
    assert [one["check"] for one in done.json["findings"]] == ([] if is_right else ["loses-what-it-cannot-read"])
    assert TOKEN not in done.out + done.err
    assert SECRET not in done.out + done.err


@pytest.mark.parametrize("reader", [ReadsBack], indirect=True)
def test_without_the_api_the_finding_says_how_to_serve_it(run: Run, reader: Receiver) -> None:
    done = run("check", *urls(reader), "--secret", SECRET, "--events", "payment.completed,product.created", "--quick")
    assert done.code == 1
    assert "control/seems-to-read-back" in done.out
    assert "Give the REST API: --serve-api." in done.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--serve-api",), "No token is given. Pass --token, or set STEPPAY_SECRET_TOKEN."),
        (("--api-port", "8090"), "Add --serve-api."),
        (("--only", "read-back"), "The checks of read-back need --serve-api."),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_sent(
    words: tuple[str, ...], message: str, run: Run, receiver: Receiver
) -> None:
    done = run("check", "--to", receiver.url, "--unsigned", *words)
    assert (done.code, done.out, receiver.requests) == (2, "", [])
    assert message in done.err


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_gives_the_card_of_what_was_found_and_its_files(
    receiver: Any, secret: str, how: signal.Signals, tmp_path: Path
) -> None:
    shop, begun = Shop(), threading.Event()
    processes: list[subprocess.Popen[str]] = []

    def answer(request: Request) -> Response:
        if shop.webhooks == 60 and "/webhooks/" in request.path:
            begun.wait(30)
            processes[0].send_signal(how)
        return shop(request)

    receiver.answer = answer
    files = {name: tmp_path / f"card.{name}" for name in ("html", "xml", "svg")}
    words = ("--html", str(files["html"]), "--junit", str(files["xml"]), "--badge", str(files["svg"]))
    command = [sys.executable, "-m", "steppay_mock.cli", "check", *urls(receiver), "--secret", secret, "--quick"]
    with subprocess.Popen([*command, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        processes.append(process)
        begun.set()
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert re.fullmatch(r"interrupted after \d+ of 131 checks: .*; findings: 1 must\n", err)
    assert "signature/verifies-nothing" in out
    assert "The checks were interrupted before this one was done." in out
    assert all(path.stat().st_size for path in files.values())
    assert shop.rows == {}  # it was reset in the end


def progress(done: int, total: int) -> CheckProgress:
    return CheckProgress(done=done, total=total, deliveries=1_000 * done, doing="null/written")


def test_the_bar_shows_how_many_checks_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, now = Terminal(), [50.0]
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setattr(search_progress, "monotonic", lambda: now[0])
    with checking() as watch:
        for at, done in ((0.0, 10), (0.0625, 15), (0.125, 20), (9, 40)):
            now[0] = 50 + at
            assert not watch(progress(done, 40))
    drawn = re.findall(r"(\d+)%[^\r]*?(\d+) of 40 checks, [\d,]+ deliveries, null/written", shown.getvalue())
    assert drawn == [("25", "10"), ("50", "20"), ("100", "40")]
    assert "checking" in shown.getvalue()


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO(), None])
def test_ctrl_c_ends_the_checks(stream: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    before = signal.getsignal(signal.SIGINT)
    with checking() as watch:
        assert not watch(progress(1, 9))
        signal.raise_signal(signal.SIGINT)
        assert watch(progress(2, 9))
    assert signal.getsignal(signal.SIGINT) is before
    if stream is not None:
        assert stream.getvalue().endswith("\n") == stream.isatty()
