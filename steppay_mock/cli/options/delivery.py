"""The options of the command line that decide how events are sent, and to whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.options.access import AccessWords, access_options
from steppay_mock.cli.options.config_file import config_option, endpoint_option, parameter_of
from steppay_mock.cli.options.faults import check_fault, fault_option
from steppay_mock.cli.options.gathering import Decorator, gather
from steppay_mock.cli.options.lambda_function import Gateway, lambda_options
from steppay_mock.cli.options.option_table import table_option
from steppay_mock.cli.options.report_file import report_option
from steppay_mock.cli.options.shared import json_option, secret_option, unsigned_option
from steppay_mock.cli.options.signing import Signing
from steppay_mock.cli.show.plan import CommandReceiver
from steppay_mock.delivery.options.table import options_of

if TYPE_CHECKING:
    from steppay_mock.delivery.aws.call import Kind
    from steppay_mock.delivery.config import Config
    from steppay_mock.delivery.order import DeliveryOrder

_BY_COMMANDS = frozenset({"order", "speed"})
"""Options of the table that a command takes itself, among its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How the events are sent, as the command line says it."""

    order: DeliveryOrder
    fault: str | None
    secrets: tuple[str, ...] = field(repr=False)
    unsigned: bool
    hosts: tuple[str, ...]
    reports: tuple[Path, ...]
    dry_run: bool
    as_json: bool
    config: Config | None
    endpoints: tuple[str, ...]
    lambda_kind: Kind | None
    lambda_path: str | None
    written_access: AccessWords

    values: Mapping[str, Any]
    """The other options of the table, by their names; one without a value was left out."""

    @property
    def duplicates(self) -> float:
        """The share of events that are delivered a second time."""
        return float(self.values["duplicates"])

    @property
    def timeout(self) -> float:
        """Seconds that an attempt may take."""
        return float(self.values["timeout"])

    @property
    def journal(self) -> str | None:
        """The path of the journal."""
        journal: str | None = self.values["journal"]
        return journal

    @property
    def tries_again(self) -> bool:
        """Whether failed deliveries are attempted again: then the speed has a meaning without a schedule too."""
        retries = self.values["retries"]
        return retries is not None and retries != "none"

    def options(self) -> dict[str, Any]:
        """The options of the sender; those that were left out are left out."""
        own = {one.name for one in options_of("sender")} - {"journal"}
        return {name: value for name, value in self.values.items() if name in own and value is not None}

    def receivers(self, url: str | None) -> tuple[CommandReceiver, ...]:
        """The receiver at that URL, or the endpoints of the file; a usage error where one cannot be used."""
        check_fault(self.fault, unsigned=self.unsigned)
        self.gateway.check()
        return self._endpoints() if url is None else (self._at(url),)

    @property
    def gateway(self) -> Gateway:
        """What calls the receiver, where that is a Lambda function."""
        return Gateway(kind=self.lambda_kind, path=self.lambda_path)

    @property
    def _signing(self) -> Signing:
        return Signing(given=self.secrets, unsigned=self.unsigned, config=self.config)

    def _at(self, url: str) -> CommandReceiver:
        if self.endpoints:
            raise click.UsageError("--endpoint takes the place of --to. Leave one of them out.")
        access = self.written_access.for_url(url, self.config)
        return CommandReceiver(endpoint=self.gateway.read(url, access=access), secrets=self._signing.for_url(url))

    def _endpoints(self) -> tuple[CommandReceiver, ...]:
        if self.config is None:
            raise click.UsageError(
                "No receiver is given, and there is no steppay-mock.toml that names one. Pass --to URL, such as "
                "http://localhost:8000, or write such a file with [[endpoints]]."
            )
        return tuple(
            CommandReceiver(
                endpoint=self.gateway.read(entry.url, access=self.written_access.for_entry(entry)),
                secrets=self._signing.for_entry(entry),
                name=entry.name,
                events=entry.events,
            )
            for entry in self.config.choose(self.endpoints)
        )


def to_option() -> Decorator[Any]:
    """``--to``: the URL of the receiver."""
    return click.option(
        "--to",
        "url",
        metavar="URL",
        help="Your receiver; without a path, /webhooks/steppay. Default: the endpoints of steppay-mock.toml.",
    )


def sending_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that decide how events are sent; the command gets them together, as ``sending``."""
    names = _names()

    def take(options: dict[str, Any]) -> Sending:
        fields = {name: options.pop(name) for name in Sending.__dataclass_fields__ if name != "values"}
        return Sending(**fields, values={name: options.pop(parameter_of(name)) for name in names})

    of_table = (table_option(name) for name in names)
    return gather(command, "sending", take=take, options=[*_BEFORE, *of_table, *_AFTER])


def _names() -> list[str]:
    return [one.name for one in options_of("cli") if one.name not in _BY_COMMANDS and not one.is_repeatable]


_BEFORE: tuple[Decorator[Any], ...] = (
    config_option(),
    endpoint_option(),
    fault_option(),
    *lambda_options(),
    secret_option("Sign with it."),
    unsigned_option(),
    access_options,
)
_AFTER: tuple[Decorator[Any], ...] = (
    table_option("allow_hosts"),
    report_option(),
    click.option("--dry-run", is_flag=True, help="Show what would be sent, and send nothing."),
    json_option("the report"),
)
