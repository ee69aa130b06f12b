"""``steppay-mock validate``: check payloads against the contract."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import click

from steppay_mock.cli.exit_codes import WRONG
from steppay_mock.cli.options.epilog import epilog
from steppay_mock.cli.options.shared import file_argument, json_option
from steppay_mock.cli.read.documents import iter_documents, iter_violations
from steppay_mock.cli.read.source import empty, open_source
from steppay_mock.cli.show.listing import write_listing
from steppay_mock.cli.show.terminal import counted, say, write_text
from steppay_mock.errors import ContractViolation


@dataclass(slots=True)
class _FileCounts:
    payloads: int = 0
    violations: int = 0

    def __str__(self) -> str:
        return f"{counted(self.payloads, 'payload')}, {counted(self.violations, 'violation')}"


@click.command(
    "validate",
    epilog=epilog(
        "steppay-mock validate payload.json",
        "steppay-mock validate --strict --json first.json second.ndjson",
        "steppay-mock generate all | steppay-mock validate -",
        exit_codes="0 no violation, 1 violations, 2 nothing to check or wrong usage.",
    ),
)
@file_argument(several=True)
@click.option("--strict", is_flag=True, help="Refuse fields that are not documented. StepPay adds fields at any time.")
@json_option("the violations")
@click.pass_context
def command(ctx: click.Context, *, files: tuple[str, ...], strict: bool, as_json: bool) -> None:
    """Check payloads against the contract.

    FILE has one payload, a JSON array of them, or one on each line (NDJSON); `-` is standard input. Every violation
    is shown with the line on which the faulty value stands.
    """
    counts = _FileCounts()
    found = _violations(files, counts, strict=strict)
    if as_json:
        listed = ({"file": name, **violation.as_dict()} for name, violation in found)
        write_listing("violations", listed, before=lambda: {"payloads": counts.payloads})
    else:
        for name, violation in found:
            write_text(f"{name}: {violation}" if len(files) > 1 else str(violation))
    say(str(counts))
    if counts.violations:
        ctx.exit(WRONG)


def _violations(
    files: tuple[str, ...], counts: _FileCounts, *, strict: bool
) -> Iterator[tuple[str, ContractViolation]]:
    for name in files:
        before = counts.payloads
        with open_source(name) as stream:
            for document in iter_documents(stream, name=name):
                counts.payloads += 1
                for violation in iter_violations(document, strict=strict):
                    counts.violations += 1
                    yield name, violation
        if counts.payloads == before:
            raise empty(name)
