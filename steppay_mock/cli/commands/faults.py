"""``steppay-mock faults``: lists the faults that deliveries can be sent with."""

from __future__ import annotations

import click

from steppay_mock.cli.options.epilog import epilog
from steppay_mock.cli.options.faults import verdict_on
from steppay_mock.cli.options.shared import json_option
from steppay_mock.cli.show.terminal import write_json, write_table


@click.command(
    "faults",
    epilog=epilog(
        "steppay-mock faults",
        "steppay-mock faults --json",
        exit_codes="0 fine, 2 wrong usage.",
    ),
)
@json_option("the list")
def command(*, as_json: bool) -> None:
    """List the faults that --fault can make.

    A fault is something wrong that is sent on purpose, such as a wrong signature, half of a body, or a lost answer. A
    right receiver takes some faults, refuses others, and keeps working after each.
    """
    from steppay_mock.delivery.faults import FAULTS

    if as_json:
        write_json(
            [
                {
                    "name": fault.name,
                    "family": fault.family,
                    "expects": fault.expects,
                    "description": fault.description,
                    "reason": fault.reason,
                    "needs_secret": fault.needs_secret,
                    "needs_socket": fault.needs_socket,
                    "answered": fault.answered,
                }
                for fault in FAULTS.values()
            ]
        )
        return
    rows = [(fault.name, fault.family, verdict_on(fault), fault.description) for fault in FAULTS.values()]
    write_table(("Fault", "Family", "A right receiver", "What goes wrong"), rows, wraps=frozenset({"What goes wrong"}))
