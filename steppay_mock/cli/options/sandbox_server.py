"""The options with which a command serves a sandbox: where, from which file, for whom."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli import environment
from steppay_mock.cli.options.gathering import Decorator
from steppay_mock.cli.options.parameter_types import FilePathType
from steppay_mock.cli.options.served_api import api_token
from steppay_mock.cli.show.terminal import say, time_of_day

if TYPE_CHECKING:
    from steppay_mock.sandbox.remarks import CallRemark
    from steppay_mock.sandbox.sandbox import Sandbox

_PORT = 8090
_LOOPBACK = "127.0.0.1"
_TOKEN = "test_token"  # noqa: S105 - a token for tests, which opens nothing


def port_option() -> Decorator[Any]:
    """``--port``: where it listens."""
    return click.option(
        "--port",
        metavar="N",
        type=click.IntRange(0, 65_535),
        default=_PORT,
        show_default=True,
        help="The port to listen on; 0 is a free port.",
    )


def data_option() -> Decorator[Any]:
    """``--data``: the file that keeps the sandbox."""
    return click.option(
        "--data",
        metavar="FILE",
        type=FilePathType(dir_okay=False),
        help="The file that keeps the sandbox: the next start goes on where this one ends. Default: it is gone at the "
        "end.",
    )


def token_option() -> Decorator[Any]:
    """``--token``: that of the REST API."""
    return click.option(
        "--token",
        metavar="TOKEN",
        help=f"The Secret-Token that calls of the REST API must have. Default: the variable {environment.TOKEN}, else "
        f"{_TOKEN}.",
    )


def host_option() -> Decorator[Any]:
    """``--host``: the address on which it listens."""
    return click.option(
        "--host",
        metavar="ADDRESS",
        default=_LOOPBACK,
        show_default=True,
        help="The address to listen on. On 0.0.0.0, as in a container, other machines reach it.",
    )


def allow_host_option() -> Decorator[Any]:
    """``--allow-host``: other hosts, for both directions."""
    return click.option(
        "--allow-host",
        "allowed",
        metavar="HOST",
        multiple=True,
        help="A host, besides this machine, that webhooks may go to and that the sandbox may be called by. Repeatable.",
    )


def open_sandbox(**options: Any) -> Sandbox:
    """The sandbox, which tells of calls to look at; a usage error if its file cannot keep it."""
    from steppay_mock.sandbox.sandbox import Sandbox
    from steppay_mock.sandbox.storage import SandboxFileError

    try:
        return Sandbox(told_call=_show_call, **options)
    except SandboxFileError as error:
        raise click.BadParameter(str(error), param_hint="'--data'") from None


def _show_call(remark: CallRemark) -> None:
    say(f"{time_of_day(remark.at)}  {remark}")


def token_of(given: str | None) -> str:
    """The token of the option, of the environment, or the one for tests."""
    if given == "":
        raise click.UsageError("--token is empty. Give a token, or leave it out.")
    return api_token(given) if given or os.environ.get(environment.TOKEN) else _TOKEN


def warn_of_host(host: str) -> None:
    """Say what it means to listen on more than this machine."""
    from steppay_mock.delivery.address.safety import is_this_machine

    if not is_this_machine(host):
        say(
            f"warning: other machines reach it on {host}. Requests whose Host is not this machine are refused: "
            "allow the name with --allow-host."
        )
