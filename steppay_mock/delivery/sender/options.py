"""How does a sender send, as the caller says it and as it is meant?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from random import SystemRandom
from typing import Any

from steppay_mock.contract.long_numbers import is_number, written
from steppay_mock.delivery.address.access import AccessOptions
from steppay_mock.delivery.address.safety import allowed_names
from steppay_mock.delivery.options import LONGEST_TIMEOUT
from steppay_mock.delivery.retries import RetryPolicy, read_retry_policy
from steppay_mock.delivery.sender.clock import Clock
from steppay_mock.errors import SteppayMockError, check_flag, choices, did_you_mean

_MOST_AT_ONCE = 1_000


class SenderOptions(AccessOptions, total=False):
    """What ``Sender`` takes beside its receivers; every option may be left out.

    Those of :class:`~steppay_mock.delivery.address.access.AccessOptions` are for a URL; a ``Endpoint`` has its own.
    """

    journal: str | Path | None
    """The SQLite file in which everything is written down. None: nothing is, and nothing can be resumed."""
    concurrency: int
    """How many deliveries are in flight at once. 1."""
    rate: float | None
    """How many deliveries begin in a second, at most. None: no limit."""
    timeout: float
    """Seconds from the start of a delivery to the end of its answer. 10, assumed (fact 23)."""
    retries: str | Sequence[float] | RetryPolicy
    """A policy's name, delays in seconds, or a policy. ``"none"``, assumed (fact 23)."""
    success: Iterable[int] | None
    """The statuses that are a success. None: every 2xx, assumed (fact 23)."""
    keep_alive: bool
    """Use connections again. StepPay closes them (fact 21)."""
    speed: float
    """Seconds of waiting for a second of the story, in schedules and between retries: 1 is real time, 0 no waiting."""
    allow_hosts: Iterable[str]
    """Names of hosts, beside this machine, that may be called; StepPay's own are refused even so."""
    clock: Clock | None
    """What time it is, and how it is waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderSettings:
    """The options, checked."""

    journal: str | None
    concurrency: int
    rate: float | None
    timeout: float
    retries: RetryPolicy
    success: frozenset[int] | None
    keep_alive: bool
    speed: float
    allow_hosts: frozenset[str]
    clock: Clock

    @property
    def interval(self) -> float:
        """Seconds between two starts, on average at least."""
        return 0.0 if self.rate is None else 1 / self.rate

    def succeeds(self, status: int) -> bool:
        """Whether an answer of this status is a success."""
        return 200 <= status <= 299 if self.success is None else status in self.success


def read_sender_options(options: Mapping[str, Any]) -> SenderSettings:
    """Check the options; SteppayMockError names the wrong one."""
    known = SenderOptions.__annotations__
    for name in options:
        if name not in known:
            raise SteppayMockError(
                f"A sender has no option {name!r}.{did_you_mean(name, known)} It has {choices(known)}."
            )
    journal = options.get("journal")
    keep_alive = check_flag("keep_alive", options.get("keep_alive", False))
    if journal is not None and (not isinstance(journal, str | Path) or str(journal) in {"", ":memory:"}):
        raise SteppayMockError(f"journal={journal!r} is no path. Name a file such as 'deliveries.sqlite'.")
    clock = options.get("clock")
    if clock is not None and not isinstance(clock, Clock):
        raise SteppayMockError(f"clock={clock!r} is no Clock. Leave it out for the machine's own.")
    rate = options.get("rate")
    return SenderSettings(
        journal=None if journal is None else str(journal),
        concurrency=check_concurrency(options.get("concurrency", 1)),
        rate=None if rate is None else _number("rate", rate, least=0.001),
        timeout=_number("timeout", options.get("timeout", 10.0), least=0.001, most=LONGEST_TIMEOUT),
        retries=read_retry_policy(options.get("retries", "none")),
        success=_success(options.get("success")),
        keep_alive=keep_alive,
        speed=_number("speed", options.get("speed", 1.0), least=0.0),
        allow_hosts=allowed_names(options.get("allow_hosts", ())),
        clock=clock or Clock(),
    )


def check_concurrency(value: object) -> int:
    """How many at once, if it is a number that a machine can bear."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_AT_ONCE:
        raise SteppayMockError(f"concurrency={written(value)}: give a whole number from 1 to {_MOST_AT_ONCE:,}.")
    return value


def check_seed(seed: object) -> int:
    """The seed, if it is a number that a journal can hold; one is drawn for None."""
    if seed is None:
        return SystemRandom().getrandbits(32)
    if isinstance(seed, bool) or not isinstance(seed, int) or abs(seed) >= 2**63:
        raise SteppayMockError(f"seed={written(seed)} is no whole number of 64 bits. Take the one that a tally shows.")
    return seed


def _number(name: str, value: object, *, least: float, most: float = inf) -> float:
    if is_number(value) and least <= value <= most:
        return float(value)
    allowed = f"from {least:g} up" if most == inf else f"from {least:g} to {most:,}"
    raise SteppayMockError(f"{name}={written(value)}: give a number {allowed}.")


def _success(given: object) -> frozenset[int] | None:
    if given is None:
        return None
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise SteppayMockError(f"success={given!r} are no statuses. Write them like [200, 204].")
    listed = list(given)
    if not listed or not all(isinstance(one, int) and 100 <= one <= 599 for one in listed):
        raise SteppayMockError(f"success={written(listed)} are no statuses. Write them like [200, 204].")
    return frozenset(listed)
