"""Serves StepPay's REST API beside a search, for receivers that read back what a webhook says."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.options.shared import Decorator
from steppay_mock.cli.show.terminal import say

if TYPE_CHECKING:
    from steppay_mock.store.store import Store

VARIABLE = "STEPPAY_SECRET_TOKEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedApi:
    """Whether the API is served, where, and with which token."""

    serve_api: bool
    api_port: int
    api_token: str | None = field(repr=False)

    def check(self, *, fresh: bool) -> None:
        """What of it cannot be, as a usage error."""
        if not self.serve_api:
            if self.api_port or self.api_token:
                raise click.UsageError("--api-port and --token are about the REST API. Add --serve-api.")
            return
        if fresh:
            raise click.UsageError(
                "--serve-api knows the ids of its own store alone, and without --reset-url each run has others. Give "
                "--reset-url, or leave out --serve-api."
            )
        api_token(self.api_token)

    def settled(self) -> ServedApi:
        """The same with a port: the receiver calls one address, however many stories follow each other."""
        if not self.serve_api or self.api_port:
            return self
        with socket.create_server(("127.0.0.1", 0)) as free:
            return replace(self, api_port=free.getsockname()[1])

    @contextmanager
    def serving(self, store: Store) -> Iterator[dict[str, Any]]:
        """The options that a search gets, while the API answers for this store; its address is told."""
        if not self.serve_api:
            yield {}
            return
        from steppay_mock.store.api.api import StoreApi

        api = StoreApi(store, token=api_token(self.api_token))
        with api.serve(port=self.api_port) as url:
            say(f"the REST API answers at {url}")
            yield {"api": api}

    @property
    def words(self) -> tuple[str, ...]:
        """The words that give the same options at a shell again, without the token."""
        if not self.serve_api:
            return ()
        return ("--serve-api", "--api-port", str(self.api_port))


def api_token(given: str | None) -> str:
    """The token of the option, else of the environment; one that no call can carry is a usage error."""
    from steppay_mock.store.api.api import can_be_token

    found = given or os.environ.get(VARIABLE)
    if not found:
        raise click.UsageError(f"No token is given. Pass --token, or set {VARIABLE}.")
    if not can_be_token(found):
        where = "--token" if given else f"The variable {VARIABLE}"
        why = "has white space at an end" if found != found.strip() else "is no printable ASCII without spaces"
        raise click.UsageError(f"{where} {why}: no header carries that, and every call would be refused. Take it out.")
    return found


def served_api_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What decides how the API is served; the command gets it together, as ``served_api``."""

    @wraps(command)
    def gathered(**options: Any) -> Any:
        served_api = ServedApi(**{name: options.pop(name) for name in ServedApi.__dataclass_fields__})
        return command(served_api=served_api, **options)

    for option in reversed(_SERVED_API):
        gathered = option(gathered)
    return gathered


_SERVED_API: tuple[Decorator[Any], ...] = (
    click.option(
        "--serve-api",
        is_flag=True,
        help="Serve StepPay's REST API on 127.0.0.1 from the scenario's store meanwhile. It tells how things were at "
        "each delivery, and with --overlap it holds answers back.",
    ),
    click.option(
        "--api-port",
        metavar="N",
        type=click.IntRange(0, 65_535),
        default=0,
        help="Where the REST API listens. Default: a free port, which is told.",
    ),
    click.option(
        "--token",
        "api_token",
        metavar="TOKEN",
        help=f"The Secret-Token that calls of the REST API must carry. Default: the variable {VARIABLE}, which shows "
        "in no process list.",
    ),
)
