"""Retry policies: when a delivery that failed is tried again. The vendor documents none (fact 23)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from steppay_mock.contract.long_numbers import is_number, written
from steppay_mock.errors import SteppayMockError, choices, did_you_mean
from steppay_mock.payload.chance import Chance

_MINUTE, _HOUR = 60.0, 3600.0


def _is_delay(value: object) -> bool:
    return is_number(value) and value >= 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """The seconds between a failed attempt and the next one, and what happens meanwhile.

    ``blocking``: its endpoint gets nothing else until the delivery has succeeded or is given up. ``jitter``: the share
    by which a delay is shortened or lengthened, by chance. ``longest_wait``: the longest ``Retry-After`` that is
    honoured, in seconds.
    """

    name: str
    delays: tuple[float, ...] = ()
    blocking: bool = False
    jitter: float = 0.0
    longest_wait: float = _HOUR

    def __post_init__(self) -> None:
        if not all(map(_is_delay, self.delays)):
            raise SteppayMockError(f"delays={written(self.delays)}: give seconds, from 0 up, such as (5, 60, 3600).")
        if not _is_delay(self.jitter) or self.jitter > 1:
            raise SteppayMockError(
                f"jitter={written(self.jitter)}: expected a share of a delay from 0 to 1, such as 0.1."
            )
        if not _is_delay(self.longest_wait):
            raise SteppayMockError(f"longest_wait={written(self.longest_wait)}: give seconds, from 0 up.")

    @property
    def longest(self) -> float:
        """The longest delay in seconds, with ``Retry-After`` and jitter."""
        return max((self.longest_wait, *(delay * (1 + self.jitter) for delay in self.delays)))

    def delay(self, failures: int, *, chance: Chance, retry_after: float | None = None) -> float | None:
        """Seconds until the next attempt after that many failures; None to give up."""
        if failures > len(self.delays):
            return None
        delay = self.delays[failures - 1] * (1 + self.jitter * (2 * chance.random() - 1))
        return delay if retry_after is None else max(delay, min(retry_after, self.longest_wait))


PRESETS = {
    one.name: one
    for one in (
        RetryPolicy(name="none"),
        # The schedule that the Standard Webhooks specification recommends.
        RetryPolicy(
            name="standard-webhooks",
            delays=(5, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR, 20 * _HOUR, 24 * _HOUR),
            jitter=0.1,
        ),
        RetryPolicy(
            name="svix",
            delays=(5, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 10 * _HOUR),
        ),
        # Stripe says "up to three days, with exponential back off" and no more; these add up to that.
        RetryPolicy(
            name="stripe-like",
            delays=(_HOUR, 2 * _HOUR, 4 * _HOUR, 8 * _HOUR, 16 * _HOUR, 20 * _HOUR, 21 * _HOUR),
            jitter=0.1,
        ),
        RetryPolicy(name="fifo-blocking", delays=(1, 2, 4, 8, 16, 32, 60, 60, 60), blocking=True),
    )
}
"""The policies that have a name; ``none`` is the default (assumed, fact 23)."""


def read_retry_policy(given: object) -> RetryPolicy:
    """The policy of that name, of these delays in seconds, or the policy itself."""
    if isinstance(given, RetryPolicy):
        return given
    if isinstance(given, str):
        if given in PRESETS:
            return PRESETS[given]
        raise SteppayMockError(
            f"Unknown retry policy {given!r}.{did_you_mean(given, PRESETS)} Give {choices(map(repr, PRESETS))}, or a "
            "list of delays in seconds."
        )
    if (
        isinstance(given, Sequence)
        and not isinstance(given, bytes | bytearray)
        and all(_is_delay(one) for one in given)
    ):
        return RetryPolicy(name="custom", delays=tuple(float(one) for one in given))
    raise SteppayMockError(
        f"retries={written(given)}: expected the name of a policy, or seconds such as [5, 60, 3600]."
    )
