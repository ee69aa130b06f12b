"""Asks a sandbox that runs, through its control API."""

from __future__ import annotations

import json
from typing import Any, NoReturn
from urllib.parse import SplitResult, urlsplit

import click

from steppay_mock.cli.exit_codes import UNREACHED
from steppay_mock.cli.options.triggers import in_shell
from steppay_mock.cli.show.terminal import say
from steppay_mock.errors import SteppayMockError

_PATIENCE = 300.0  # seconds: flush waits for the answers of receivers
_START = "Start one with `steppay-mock dev`, or name where it is with --url."


class SandboxClient:
    """The control API of the sandbox at a URL. What it refuses is a SteppayMockError.

    Where no sandbox answers, the command ends with its own exit code.
    """

    def __init__(self, url: str) -> None:
        self._origin = _origin_of(url)

    def ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Call the path below ``/_mock/``; the answer's members."""
        from urllib3 import PoolManager
        from urllib3.exceptions import HTTPError

        sent = None if body is None else json.dumps(body)
        try:
            with PoolManager(retries=False, timeout=_PATIENCE) as pool:
                answer = pool.request(method, f"{self._origin}/_mock/{path}", redirect=False, body=sent)
        except HTTPError:
            self._end(f"No sandbox answers at {self._origin}.")
        found = _members(answer.data)
        if found is None:
            self._end(f"What answers at {self._origin} is no sandbox: status {answer.status}, and no JSON object.")
        if "error" in found:
            raise SteppayMockError(in_shell(str(found["error"]), self._origin))
        return found

    def count_events(self) -> int:
        """The number of events so far."""
        count = self.ask("GET", "status").get("events")
        if not isinstance(count, int):
            self._end(f"What answers at {self._origin} is no sandbox: its status has no events.")
        return int(count)

    def _end(self, message: str) -> NoReturn:
        say(f"Error: {message} {_START}")
        raise click.exceptions.Exit(UNREACHED)


def _origin_of(url: str) -> str:
    """Scheme, host and port of the URL. It must not be one of StepPay's."""
    from steppay_mock.delivery.address.safety import check_host, normal_host

    try:
        parts = urlsplit(url)
        host = normal_host(parts.hostname or "")
        is_whole = parts.scheme in {"http", "https"} and parts.port != 0
    except ValueError:
        parts, host, is_whole = SplitResult("", "", "", "", ""), "", False
    if not is_whole or parts.username is not None:
        raise click.UsageError(
            f"--url {url[:80]!r} is no address of a sandbox. Write one such as http://localhost:8090."
        )
    check_host(host, frozenset({host}))  # never StepPay's own
    return f"{parts.scheme}://{parts.netloc}"


def _members(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
