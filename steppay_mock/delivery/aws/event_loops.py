"""Keeps an event loop at hand for Mangum, which asks for the current one, as Lambda's only thread has it.

In tests there may be none: ``asyncio.run`` leaves a thread without one, and threads of their own never had one.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio


class EventLoops:
    """The loops that were made, one for each thread; what an app keeps open between events belongs to its loop."""

    def __init__(self) -> None:
        self._made: dict[int, asyncio.AbstractEventLoop] = {}

    @contextmanager
    def at_hand(self) -> Iterator[None]:
        """Within ``with``, ``asyncio.get_event_loop()`` gives a loop that is open, if Mangum is loaded."""
        if "mangum" not in sys.modules or _has_one():
            yield
            return
        import asyncio

        from steppay_mock.delivery.real_wait import real_loop

        thread = threading.get_ident()
        if thread not in self._made:
            self._made[thread] = real_loop()
        asyncio.set_event_loop(self._made[thread])
        try:
            yield
        finally:
            asyncio.set_event_loop(None)

    def close(self) -> None:
        """Close all of them."""
        while self._made:
            _, loop = self._made.popitem()
            loop.close()


def _has_one() -> bool:
    """Whether this thread has a loop that is open. Before Python 3.14 ``get_event_loop`` may make one."""
    import asyncio

    if sys.version_info >= (3, 14):
        try:
            return not asyncio.get_event_loop().is_closed()
        except RuntimeError:
            return False
    here = getattr(asyncio.get_event_loop_policy(), "_local", None)
    loop: asyncio.AbstractEventLoop | None = getattr(here, "_loop", None)
    return loop is not None and not loop.is_closed()
