"""``steppay-mock schema``: print the JSON Schema of an event."""

from __future__ import annotations

from typing import Any

import click

from steppay_mock import __version__
from steppay_mock.cli.options.epilog import epilog
from steppay_mock.cli.options.parameter_types import ALL, EventNameType
from steppay_mock.cli.show.terminal import write, write_json

ENVELOPE, CONFIG = "envelope", "config"


class SchemaNameType(EventNameType):
    """What a schema is printed of. The word ``all``, which other commands take, is an option here."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name, as it is written in payloads."""
        if value == ALL:
            self.fail("It is an option of this command. Pass --all.", param, ctx)
        return super().convert(value, param, ctx)


@click.command(
    "schema",
    epilog=epilog(
        "steppay-mock schema payment.completed --bundle",
        "steppay-mock schema --all",
        "steppay-mock schema --all --flat",
        "steppay-mock schema --openapi",
        "steppay-mock schema envelope",
        "steppay-mock schema config",
        exit_codes="0 fine, 2 wrong usage.",
    ),
)
@click.argument(
    "event",
    metavar="[EVENT|envelope|config]",
    required=False,
    type=SchemaNameType(**{ENVELOPE: "What every webhook has", CONFIG: "The file steppay-mock.toml"}),
)
@click.option("--bundle", is_flag=True, help="Print one document without references to other files.")
@click.option(
    "--all", "every", is_flag=True, help="Print one bundle for all events; its field `event` chooses the schema."
)
@click.option(
    "--flat", is_flag=True, help="Print the bundle in the form for code generators (TypeScript, zod, pydantic)."
)
@click.option("--openapi", is_flag=True, help="Print the OpenAPI 3.1 document of all webhooks and of the REST API.")
def command(*, event: str | None, bundle: bool, every: bool, flat: bool, openapi: bool) -> None:
    """Print the JSON Schema of an event.

    Its draft is 2020-12. `envelope` is the schema of the members that all events have, `config` that of the file
    steppay-mock.toml. Without --bundle the schema file is printed as it is, with references to other files.
    """
    from steppay_mock.contract.bundle import bundle_all, bundle_envelope, bundle_event

    if openapi and (event is not None or bundle or every or flat):
        raise click.UsageError("--openapi is for every event, and has no other form. Leave out the other words.")
    if every and event is not None:
        raise click.UsageError("--all is for every event. Leave out either --all or the EVENT.")
    if flat and event in {ENVELOPE, CONFIG}:
        raise click.UsageError(f"--flat is for events. Leave out --flat, or name an event in place of {event}.")
    if openapi:
        from steppay_mock.contract.openapi import openapi_document

        write_json(openapi_document(version=__version__))
    elif every:
        write_json(bundle_all(flat=flat))
    elif event is None:
        others = "" if flat else ", or `envelope`"
        raise click.UsageError(f"No EVENT was given. Name one, such as payment.completed{others}, or pass --all.")
    elif event == ENVELOPE and bundle:
        write_json(bundle_envelope())
    elif event not in {ENVELOPE, CONFIG} and (bundle or flat):
        write_json(bundle_event(event, flat=flat))
    else:  # `config` refers to no other file: it is its own bundle
        write(_file(event))


def _file(event: str) -> bytes:
    from steppay_mock.contract.schemas import schema_dir

    path = f"{event}.schema.json" if event in {ENVELOPE, CONFIG} else f"events/{event}.schema.json"
    return (schema_dir() / path).read_bytes()
