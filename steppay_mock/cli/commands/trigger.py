"""``steppay-mock trigger``: does something in a sandbox that runs, and shows the events that happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from steppay_mock.cli.exit_codes import WRONG
from steppay_mock.cli.options.epilog import epilog
from steppay_mock.cli.options.parameter_types import SetValueType
from steppay_mock.cli.options.shared import json_option
from steppay_mock.cli.options.triggers import TriggerType, read_trigger
from steppay_mock.cli.sandbox_client import SandboxClient, report_line
from steppay_mock.cli.show.journal import moment
from steppay_mock.cli.show.terminal import counted, say, write_json, write_table, write_text

_URL = "http://localhost:8090"
_HELD = (
    "webhooks wait from now on: `steppay-mock trigger flush` delivers them, and "
    "`steppay-mock trigger hold --held false` ends it"
)


@click.command(
    "trigger",
    context_settings={"ignore_unknown_options": True},
    epilog=epilog(
        "steppay-mock trigger create-customer --email kim@example.com --name 'Kim Minji'",
        "steppay-mock trigger checkout --pays later",
        "steppay-mock trigger pay --method card",
        "steppay-mock trigger advance 31d",
        "steppay-mock trigger fail-renewal --times 2",
        "steppay-mock trigger flush --order shuffled --seed 7 --duplicates 0.2",
        exit_codes="0 done, 1 a delivery of flush failed, 2 wrong usage, or the store refuses it, 3 no sandbox "
        "answers.",
    ),
)
@click.argument("action", metavar="ACTION", required=False, type=TriggerType())
@click.argument("words", metavar="[--NAME VALUE]...", nargs=-1, type=click.UNPROCESSED)
@click.option("--url", metavar="URL", default=_URL, show_default=True, help="Where the sandbox is.")
@click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    type=SetValueType("NAME=VALUE", "customer=42"),
    help="An argument of the action, as customer=42: the same as --customer 42. Needed for one that is called url, set "
    "or json. Repeatable.",
)
@json_option("the events, and the reports of flush,")
def command(
    *, action: str | None, words: tuple[str, ...], url: str, settings: tuple[tuple[str, str], ...], as_json: bool
) -> None:
    """Do something in a sandbox that runs, and show its events.

    ACTION is an action of the store, such as checkout, pay, cancel or refund; its arguments are options: --NAME VALUE.
    Without a record, the action is about the newest one. Others: advance TIME, fail-renewal, play SCENARIO, hold,
    flush, settle.
    """
    if action is None:
        raise click.UsageError("No ACTION was given. Name one, such as: steppay-mock trigger checkout")
    trigger = read_trigger(action, words, settings)
    client = SandboxClient(url)
    before = client.count_events()
    answer = client.ask("POST", trigger.path, trigger.body)
    events = client.ask("GET", f"events?since={before}")["events"]
    reports = answer.get("reports", [])
    if as_json:
        write_json({"events": events, "reports": reports})
    else:
        _show(events, reports, before=before)
        _say_state(client.ask("GET", "status"), action=action, happened=bool(events or reports))
    if not all(report["ok"] for report in reports):
        raise click.exceptions.Exit(WRONG)


def _show(events: list[dict[str, Any]], reports: list[dict[str, Any]], *, before: int) -> None:
    if events:
        rows = [_row(number, payload) for number, payload in enumerate(events, before + 1)]
        write_table(("#", "Event type", "Time", "About"), rows, right=frozenset({"#"}))
    for report in reports:
        write_text(report_line(report))


def _say_state(now: dict[str, Any], *, action: str, happened: bool) -> None:
    """Say what the action has done where no row shows it, the time, and what waits."""
    if action == "hold":
        say(_HELD if now["held"] else "webhooks are delivered as they happen")
    elif action == "flush":
        if not happened:
            say("no webhook waited")
    elif action != "settle" and not happened:
        say("no event happened")
    waiting = f"; {counted(now['waiting'], 'event')} to deliver" if now["waiting"] else ""
    say(f"the store's time is {moment(datetime.fromisoformat(now['now']).timestamp())}{waiting}")


def _row(number: int, payload: dict[str, Any]) -> tuple[str, str, str, str]:
    from steppay_mock.payload.event import Event
    from steppay_mock.payload.subject import thing_of

    if "event" not in payload:  # a webhook v1 has neither type nor time
        return str(number), "v1", "", " ".join(str(payload[name]) for name in ("id", "status") if name in payload)
    kind, key = thing_of(Event.from_payload(payload))
    about = kind if key is None else f"{kind} {key}"
    return str(number), str(payload["event"]), moment(payload["timestamp"]), about
