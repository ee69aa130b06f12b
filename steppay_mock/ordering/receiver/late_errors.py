"""Errors that threads and tasks of a receiver in this process raise after its answer, where no caller sees them.

The answer had accepted the event. Whether such an error comes before or after the end of the delivery is chance, so it
is a note beside the verdict and no refusal.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, Self

_MOST = 3  # kinds of errors that notes name


class LateErrors:
    """Listens within its ``with``, and passes each error on to the hook that was there before."""

    def __init__(self) -> None:
        self._raised: Counter[tuple[str, str]] = Counter()
        self._hook: Callable[[threading.ExceptHookArgs], object] = self._meet_thread
        self._before: Callable[[threading.ExceptHookArgs], object] = threading.excepthook

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence for each kind of error, the most frequent first."""
        return tuple(
            f"{where} of the receiver raised {error} after the answer, {_times(count)}: the log has the traceback. "
            "The event had been answered, and nothing says that StepPay sends it again (fact 23). Do that work before "
            "the answer, or keep it until it is done."
            for (where, error), count in self._raised.most_common(_MOST)
        )

    def __enter__(self) -> Self:
        self._before = threading.excepthook
        threading.excepthook = self._hook
        return self

    def __exit__(self, *_exception: object) -> None:
        if threading.excepthook is self._hook:
            threading.excepthook = self._before

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Listen to a loop that serves the receiver alone."""
        loop.set_exception_handler(self._meet_task)

    def _meet_thread(self, told: threading.ExceptHookArgs) -> None:
        self._raised["A thread", told.exc_type.__name__] += 1
        self._before(told)

    def _meet_task(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Called by asyncio for a task that ended with an exception which no one retrieved."""
        error = context.get("exception")
        if error is not None:
            self._raised["A task", type(error).__name__] += 1
        loop.default_exception_handler(context)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"
