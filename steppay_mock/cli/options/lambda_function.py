"""Reads ``--lambda``: the receiver is a Lambda function, its URL that of a runtime that emulates Lambda."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import click

from steppay_mock.cli.options.address import read_address
from steppay_mock.cli.options.gathering import Decorator
from steppay_mock.delivery.address import DEFAULT_PATH
from steppay_mock.delivery.aws.call import Kind
from steppay_mock.wire.shown_url import shown_url

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.address.access import AccessOptions
    from steppay_mock.delivery.receiver import Receiver


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """The gateway that calls the function, and the path of its events. Without ``kind`` the receiver is a plain URL."""

    kind: Kind | None
    path: str | None

    def check(self) -> None:
        """Raise a usage error for a path without a function, or for one that no HTTP request can have."""
        if self.path is None:
            return
        if self.kind is None:
            raise click.UsageError("--lambda-path needs --lambda. Add --lambda KIND, or leave out --lambda-path.")
        if not re.fullmatch(r"/[^\s#]*", self.path):
            raise click.UsageError(
                f"--lambda-path {shown_url(self.path)[:80]}: expected a path that begins with / and has no white space "
                "and no #. Write one such as /webhooks/steppay."
            )

    def read(self, url: str, *, access: AccessOptions) -> Address:
        """The address of the URL. With ``kind`` a URL without a path gets that of the Runtime Interface Emulator."""
        if self.kind is None:
            return read_address(url, access=access)
        from steppay_mock.delivery.aws.function import INVOCATION

        return read_address(url, path=INVOCATION, access=access)

    def name_of(self, endpoint: Address) -> str:
        """The receiver in words, where it is a function; else nothing."""
        if self.kind is None:
            return ""
        path = shown_url(DEFAULT_PATH if self.path is None else self.path)
        return f"the Lambda runtime {endpoint} behind {self.kind} at {path}"

    def target(self, endpoint: Address) -> Receiver:
        """The receiver as ``deliver`` and ``explore`` take it."""
        if self.kind is None:
            return endpoint.url
        from steppay_mock.delivery.aws.app import lambda_app

        return lambda_app(endpoint.url, kind=self.kind)

    @property
    def options(self) -> dict[str, Any]:
        """The options of ``deliver`` and ``explore`` for this gateway."""
        return {} if self.path is None else {"path": self.path}

    @property
    def words(self) -> Iterator[tuple[str, str]]:
        """The options as the user wrote them, with a mask for secrets in the path."""
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
            help="The receiver is an AWS Lambda function behind this kind of gateway: send the event that the gateway "
            "makes, and read the answer as the gateway does. The URL is that of a runtime that emulates Lambda; "
            "without a path it is the path of the Runtime Interface Emulator.",
        ),
        click.option(
            "--lambda-path",
            metavar="PATH",
            help="With --lambda: the path in the event. Default: /webhooks/steppay.",
        ),
    )
