"""Asks a sandbox that runs, through its control API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import SplitResult, urlsplit

import click
from click.core import ParameterSource

from steppay_mock.cli.exit_codes import UNREACHED, WRONG
from steppay_mock.cli.options.triggers import in_shell
from steppay_mock.cli.show.report import counted_deliveries
from steppay_mock.cli.show.terminal import say, write_json, write_text
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.cli.options.gathering import Decorator

_SHOWN = 300  # outcomes that are listed
_PATIENCE = 300.0  # seconds: flush waits for the answers of receivers
_REASONS = {
    "journal": "it keeps its own record of what it delivers",
    "dry_run": "a sandbox that is asked delivers",
    "reports": "its page lists what it delivered, and --json prints it",
}
_REASON = "its endpoints say where webhooks go, and how"


def sandbox_option() -> Decorator[Any]:
    """``--sandbox``: the sandbox that delivers, in place of this process."""
    return click.option(
        "--sandbox",
        metavar="URL",
        help="Let the sandbox that runs there deliver it, to its endpoints and with their keys: it is on its page. "
        "`steppay-mock dev` shows the address, such as http://localhost:8090.",
    )


def refuse_beside_sandbox(ctx: click.Context, *, known: frozenset[str]) -> None:
    """Raise UsageError for an option that was given and means nothing to a sandbox; ``known`` are those that do."""
    for param in ctx.command.params:
        if param.name not in known and ctx.get_parameter_source(str(param.name)) is ParameterSource.COMMANDLINE:
            reason = _REASONS.get(str(param.name), _REASON)
            raise click.UsageError(
                f"{max(param.opts, key=len)} means nothing with --sandbox: {reason}. Leave out one of them."
            )


def report_line(report: dict[str, Any]) -> str:
    """The counts of a run in a sandbox, in one line."""
    return (
        f"{counted_deliveries(report['planned'])} to {report['receiver']}: {report['succeeded']} taken, "
        f"{report['failed']} failed"
    )


class SandboxClient:
    """The control API of the sandbox at a URL, which ``option`` names. What it refuses is a SteppayMockError.

    Where no sandbox answers, the command ends with its own exit code.
    """

    def __init__(self, url: str, *, option: str = "--url") -> None:
        self._option = option
        self._origin = _origin_of(url, option)

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

    def conclude(self, reports: list[dict[str, Any]], *, as_json: bool) -> int:
        """Show what came of deliveries; the exit code."""
        sent = [report for report in reports if report["planned"]]
        ok = bool(sent) and all(report["ok"] for report in sent)
        if as_json:
            write_json({"ok": ok, "reports": reports})
        else:
            for report in sent:
                for outcome in (report["outcomes"] or ())[:_SHOWN]:
                    told = f", {outcome['error']}" if outcome["error"] else ""
                    write_text(f"{outcome['event']} to {report['receiver']}: {outcome['status'] or 'no answer'}{told}")
                write_text(report_line(report))
        if not reports:
            notices = self.ask("GET", "status")["notices"]
            say(f"nothing was delivered. {notices[-1] if notices else 'The sandbox stops: start it again.'}")
        elif not sent:
            say("nothing was delivered: no endpoint is registered for these events. `GET /_mock/endpoints` shows them.")
        return 0 if ok else WRONG

    def _end(self, message: str) -> NoReturn:
        say(f"Error: {message} Start one with `steppay-mock dev`, or name where it is with {self._option}.")
        raise click.exceptions.Exit(UNREACHED)


def _origin_of(url: str, option: str) -> str:
    """Scheme, host and port of the URL. It must not be one of StepPay's."""
    from steppay_mock.delivery.address.safety import check_host, normal_host
    from steppay_mock.wire.shown_url import shown_url

    try:
        parts = urlsplit(url)
        host = normal_host(parts.hostname or "")
        is_whole = parts.scheme in {"http", "https"} and parts.port != 0
    except ValueError:
        parts, host, is_whole = SplitResult("", "", "", "", ""), "", False
    if not is_whole or parts.username is not None:
        raise click.UsageError(
            f"{option} {shown_url(url)[:80]!r} is no address of a sandbox. Write one such as http://localhost:8090."
        )
    check_host(host, frozenset({host}))  # never StepPay's own
    return f"{parts.scheme}://{parts.netloc}"


def _members(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
