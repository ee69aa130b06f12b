"""A run from the command line: the receivers and options of ``send`` and ``scenario run``, and what they start."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from steppay_mock.cli.options.address import agree, read_hosts
from steppay_mock.cli.sender_run import SenderCommand
from steppay_mock.cli.show.plan import CommandReceiver, show_plan
from steppay_mock.payload.chance import SEEDS

if TYPE_CHECKING:
    from steppay_mock.cli.options.delivery import Sending
    from steppay_mock.delivery.endpoint import Endpoint
    from steppay_mock.delivery.order import DeliveryOrder
    from steppay_mock.delivery.schedule.schedule import Schedule
    from steppay_mock.payload.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The receivers of a run, and how it sends to them."""

    sending: Sending
    receivers: tuple[CommandReceiver, ...]
    allowed: frozenset[str]
    title: str = "steppay-mock send"

    def send(self, events: Iterable[Event] | Schedule, *, count: int, seed: int, speed: float = 1.0) -> int:
        """Send the events and show the report, or with ``--dry-run`` the plan; the exit code."""
        from steppay_mock.delivery.order import arrange
        from steppay_mock.delivery.schedule.schedule import Schedule

        sending = self.sending
        if not -SEEDS <= seed < SEEDS:
            raise click.UsageError(f"--seed {seed} is too large. Give one of at most 18 digits.")
        if isinstance(events, Schedule):
            made_by, duplicates = events.made_by, 0.0
            order: DeliveryOrder = "occurrence"
            count = sum(1 for _ in events.deliveries())
        else:
            order, duplicates, made_by = sending.order, sending.duplicates, sending.order
        if sending.dry_run:
            planned = arrange(events, order, seed=seed, duplicates=duplicates, fault=sending.fault)
            show_plan(planned, self.receivers, seed=seed, order=made_by, as_json=sending.as_json)
            return 0
        return self._command(count, speed).send(
            events, count=count, seed=seed, order=order, duplicates=duplicates, fault=sending.fault
        )

    def _command(self, count: int, speed: float) -> SenderCommand:
        sending, allowed = self.sending, self.allowed
        for one in self.receivers:
            allowed = agree(one.endpoint, allowed, count=count)
        return SenderCommand(
            endpoints=[self._endpoint(one) for one in self.receivers],
            options={**sending.options(), "speed": speed, "allow_hosts": allowed},
            journal=sending.journal,
            unsigned=sending.unsigned,
            as_json=sending.as_json,
            reports=sending.reports,
            name=self.title,
            gateway=sending.gateway,
        )

    def _endpoint(self, receiver: CommandReceiver) -> Endpoint:
        from steppay_mock.delivery.endpoint import Endpoint

        return Endpoint(
            url=receiver.endpoint.url,
            secret=receiver.secrets,
            name=receiver.name or self.sending.gateway.name_of(receiver.endpoint),
            events=receiver.events,
            **receiver.endpoint.access.options,
        )


def route_to(url: str | None, sending: Sending, *, title: str = "steppay-mock send") -> Route:
    """The way to that URL, or to the endpoints of steppay-mock.toml.

    A wrong URL, or a wrong option, is an error before any event is made.
    """
    return Route(sending=sending, receivers=sending.receivers(url), allowed=read_hosts(sending.hosts), title=title)
