"""The options with which a search serves StepPay's REST API, for receivers that read from it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli import environment
from steppay_mock.cli.options.gathering import Decorator, fields_of, gather
from steppay_mock.cli.show.terminal import say

if TYPE_CHECKING:
    from steppay_mock.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedApi:
    """Whether the API is served, where, and with which token."""

    serve_api: bool
    api_port: int
    api_token: str | None = field(repr=False)

    def check(self, *, fresh: bool) -> None:
        """Raise UsageError for options that do not go together."""
        if not self.serve_api:
            if self.api_port or self.api_token:
                raise click.UsageError("--api-port and --token need the REST API. Add --serve-api.")
            return
        if fresh:
            raise click.UsageError(
                "--serve-api answers for one store, and without --reset-url each run has a store with other ids. Give "
                "--reset-url, or leave out --serve-api."
            )
        api_token(self.api_token)

    def settled(self) -> ServedApi:
        """The same options with a fixed port, so that all stories of a search have one address."""
        if not self.serve_api or self.api_port:
            return self
        with socket.create_server(("127.0.0.1", 0)) as free:
            return replace(self, api_port=free.getsockname()[1])

    @contextmanager
    def serving(self, store: Store) -> Iterator[dict[str, Any]]:
        """Within it, the API answers for this store, and its URL is printed. Gives the options for the search."""
        if not self.serve_api:
            yield {}
            return
        from steppay_mock.rest.api import StoreApi

        api = StoreApi(store, token=api_token(self.api_token))
        with api.serve(port=self.api_port) as url:
            say(f"the REST API answers at {url}")
            yield {"api": api}

    def serving_no_store(self) -> AbstractContextManager[dict[str, Any]]:
        """As :meth:`serving`, for checks that add the stores of their events."""
        from steppay_mock.store.store import Store

        return self.serving(Store(seed=0, customer=None, product=None))

    @property
    def words(self) -> tuple[str, ...]:
        """The options as a shell command repeats them, without the token."""
        if not self.serve_api:
            return ()
        return ("--serve-api", "--api-port", str(self.api_port))


def api_token(given: str | None) -> str:
    """The token of the option, else of the environment; UsageError for one that no header can carry."""
    from steppay_mock.rest.responder import can_be_token

    found = given or os.environ.get(environment.TOKEN)
    if not found:
        raise click.UsageError(f"No token is given. Pass --token, or set {environment.TOKEN}.")
    if not can_be_token(found):
        where = "--token" if given else f"The variable {environment.TOKEN}"
        why = "starts or ends with white space" if found != found.strip() else "is not printable ASCII without spaces"
        raise click.UsageError(f"{where} {why}: no header can carry it, and every call would be refused. Correct it.")
    return found


def served_api_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options to the command, which gets them as ``served_api``."""
    return gather(command, "served_api", take=fields_of(ServedApi), options=_SERVED_API)


_SERVED_API: tuple[Decorator[Any], ...] = (
    click.option(
        "--serve-api",
        is_flag=True,
        help="Serve StepPay's REST API on 127.0.0.1, for a receiver that reads back. It answers with the state at each "
        "delivery, and holds answers back where webhooks overlap.",
    ),
    click.option(
        "--api-port",
        metavar="N",
        type=click.IntRange(0, 65_535),
        default=0,
        help="The port of the REST API. Default: a free port, which is printed.",
    ),
    click.option(
        "--token",
        "api_token",
        metavar="TOKEN",
        help=f"The Secret-Token that calls of the REST API must have. Default: the variable {environment.TOKEN}, "
        "which no process list shows.",
    ),
)
