"""The root command, which imports each command when it is used."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from steppay_mock import __version__
from steppay_mock.cli.failures import failures_told
from steppay_mock.cli.options.epilog import epilog
from steppay_mock.errors import choices, did_you_mean

COMMANDS = (
    *("events", "schema", "generate", "validate", "sign", "verify"),
    *("send", "faults", "config", "log", "resend", "resume"),
    *("scenario", "explore", "replay", "check", "serve-api", "dev", "listen", "trigger"),
)


class Program(click.Group):
    """A group that imports a command when it is used. Every failure ends with a message and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands in the order in which a user needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"steppay_mock.cli.commands.{cmd_name.replace('-', '_')}").command
        return _with_help(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names. The error for an unknown command names the nearest."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            ctx.fail(f"Unknown command {name!r}.{did_you_mean(name, COMMANDS)} Commands are {choices(COMMANDS)}.")
        return super().resolve_command(ctx, args)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """The context that click makes. A failure to read the options ends with a message."""
        with failures_told():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. A failure in it ends with a message."""
        with failures_told():
            return super().invoke(ctx)


@click.command(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=epilog(
        "steppay-mock generate payment.completed",
        "steppay-mock send all --to http://localhost:8000/webhooks/steppay --order shuffled",
        exit_codes="0 fine, 1 the payload or the receiver is wrong, 2 wrong usage, 3 the receiver was not reached.",
    ),
)
@click.version_option(__version__, "-V", "--version", prog_name="steppay-mock", message="%(prog)s %(version)s")
def program() -> None:
    """Make, check, sign and send the webhooks of StepPay.

    Data is written to standard output, messages to standard error.
    """


def _with_help(command: click.Command) -> click.Command:
    """The command and its subcommands with help texts, which ``python -OO`` drops as docstrings."""
    if sys.flags.optimize >= 2 and command.callback is not None:
        from steppay_mock.store.scenarios.docstring import docstring_of

        command.help = docstring_of(command.callback)
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        _with_help(inner)
    return command


_with_help(program)
