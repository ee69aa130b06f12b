"""What the tests of the sandbox share: a receiver on a socket that keeps what came, and a sandbox that sends to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import pytest
from serving import served

from steppay_mock import Sandbox, verify

SECRET = "whsec_of_the_tests"
Open = Callable[..., Sandbox]


@dataclass
class Inbox:
    """A receiver that verifies, and keeps the payloads in the order in which they came."""

    url: str = ""
    status: int = 200
    payloads: list[dict[str, Any]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Take one webhook."""
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        verify(environ["HTTP_STEPPAY_SIGNATURE"], body, SECRET)
        with self.lock:
            self.payloads.append(json.loads(body))
        start_response(f"{self.status} Told", [("Content-Length", "0")])
        return [b""]

    @property
    def events(self) -> list[str]:
        """The event types that came."""
        return [one["event"] for one in self.payloads]


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    found = Inbox()
    with served(found) as url:
        found.url = f"{url}/webhooks/steppay"
        yield found


@pytest.fixture
def open_sandbox(inbox: Inbox) -> Open:
    """Make a sandbox that sends to the inbox."""

    def make(**options: Any) -> Sandbox:
        return Sandbox(**{"seed": 7, "forward_to": inbox.url, "secret": SECRET, **options})

    return make


@pytest.fixture
def sandbox(open_sandbox: Open) -> Iterator[Sandbox]:
    with open_sandbox() as found:
        yield found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.sqlite"
