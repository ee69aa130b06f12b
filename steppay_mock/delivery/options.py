"""How are events delivered, as the caller says it and as it is meant?"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from steppay_mock.contract.long_numbers import is_number, written
from steppay_mock.delivery.address import DEFAULT_PATH, check_path
from steppay_mock.delivery.address.access import Access, AccessOptions, read_access
from steppay_mock.delivery.address.safety import allowed_names
from steppay_mock.delivery.order import Order, check_order
from steppay_mock.delivery.schedule.makers import check_share
from steppay_mock.delivery.signing_clock import now_at, now_here
from steppay_mock.errors import SteppayMockError, choices, did_you_mean
from steppay_mock.wire.real_time import sleep as real_sleep
from steppay_mock.wire.shown_url import secrets_in
from steppay_mock.wire.signature import as_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from steppay_mock.wire.signature import Secret, Secrets


LONGEST_TIMEOUT = 86_400
"""Seconds; the system cannot wait for very long times."""


class DeliveryOptions(AccessOptions, total=False):
    """What ``deliver`` and ``deliver_async`` take; every option may be left out.

    ``path``: where the receiver listens, for an app or a URL without a path of its own. ``/webhooks/steppay``.
    ``secret``: what deliveries are signed with; several while it rotates (fact 18). None: they are unsigned.
    ``hide``: texts that are struck out of the answers as the secret is, such as a token of the REST API. None.
    ``order``: ``occurrence``, ``shuffled``, ``reversed``, ``entities`` (each thing's events in their own order) or
    ``busy-second`` (all timestamps the same; facts 5 and 6). ``occurrence``.
    ``duplicates``: the share of events that come a second time, after all others (fact 22). 0.
    ``fault``: what goes wrong with every delivery on purpose, by its name in ``docs/faults.md``. None: nothing.
    ``control``: of each type the first event that came with a fault and was not taken is delivered once more, after all
    others, without the fault: only if that is taken, a verdict on the fault is given. True.
    ``seed``: repeats a shuffled order and the trace ids. None: one is drawn; ``report.seed`` tells it.
    ``timeout``: seconds from the start of a delivery to the end of its answer. 10, assumed: the vendor documents none
    (fact 23). A WSGI app in process cannot be interrupted.
    ``allow_hosts``: names of hosts, beside this machine, that a URL may have; StepPay's own are refused even so.
    ``now``: gives the time of signing at each delivery, in seconds since the epoch (fact 19). None: the clock of the
    process that the receiver is in; it counts as this one where that cannot be told.
    ``sleep``: what a schedule's waits are waited with. None: real time passes, whatever a test did to the clock.

    The others are those of :class:`~steppay_mock.delivery.address.access.AccessOptions`. An app in process gets
    ``headers`` and ``auth`` alone.
    """

    path: str
    secret: Secret | None
    hide: Iterable[str]
    order: Order
    duplicates: float
    fault: str | None
    control: bool
    seed: int | None
    timeout: float
    allow_hosts: Iterable[str]
    now: Callable[[], float] | None
    sleep: Callable[[float], object] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The options, checked, with what was left out filled in."""

    path: str
    secret: Secrets | None = field(repr=False)
    hide: tuple[str, ...] = field(repr=False)
    order: Order
    duplicates: float
    fault: str | None
    control: bool
    seed: int
    timeout: float
    allow_hosts: frozenset[str]
    access: Access
    now: Callable[[], float]
    sleep: Callable[[float], object]

    @property
    def hidden(self) -> tuple[str, ...]:
        """All that is struck out of answers: the secrets, what is to be hidden, what is secret in path and access."""
        return (*(self.secret or ()), *self.hide, *secrets_in(self.path), *self.access.secrets)

    def toward(self, to: object) -> Settings:
        """The same for this receiver: what goes to a URL is signed by the clock of the process that serves it."""
        url = to if isinstance(to, str) else getattr(to, "runtime", None)
        return replace(self, now=partial(now_at, url)) if isinstance(url, str) and self.now is now_here else self


def resolve_options(options: Mapping[str, Any]) -> Settings:
    """Check the options before anything is delivered; SteppayMockError names the wrong one."""
    known = DeliveryOptions.__annotations__
    for name in options:
        if name not in known:
            raise SteppayMockError(
                f"There is no delivery option {name!r}.{did_you_mean(name, known)} Options are to, {choices(known)}."
            )
    secret = options.get("secret")
    return Settings(
        path=check_path(options.get("path", DEFAULT_PATH)),
        secret=None if secret is None else as_secrets(secret),
        hide=_hidden(options.get("hide", ())),
        order=check_order(options.get("order", "occurrence")),
        duplicates=check_share(options.get("duplicates", 0.0)),
        fault=_fault(options.get("fault"), secret=secret),
        control=check_control(options.get("control", True)),
        seed=_seed(options.get("seed")),
        timeout=_timeout(options.get("timeout", 10.0)),
        allow_hosts=allowed_names(options.get("allow_hosts", ())),
        access=read_access(options),
        now=_clock(options.get("now")),
        sleep=_sleeper(options.get("sleep")),
    )


def _fault(name: object, *, secret: object) -> str | None:
    if name is None:
        return None
    from steppay_mock.delivery.faults import find_fault

    fault = find_fault(name)
    if fault.needs_secret and secret is None:
        raise SteppayMockError(f"The fault {fault.name!r} is one of the signature. Pass secret=, so that there is one.")
    return fault.name


def _hidden(hide: object) -> tuple[str, ...]:
    texts = (hide,) if isinstance(hide, str) else hide
    listed = tuple(texts) if isinstance(texts, Iterable) else (texts,)
    if all(isinstance(one, str) for one in listed):
        return listed
    raise SteppayMockError("hide= is a text, or a list of texts, that no output shows. Pass hide=[token]")


def check_control(control: object) -> bool:
    """Whether faults have a control; SteppayMockError for what is neither True nor False."""
    if isinstance(control, bool):
        return control
    raise SteppayMockError(f"control={control!r} is neither True nor False. Leave it out: then faults have a control.")


def _seed(seed: object) -> int:
    if seed is None:
        # Not the shared generator: a test run that seeds it would draw the same order in every test.
        return random.SystemRandom().getrandbits(32)
    if isinstance(seed, int):
        return seed
    raise SteppayMockError(f"A seed is an int, not {type(seed).__name__}. Take the one that report.seed shows.")


def _timeout(timeout: object) -> float:
    if is_number(timeout) and 0 < timeout <= LONGEST_TIMEOUT:
        return float(timeout)
    at_most = f" and at most {LONGEST_TIMEOUT}, a day" if is_number(timeout) and timeout > 0 else ""
    raise SteppayMockError(f"timeout is seconds, more than 0{at_most}, not {written(timeout)}. Leave it out for 10 s.")


def _clock(now: object) -> Callable[[], float]:
    if now is None:
        return now_here
    if callable(now):
        return now
    raise SteppayMockError(
        f"now is a function that gives seconds since the epoch, not {type(now).__name__}. Pass now=lambda: {now!r}"
    )


def _sleeper(sleep: object) -> Callable[[float], object]:
    if sleep is None:
        return real_sleep
    if callable(sleep):
        return sleep
    raise SteppayMockError(f"sleep is a function that takes seconds, not {type(sleep).__name__}. Leave it out.")
