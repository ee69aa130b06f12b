"""The command line in process, and receivers for it to send to."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from cli.shop import Shop
from click.testing import CliRunner
from serving import served
from werkzeug import Request, Response

from steppay_mock import SignatureError, verify
from steppay_mock.cli.program import program

SECRET = "whsec_of_the_tests"


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left behind."""

    code: int
    raw: bytes
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Done]


def run_command(*args: str, stdin: bytes = b"") -> Done:
    """Run the command line in this process; it may end in no other way than by an exit code."""
    # Since click 8.2 the two outputs are always apart.
    apart: dict[str, Any] = {"mix_stderr": False} if "mix_stderr" in signature(CliRunner).parameters else {}
    result = CliRunner(**apart).invoke(program, list(args), input=stdin, prog_name="steppay-mock")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    raw = result.stdout_bytes
    return Done(result.exit_code, raw, raw.decode(), result.stderr_bytes.decode() if result.stderr_bytes else "")


@pytest.fixture(autouse=True)
def _bare_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No file of whoever runs these tests counts."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run() -> Run:
    return run_command


@pytest.fixture
def secret() -> str:
    return SECRET


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes | str], str]:
    """Write a file; its name."""

    def written(name: str, content: bytes | str) -> str:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return written


@dataclass(slots=True)
class Receiver:
    """A server on loopback that takes what is signed with the secret; ``answer`` may say otherwise."""

    url: str = ""
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answer: Callable[[Request], Response | None] = lambda _request: None

    @property
    def events(self) -> list[str]:
        return [json.loads(body)["event"] for _, body in self.requests]

    @property
    def bodies(self) -> list[bytes]:
        return [body for _, body in self.requests]

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        self.requests.append(({name.lower(): value for name, value in request.headers}, request.get_data()))
        return (self.answer(request) or self._verified(request))(environ, start_response)

    def _verified(self, request: Request) -> Response:
        if request.path != "/webhooks/steppay":
            return Response("no such path", 404)
        try:
            verify(request.headers.get("steppay-signature"), request.get_data(), SECRET)
        except SignatureError as error:
            return Response(error.kind, 401)
        return Response(status=204)


@contextmanager
def serving(app: Receiver, *, threaded: bool = False) -> Iterator[Receiver]:
    """The receiver while it listens; ``threaded`` it answers several requests at once."""
    with served(app, threaded=threaded) as url:
        app.url = f"{url}/webhooks/steppay"
        yield app


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with serving(Receiver()) as app:
        yield app


@pytest.fixture
def shop(receiver: Receiver) -> Shop:
    """What the receiver is: a shop that shows its rows and empties itself."""
    receiver.answer = app = Shop()
    return app


@pytest.fixture
def journal(tmp_path: Path) -> str:
    """Where a journal may be; nothing is there yet."""
    return str(tmp_path / "deliveries.sqlite")


@pytest.fixture(params=["one by one", "through the sender"])
def more(request: pytest.FixtureRequest, journal: str) -> tuple[str, ...]:
    """Both ways that a delivery can go."""
    return () if request.param == "one by one" else ("--journal", journal)


@pytest.fixture
def nobody() -> Iterator[str]:
    """A URL at which nothing listens: the port is held, so that nobody else can take it."""
    import socket

    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}/webhooks/steppay"


@pytest.fixture
def section(receiver: Receiver) -> Callable[[str], list[list[str]]]:
    """The words of each command that a section of docs/cli.md shows, about the receiver."""
    page = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")

    def shown(name: str) -> list[list[str]]:
        (text,) = re.findall(rf"^## {name}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
        scripts = "".join(re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
        root = receiver.url.removesuffix("/webhooks/steppay")
        lines = scripts.replace("\\\n", " ").replace("http://127.0.0.1:8000", root).splitlines()
        return [words[1:] for words in map(shlex.split, lines) if words[:1] == ["steppay-mock"]]

    return shown
