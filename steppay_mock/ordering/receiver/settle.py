"""``settle=``: waits until the receiver has done the work that it continues after its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Any

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import option

_LOOKS = 4  # reads of the state within the time for which it has to stay the same
_LONGEST_STEP = 0.1  # seconds between two reads


class UnsettledError(SteppayMockError):
    """The state did not stop changing within the timeout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """The checked value of ``settle=``: a function that waits, or seconds for which the state has to stay the same."""

    wait: Callable[[], Any] | None = None
    seconds: float = 0.0


def read_settling(value: object) -> Settling | None:
    """The value of ``settle=``; SteppayMockError if it is neither seconds nor a function."""
    if value is None:
        return None
    if callable(value):
        return Settling(wait=value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value <= 0:
        raise SteppayMockError(
            f"{option('settle', value=value)}: expected seconds, more than 0, or a function that returns when the work "
            f"is done, such as queue.join. Say {option('settle', value=0.2)}."
        )
    return Settling(seconds=float(value))


def look_until_settled(
    look: Callable[[], int], *, seconds: float, limit: float, sleep: Callable[[float], object]
) -> int:
    """The number of the state once it was the same for ``seconds``; UnsettledError after ``limit`` seconds.

    Time is the sum of what was slept, so a test that passes its own ``sleep`` needs no clock.
    """
    step = min(seconds / _LOOKS, _LONGEST_STEP)
    number, quiet, waited = look(), 0.0, 0.0
    while quiet < seconds - step / 2:
        if waited > limit + seconds:
            raise UnsettledError(
                f"The state was never unchanged for {seconds:g} s within {limit:g} s. Give a smaller "
                f"{option('settle')}, or name what always changes with {option('ignore')}"
            )
        sleep(step)
        waited += step
        again = look()
        quiet = quiet + step if again == number else 0.0
        number = again
    return number
