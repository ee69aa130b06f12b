"""How do events go out from the command line? The options that decide it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from steppay_mock.cli.options.access import AccessWords, access_options
from steppay_mock.cli.options.config_file import config_option, endpoint_option, setting_option
from steppay_mock.cli.options.faults import check_fault, fault_option
from steppay_mock.cli.options.lambda_function import Gateway, lambda_options
from steppay_mock.cli.options.parameter_types import Seconds, Statuses
from steppay_mock.cli.options.retries import RetryPolicyType
from steppay_mock.cli.options.shared import Decorator, json_option, secret_option, unsigned_option
from steppay_mock.cli.options.signing import Signing
from steppay_mock.cli.show.journal import journal_option
from steppay_mock.cli.show.plan import CommandReceiver
from steppay_mock.cli.show.report_files import report_option
from steppay_mock.delivery.order import Order

if TYPE_CHECKING:
    from steppay_mock.cli.options.retries import Policy
    from steppay_mock.delivery.aws.call import Kind
    from steppay_mock.delivery.config import Config

_MOST_AT_ONCE = 1_000
_LONGEST = 86_400  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How the events go out, as it was written."""

    order: Order
    duplicates: float
    fault: str | None
    secrets: tuple[str, ...] = field(repr=False)
    unsigned: bool
    timeout: float
    journal: str | None
    concurrency: int | None
    rate: float | None
    retries: Policy | None
    success: tuple[int, ...] | None
    keep_alive: bool
    hosts: tuple[str, ...]
    reports: tuple[Path, ...]
    dry_run: bool
    as_json: bool
    config: Config | None
    endpoints: tuple[str, ...]
    lambda_kind: Kind | None
    lambda_path: str | None
    written_access: AccessWords

    def options(self) -> dict[str, Any]:
        """What the sender is told; what was left out has its default."""
        named = ("concurrency", "rate", "retries", "success")
        given = {name: getattr(self, name) for name in named}
        chosen = {name: value for name, value in given.items() if value is not None}
        return {**chosen, "timeout": float(self.timeout), "keep_alive": self.keep_alive}

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


def order_option() -> Decorator[Any]:
    """``--order``: of delivery."""
    return click.option(
        "--order",
        type=click.Choice(get_args(Order)),
        default="occurrence",
        show_default=True,
        help="As they happened, shuffled by the seed, the last first, shuffled with each thing in its own order, or "
        "shuffled within one second. StepPay promises no order.",
    )


def timeout_option(
    default: float | None = 10, note: str = "The vendor documents none: 10 is assumed."
) -> Decorator[Any]:
    """``--timeout``: of a delivery."""
    return setting_option(
        "--timeout",
        setting="timeout",
        metavar="S",
        type=Seconds(positive=True, most=_LONGEST),
        default=default,
        show_default=default is not None,
        help=f"Seconds that a delivery may take. {note}",
    )


def hosts_option() -> Decorator[Any]:
    """``--allow-host``: repeatable."""
    return setting_option(
        "--allow-host",
        setting="allow_hosts",
        metavar="HOST",
        multiple=True,
        help="Also send to this host, which is not this machine.",
    )


def rate_option(default: str = "Default: no limit.") -> Decorator[Any]:
    """``--rate``: how many deliveries begin in a second."""
    return setting_option(
        "--rate",
        setting="rate",
        metavar="N",
        type=click.FloatRange(min=0.001),
        help=f"How many deliveries begin in a second, at most. {default}",
    )


def retries_option(default: str) -> Decorator[Any]:
    """``--retries``: when what failed is tried again."""
    return setting_option(
        "--retries",
        setting="retries",
        metavar="NAME|S,S,S",
        type=RetryPolicyType(),
        help="When a delivery that failed is tried again: none, standard-webhooks, svix, stripe-like, fifo-blocking, "
        f"or seconds such as 5,60,3600. {default}",
    )


def keep_alive_option() -> Decorator[Any]:
    """``--keep-alive``: connections are used again."""
    return setting_option(
        "--keep-alive/--no-keep-alive",
        setting="keep_alive",
        default=False,
        help="Use connections again, or not. StepPay closes each.",
    )


def concurrency_option() -> Decorator[Any]:
    """``--concurrency``: how many deliveries are in flight at once."""
    return setting_option(
        "--concurrency",
        setting="concurrency",
        metavar="N",
        type=click.IntRange(1, _MOST_AT_ONCE),
        help="How many deliveries are in flight at once. Default: 1.",
    )


def success_option(default: str = "Default: every 2xx. The vendor documents none: that is assumed.") -> Decorator[Any]:
    """``--success``: the statuses that are one."""
    return setting_option(
        "--success",
        setting="success",
        metavar="N,N",
        type=Statuses(),
        help=f"The statuses that are a success, such as 200,204. {default}",
    )


def sending_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What decides how events go out, beside their order; the command gets it together, as ``sending``."""

    @wraps(command)
    def gathered(**options: Any) -> Any:
        sending = Sending(**{name: options.pop(name) for name in Sending.__dataclass_fields__})
        return command(sending=sending, **options)

    for option in reversed(_SENDING):
        gathered = option(gathered)
    return gathered


_SENDING: tuple[Decorator[Any], ...] = (
    config_option(),
    endpoint_option(),
    click.option(
        "--duplicates",
        metavar="SHARE",
        type=click.FloatRange(0, 1),
        default=0.0,
        help="Deliver that share of the events again, after all others, signed anew: 0.2 is a fifth.",
    ),
    fault_option(),
    *lambda_options(),
    secret_option("Sign with it."),
    unsigned_option(),
    access_options,
    timeout_option(),
    journal_option(
        "Write down in this SQLite file what is sent and answered: `log` shows it, `resume` completes it.",
        required=False,
    ),
    concurrency_option(),
    rate_option(),
    retries_option("Default: none. The vendor documents none: that is assumed."),
    success_option(),
    keep_alive_option(),
    hosts_option(),
    report_option(),
    click.option("--dry-run", is_flag=True, help="Show what would be sent, and send nothing."),
    json_option("the report"),
)
