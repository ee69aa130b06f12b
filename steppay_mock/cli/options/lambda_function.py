"""Reads ``--lambda``: the receiver is a Lambda function, and its URL that of a runtime which emulates Lambda."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import click

from steppay_mock.cli.options.shared import Decorator
from steppay_mock.cli.show.event_formats import read_endpoint
from steppay_mock.delivery.address import DEFAULT_PATH
from steppay_mock.delivery.aws.call import Kind
from steppay_mock.wire.shown_url import shown_url

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.address.access import AccessOptions
    from steppay_mock.delivery.receiver import Receiver


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """What calls the function, and the path of its events; without ``kind`` the receiver is a URL like any other."""

    kind: Kind | None
    path: str | None

    def check(self) -> None:
        """A usage error for a path without a function."""
        if self.path is not None and self.kind is None:
            raise click.UsageError("--lambda-path is about --lambda. Add --lambda KIND, or leave it out.")

    def read(self, url: str, *, access: AccessOptions) -> Address:
        """Where the URL leads; one of a runtime without a path has that of the Runtime Interface Emulator."""
        if self.kind is None:
            return read_endpoint(url, access=access)
        from steppay_mock.delivery.aws.function import INVOCATION

        return read_endpoint(url, path=INVOCATION, access=access)

    def name_of(self, endpoint: Address) -> str:
        """The receiver in words, where it is a function; else nothing."""
        if self.kind is None:
            return ""
        path = shown_url(DEFAULT_PATH if self.path is None else self.path)
        return f"the Lambda runtime {endpoint} behind {self.kind} at {path}"

    def target(self, endpoint: Address) -> Receiver:
        """What events are delivered to."""
        if self.kind is None:
            return endpoint.url
        from steppay_mock.delivery.aws.app import lambda_app

        return lambda_app(endpoint.url, kind=self.kind)

    @property
    def options(self) -> dict[str, Any]:
        """What ``deliver`` and ``explore`` are told beside the receiver."""
        return {} if self.path is None else {"path": self.path}

    @property
    def words(self) -> Iterator[tuple[str, str]]:
        """The options as they were written, with a mask for what is secret in the path."""
        if self.kind is not None:
            yield "--lambda", self.kind
        if self.path is not None:
            yield "--lambda-path", shown_url(self.path)


def lambda_options() -> tuple[Decorator[Any], Decorator[Any]]:
    """``--lambda`` and ``--lambda-path``; the command gets them as ``lambda_kind`` and ``lambda_path``."""
    return (
        click.option(
            "--lambda",
            "lambda_kind",
            type=click.Choice(get_args(Kind)),
            help="The URL is that of a runtime that emulates AWS Lambda: send the event that this gateway would make, "
            "and read the answer as it would. A URL without a path means that of the Runtime Interface Emulator.",
        ),
        click.option(
            "--lambda-path",
            metavar="PATH",
            help="With --lambda, the path that the event tells. Default: /webhooks/steppay.",
        ),
    )
