"""Three HTTP clients that integrators use, behind one face: requests, httpx, and Node's fetch."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests

NAMES = ("requests", "httpx", "node")
_TIMEOUT = 30


@dataclass(frozen=True, slots=True)
class ClientAnswer:
    """What a client got."""

    status: int
    location: str | None
    text: str

    @property
    def data(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)


_Send = Callable[[str, str, dict[str, str], str | None], ClientAnswer]


@dataclass(frozen=True, slots=True)
class ApiClient:
    """Calls a sandbox."""

    url: str
    token: str
    send: _Send

    def call(self, method: str, path: str, body: Any = None) -> ClientAnswer:
        """One call, with the token; redirects are not followed."""
        headers = {"Secret-Token": self.token}
        if body is not None:
            headers["Content-Type"] = "application/json"
        return self.send(method, self.url + path, headers, None if body is None else json.dumps(body))

    def done(self, method: str, path: str, body: Any = None) -> Any:
        """The data of a call that must be done."""
        answer = self.call(method, path, body)
        assert 200 <= answer.status < 300, answer
        return answer.data if answer.text else None


@contextmanager
def open_client(name: str, *, url: str, token: str) -> Iterator[ApiClient]:
    """The client of this name."""
    makers = {"requests": _requests, "httpx": _httpx, "node": _node}
    with ExitStack() as stack:
        yield ApiClient(url, token, makers[name](stack))


def _requests(stack: ExitStack) -> _Send:
    session = stack.enter_context(requests.Session())

    def send(method: str, url: str, headers: dict[str, str], body: str | None) -> ClientAnswer:
        answer = session.request(method, url, headers=headers, data=body, allow_redirects=False, timeout=_TIMEOUT)
        return ClientAnswer(answer.status_code, answer.headers.get("Location"), answer.text)

    return send


def _httpx(stack: ExitStack) -> _Send:
    client = stack.enter_context(httpx.Client(trust_env=False, timeout=_TIMEOUT))

    def send(method: str, url: str, headers: dict[str, str], body: str | None) -> ClientAnswer:
        answer = client.request(method, url, headers=headers, content=body)
        return ClientAnswer(answer.status_code, answer.headers.get("Location"), answer.text)

    return send


def _node(stack: ExitStack) -> _Send:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: apt-get install nodejs")
    program = str(Path(__file__).with_name("client.mjs"))
    process = stack.enter_context(
        subprocess.Popen([node, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    )
    assert process.stdin
    assert process.stdout
    lines, answers = process.stdin, process.stdout

    def send(method: str, url: str, headers: dict[str, str], body: str | None) -> ClientAnswer:
        lines.write(json.dumps({"method": method, "url": url, "headers": headers, "body": body}) + "\n")
        lines.flush()
        told = json.loads(answers.readline())
        return ClientAnswer(told["status"], told["location"], told["body"])

    return send
