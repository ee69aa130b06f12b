"""The options of ``deliver`` and of a sender: their static types, and the settings that a run reads."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.address.access import Access, AccessOptions, read_access
from steppay_mock.delivery.options.check import check_options
from steppay_mock.delivery.order import DeliveryOrder
from steppay_mock.delivery.retries import RetryPolicy
from steppay_mock.delivery.sender.clock import Clock, real_now
from steppay_mock.delivery.signing_clock import now_at, now_here
from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.chance import SEEDS, derive_seed
from steppay_mock.wire.shown_url import secrets_in

if TYPE_CHECKING:
    from steppay_mock.wire.signature import Secret, Secrets

_ACCESS = frozenset(AccessOptions.__annotations__)


class DeliveryOptions(AccessOptions, total=False):
    """What ``deliver`` and ``deliver_async`` take; every option may be left out.

    ``docs/delivery.md`` says what each means, and ``table.py`` what it may be. An app in process gets ``headers`` and
    ``auth`` alone of the options of access control.
    """

    path: str
    secret: Secret | None
    hide: Iterable[str]
    order: DeliveryOrder
    duplicates: float
    fault: str | None
    control: bool
    seed: int | str | None
    timeout: float
    allow_hosts: Iterable[str]
    clock: Clock | None


class SenderOptions(AccessOptions, total=False):
    """What ``Sender`` takes beside its receivers; every option may be left out.

    ``docs/sender.md`` says what each means, and ``table.py`` what it may be. Those of access control are for a URL; an
    ``Endpoint`` has its own.
    """

    journal: str | Path | None
    concurrency: int
    rate: float | None
    timeout: float
    retries: str | Sequence[float] | RetryPolicy
    success: Iterable[int] | None
    keep_alive: bool
    speed: float
    allow_hosts: Iterable[str]
    clock: Clock | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The options of ``deliver``, checked, with what was left out filled in."""

    path: str
    secret: Secrets | None = field(repr=False)
    hide: tuple[str, ...] = field(repr=False)
    order: DeliveryOrder
    duplicates: float
    fault: str | None
    control: bool
    seed: int
    timeout: float
    allow_hosts: frozenset[str]
    access: Access
    clock: Clock

    @property
    def now(self) -> Callable[[], float]:
        """Gives the time of signing, in seconds since the epoch."""
        return now_here if self.clock.now is real_now else self.clock.now

    @property
    def sleep(self) -> Callable[[float], object]:
        """Waits this number of seconds."""
        return self.clock.sleep

    @property
    def hidden(self) -> tuple[str, ...]:
        """All that is struck out of answers: the secrets, what is to be hidden, what is secret in path and access."""
        return (*(self.secret or ()), *self.hide, *secrets_in(self.path), *self.access.secrets)

    def toward(self, to: object) -> Settings:
        """The same for this receiver: a request to a URL is signed by the clock of the process that serves the URL."""
        url = to if isinstance(to, str) else getattr(to, "runtime", None)
        if not isinstance(url, str) or self.clock.now is not real_now:
            return self
        return replace(self, clock=replace(self.clock, now=partial(now_at, url)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderSettings:
    """The options of a sender, checked, with what was left out filled in."""

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
    others: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The options of the table that have no field here, by their names."""

    @property
    def interval(self) -> float:
        """Seconds between two starts, on average at least."""
        return 0.0 if self.rate is None else 1 / self.rate

    def succeeds(self, status: int) -> bool:
        """Whether an answer of this status is a success."""
        return 200 <= status <= 299 if self.success is None else status in self.success

    def value(self, name: str) -> Any:
        """The value of an option of the table."""
        return self.others[name] if name in self.others else getattr(self, name)

    def with_values(self, values: Mapping[str, Any]) -> SenderSettings:
        """The same with other values of some options, which are checked."""
        known = {name: value for name, value in values.items() if name not in self.others}
        changed = {name: value for name, value in values.items() if name in self.others}
        return replace(self, others={**self.others, **changed}, **known)


_AS_CHECKED = tuple(one.name for one in fields(Settings) if one.name not in {"access", "seed", "clock"})
_OF_SENDER = frozenset(one.name for one in fields(SenderSettings)) - {"clock", "others"}


def resolve_options(options: Mapping[str, Any]) -> Settings:
    """Check the options of ``deliver`` before anything is delivered; SteppayMockError names the wrong one."""
    found = check_options("deliver", options)
    if found["fault"] is not None and found["secret"] is None:
        _check_unsigned(found["fault"])
    return Settings(
        **{name: found[name] for name in _AS_CHECKED},
        seed=seed_number(found["seed"]),
        access=read_access(options),
        clock=found["clock"] or Clock(),
    )


def read_sender_options(options: Mapping[str, Any]) -> SenderSettings:
    """Check the options of a sender; SteppayMockError names the wrong one."""
    found = check_options("sender", options)
    return SenderSettings(
        **{name: found[name] for name in _OF_SENDER},
        clock=found["clock"] or Clock(),
        others={name: found[name] for name in found.keys() - _OF_SENDER - _ACCESS - {"clock"}},
    )


def read_send_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Check the options of one ``send``, by their names, with a random seed if none is given."""
    found = check_options("send", options)
    return {**found, "seed": seed_number(found["seed"])}


def seed_number(seed: int | str | None) -> int:
    """The seed as a whole number that a journal can hold: text gives the same number always, None a drawn one."""
    if seed is None:
        # Not the shared generator: a test run that seeds it would draw the same order in every test.
        return random.SystemRandom().getrandbits(32)
    return derive_seed("text", seed) % SEEDS if isinstance(seed, str) else seed


def _check_unsigned(name: str) -> None:
    from steppay_mock.delivery.faults import find_fault

    if find_fault(name).needs_secret:
        raise SteppayMockError(f"The fault {name!r} is one of the signature. Pass secret=, so that there is one.")
