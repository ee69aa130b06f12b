"""Which commands are there? The root command, which imports the others when they are used."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from steppay_mock import __version__
from steppay_mock.cli.exit_codes import failures_told
from steppay_mock.cli.options.epilog import closing
from steppay_mock.errors import choices, did_you_mean

COMMANDS = (
    *("events", "schema", "generate", "validate", "sign", "verify"),
    *("send", "faults", "config", "log", "resend", "resume"),
    *("scenario", "explore", "replay", "serve-api"),
)


class Program(click.Group):
    """A group that imports a command when it is used and ends every failure with a message and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands in the order in which they are met, not that of the alphabet."""
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
        """What click resolves; an unknown command is an error that names the nearest."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            ctx.fail(f"There is no command {name!r}.{did_you_mean(name, COMMANDS)} Commands are {choices(COMMANDS)}.")
        return super().resolve_command(ctx, args)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """What click makes; a failure to read the options is told."""
        with failures_told():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """What the command gives; a failure in it is told."""
        with failures_told():
            return super().invoke(ctx)


@click.command(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=closing(
        "steppay-mock generate payment.completed",
        "steppay-mock send all --to http://localhost:8000/webhooks/steppay --order shuffled",
        exit_codes="0 fine, 1 the payload or the receiver is wrong, 2 wrong usage, 3 the receiver was not reached.",
    ),
)
@click.version_option(__version__, "-V", "--version", prog_name="steppay-mock", message="%(prog)s %(version)s")
def program() -> None:
    """Make, check, sign and send the webhooks of StepPay.

    Data goes to standard output, words go to standard error.
    """


def _with_help(command: click.Command) -> click.Command:
    """The command and those below it, whose help is in docstrings that python -OO drops."""
    if sys.flags.optimize >= 2 and command.callback is not None and not command.help:
        from steppay_mock.store.scenarios.docstring import docstring_of

        command.help = docstring_of(command.callback)
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        _with_help(inner)
    return command


_with_help(program)
