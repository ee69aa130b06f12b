"""``steppay-mock events``: list the event types."""

from __future__ import annotations

import click

from steppay_mock.cli.options.epilog import epilog
from steppay_mock.cli.options.shared import json_option
from steppay_mock.cli.show.terminal import write_json, write_table
from steppay_mock.contract.catalogue import catalogue


@click.command(
    "events",
    epilog=epilog(
        "steppay-mock events",
        "steppay-mock events --json",
        exit_codes="0 fine, 2 wrong usage.",
    ),
)
@json_option("the list")
def command(*, as_json: bool) -> None:
    """List the event types with their objects and titles."""
    entries = catalogue().values()
    if as_json:
        write_json(
            [
                {
                    "event": entry.event_type,
                    "object": entry.object_name,
                    "title": entry.title,
                    "title_ko": entry.title_ko,
                }
                for entry in entries
            ]
        )
        return
    rows = [(str(entry.event_type), entry.object_name, entry.title, entry.title_ko) for entry in entries]
    write_table(("Event type", "Object", "Title", "제목"), rows, wraps=frozenset({"Title", "제목"}))
