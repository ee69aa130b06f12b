"""Time as it really passes, also where a test stops or moves the clock: for timeouts, rates, retries and latencies.

freezegun replaces the functions of the module ``time`` wherever it finds them, and a module that is imported under a
stopped clock gets the replaced ones. So they are taken from a second copy of the module, which no tool knows. What a
user's clock decides, such as the time at which a delivery is signed, does not belong here: that reads ``time.time()``.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.machinery import BuiltinImporter
from importlib.util import module_from_spec
from types import ModuleType
from typing import Any

_COOPERATIVE = {"gevent", "eventlet"}


def _second_copy() -> ModuleType:
    spec = BuiltinImporter.find_spec("time")
    if spec is None or spec.loader is None:  # a Python that has the module elsewhere
        return time
    copy = module_from_spec(spec)
    spec.loader.exec_module(copy)
    return copy


_COPY: Any = _second_copy()

monotonic: Callable[[], float] = _COPY.monotonic
"""Seconds of a clock that never goes back."""

perf_counter: Callable[[], float] = _COPY.perf_counter
"""Seconds of the finest clock there is, for differences."""


def sleep(seconds: float) -> None:
    """Wait so many seconds, also where a test replaced ``time.sleep``. Under gevent others go on meanwhile."""
    replaced = time.sleep
    tool = str(getattr(replaced, "__module__", "")).partition(".")[0]
    wait = replaced if tool in _COOPERATIVE else _COPY.sleep
    wait(seconds)


def wall_clock() -> float:
    """Seconds since the epoch, as the machine has them."""
    # time-machine replaces the function in C, in every copy of the module; it keeps the real one for those who ask.
    travels: Any = sys.modules.get("time_machine")
    hatch = getattr(travels, "escape_hatch", None)
    if hatch is not None:
        with suppress(ValueError):  # nobody travels just now
            return float(hatch.time.time())
    return float(_COPY.time())
