"""How do events go out from the command line? The options that decide it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from steppay_mock.cli.consent import read_hosts
from steppay_mock.cli.formats import read_endpoint
from steppay_mock.cli.journals import journal_option
from steppay_mock.cli.options import Decorator, json_option, secret_option, unsigned_option
from steppay_mock.cli.parameters import Seconds
from steppay_mock.cli.reports import report_option
from steppay_mock.cli.retrying import RetryPolicy
from steppay_mock.cli.route import Receiver, Route
from steppay_mock.cli.secret import signing_secrets
from steppay_mock.delivery.order import Order

if TYPE_CHECKING:
    from steppay_mock.cli.retrying import Policy

_MOST_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How the events go out, as it was written."""

    order: Order
    duplicates: float
    secrets: tuple[str, ...] = field(repr=False)
    unsigned: bool
    timeout: float
    journal: str | None
    concurrency: int | None
    rate: float | None
    retries: Policy | None
    keep_alive: bool
    hosts: tuple[str, ...]
    reports: tuple[Path, ...]
    dry_run: bool
    as_json: bool

    @property
    def recorded(self) -> bool:
        """Whether something was asked for that the sender alone can do."""
        given = (self.journal, self.concurrency, self.rate, self.retries)
        return self.keep_alive or any(one is not None for one in given)

    def options(self) -> dict[str, Any]:
        """What the sender is told; what was left out has its default."""
        given = {"concurrency": self.concurrency, "rate": self.rate, "retries": self.retries}
        chosen = {name: value for name, value in given.items() if value is not None}
        return {**chosen, "timeout": float(self.timeout), "keep_alive": self.keep_alive}

    def to(self, url: str) -> Route:
        """The way to that URL; what is wrong with it, or with the options, is an error before anything is made."""
        endpoint = read_endpoint(url)
        secrets = signing_secrets(self.secrets, unsigned=self.unsigned)
        return Route(
            sending=self,
            receivers=(Receiver(endpoint=endpoint, secrets=secrets),),
            allowed=read_hosts(self.hosts),
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
    return click.option(
        "--timeout",
        metavar="S",
        type=Seconds(positive=True),
        default=default,
        show_default=default is not None,
        help=f"Seconds that a delivery may take. {note}",
    )


def hosts_option() -> Decorator[Any]:
    """``--allow-host``: repeatable."""
    return click.option(
        "--allow-host",
        "hosts",
        metavar="HOST",
        multiple=True,
        help="Also send to this host, which is not this machine.",
    )


def rate_option(default: str = "Default: no limit.") -> Decorator[Any]:
    """``--rate``: how many deliveries begin in a second."""
    return click.option(
        "--rate",
        metavar="N",
        type=click.FloatRange(min=0.001),
        help=f"How many deliveries begin in a second, at most. {default}",
    )


def retries_option(default: str) -> Decorator[Any]:
    """``--retries``: when what failed is tried again."""
    return click.option(
        "--retries",
        metavar="NAME|S,S,S",
        type=RetryPolicy(),
        help="When a delivery that failed is tried again: none, standard-webhooks, svix, stripe-like, fifo-blocking, "
        f"or seconds such as 5,60,3600. {default}",
    )


def keep_alive_option() -> Decorator[Any]:
    """``--keep-alive``: connections are used again."""
    return click.option("--keep-alive", is_flag=True, help="Use connections again. StepPay closes each.")


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
    click.option(
        "--duplicates",
        metavar="SHARE",
        type=click.FloatRange(0, 1),
        default=0.0,
        help="Deliver that share of the events once more, after all others, signed anew: 0.2 is a fifth.",
    ),
    secret_option("Sign with it."),
    unsigned_option(),
    timeout_option(),
    journal_option(
        "Write down in this SQLite file what is sent and answered: `log` shows it, `resume` completes it.",
        required=False,
    ),
    click.option(
        "--concurrency",
        metavar="N",
        type=click.IntRange(1, _MOST_AT_ONCE),
        help="How many deliveries are in flight at once. Default: 1.",
    ),
    rate_option(),
    retries_option("Default: none. The vendor documents none: that is assumed."),
    keep_alive_option(),
    hosts_option(),
    report_option(),
    click.option("--dry-run", is_flag=True, help="Show what would be sent, and send nothing."),
    json_option("the report"),
)
