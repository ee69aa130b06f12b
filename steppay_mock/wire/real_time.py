"""Real time, also while a test stops or moves the clock: for timeouts, rates, retries and latencies.

freezegun replaces the functions of the module ``time`` wherever it finds them, and a module that is imported under a
stopped clock gets the replaced ones. So the functions here come from a second copy of the module, which no tool knows.
A time that the user's clock decides, such as that of a signature, is read by ``time.time()`` and not here.
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
"""Seconds of the clock with the finest resolution, for differences."""


def sleep(seconds: float) -> None:
    """Wait for real seconds, even if a test replaced ``time.sleep``. Under gevent, other greenlets run meanwhile."""
    # gevent and eventlet replace time.sleep on purpose: the real one would stop every greenlet of the thread.
    replaced = time.sleep
    tool = str(getattr(replaced, "__module__", "")).partition(".")[0]
    wait = replaced if tool in _COOPERATIVE else _COPY.sleep
    wait(seconds)


def wall_clock() -> float:
    """Seconds since the epoch by the clock of the machine."""
    # time-machine replaces the C function, so in every copy of the module. It keeps the real one as its escape hatch.
    travels: Any = sys.modules.get("time_machine")
    hatch = getattr(travels, "escape_hatch", None)
    if hatch is not None:
        with suppress(ValueError):  # the hatch is open only while a test travels
            return float(hatch.time.time())
    return float(_COPY.time())
