"""How do events go out from the command line? The options that decide it, and what is shown of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any, get_args

import click

from steppay_mock.cli.consent import agree, read_hosts
from steppay_mock.cli.failures import UNREACHED, WRONG
from steppay_mock.cli.formats import read_endpoint
from steppay_mock.cli.options import Decorator, json_option, secret_option, unsigned_option
from steppay_mock.cli.output import counted, say, write_json, write_table
from steppay_mock.cli.parameters import Seconds
from steppay_mock.cli.secret import signing_secrets
from steppay_mock.cli.verdict import advice, show_report
from steppay_mock.delivery.order import Order

if TYPE_CHECKING:
    from steppay_mock.delivery.endpoint import Endpoint
    from steppay_mock.delivery.report import Report
    from steppay_mock.delivery.schedule.schedule import Planned
    from steppay_mock.payload.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How the events go out, as it was written."""

    order: Order
    duplicates: float
    secrets: tuple[str, ...] = field(repr=False)
    unsigned: bool
    timeout: float
    hosts: tuple[str, ...]
    dry_run: bool
    as_json: bool

    def to(self, url: str) -> Route:
        """The way to that URL; what is wrong with it, or with the options, is an error before anything is made."""
        return Route(
            sending=self,
            endpoint=read_endpoint(url),
            secrets=signing_secrets(self.secrets, unsigned=self.unsigned),
            allowed=read_hosts(self.hosts),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where the events go, and with which signature."""

    sending: Sending
    endpoint: Endpoint
    secrets: tuple[str, ...] | None = field(repr=False)
    allowed: frozenset[str]

    def send(self, events: Iterable[Event], *, count: int, seed: int) -> int:
        """Send the events and show what came of it, or with ``--dry-run`` what would be sent; the exit code."""
        from steppay_mock.delivery.order import arrange

        # Put in order here, so that each is seen as it goes out.
        planned = arrange(events, self.sending.order, seed=seed, duplicates=self.sending.duplicates)
        count = len(planned) if isinstance(planned, Sized) else count
        if self.sending.dry_run:
            self._show_plan(planned, count=count, seed=seed)
            return 0
        report = self._deliver(planned, count=count, seed=seed)
        show_report(report, as_json=self.sending.as_json)
        for line in advice(report, unsigned=self.sending.unsigned):
            say(line)
        if report.ok:
            return 0
        return UNREACHED if len(report.unreachable) == len(report) else WRONG

    def _deliver(self, planned: Iterable[Planned], *, count: int, seed: int) -> Report:
        from steppay_mock.delivery.deliver import deliver_planned
        from steppay_mock.delivery.options import resolve_options

        settings = resolve_options(
            {
                "secret": self.secrets,
                "order": self.sending.order,
                "seed": seed,
                "timeout": self.sending.timeout,
                "allow_hosts": agree(self.endpoint, self.allowed, count=count),
            }
        )
        with _progress(planned, count) as watched:
            return deliver_planned(watched, to=str(self.endpoint), settings=settings)

    def _show_plan(self, planned: Iterable[Planned], *, count: int, seed: int) -> None:
        if self.sending.as_json:
            write_json(
                {
                    "target": str(self.endpoint),
                    "order": self.sending.order,
                    "seed": seed,
                    "signed": self.secrets is not None,
                    "payloads": [one.event.payload for one in planned],
                }
            )
        else:
            rows = (
                (str(place), _named(one), str(one.event.timestamp), str(len(one.event.body)))
                for place, one in enumerate(planned, start=1)
            )
            write_table(("#", "Event type", "Timestamp", "Bytes"), rows, right=frozenset({"#", "Bytes"}))
        say(f"nothing was sent: {counted(count, 'event')} would go to {self.endpoint}")


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
    click.option(
        "--timeout",
        metavar="S",
        type=Seconds(positive=True),
        default=10,
        show_default=True,
        help="Seconds that a delivery may take. The vendor documents none: 10 is assumed.",
    ),
    click.option(
        "--allow-host",
        "hosts",
        metavar="HOST",
        multiple=True,
        help="Also send to this host, which is not this machine.",
    ),
    click.option("--dry-run", is_flag=True, help="Show what would be sent, and send nothing."),
    json_option("the report"),
)


@contextmanager
def _progress(planned: Iterable[Planned], count: int) -> Iterator[Iterable[Planned]]:
    """The deliveries, with a bar on standard error that counts those taken, if somebody can see it."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield planned
        return
    with click.progressbar(planned, length=count, label="sending", file=sys.stderr) as bar:
        yield bar


def _named(planned: Planned) -> str:
    return f"{planned.event.type}{', again' if planned.how else ''}"
