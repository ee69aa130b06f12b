"""The event loop in which ASGI apps run for callers without a loop: one for the whole process.

An app often has objects that belong to the loop of their first use, such as a module-level engine with a pool of
connections. With a new loop for each delivery, the second delivery would fail.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from steppay_mock.delivery.in_process.real_wait import real_loop


@dataclass(slots=True)
class _OwnLoop:
    """The loop, its process, its thread, and the number of callers that borrow it."""

    loop: asyncio.AbstractEventLoop
    process: int
    thread: threading.Thread
    borrowed: int = 0

    @property
    def is_ours(self) -> bool:
        return self.process == os.getpid() and self.thread is threading.current_thread() and not self.loop.is_closed()


_kept: list[_OwnLoop] = []
"""The loop of this process. In a forked process the loop of the parent comes before it."""


@contextmanager
def borrowed_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """The loop of this process, which is not running; another thread than its owner gets a new loop.

    At the end it cancels the tasks that the caller left, waits for the caller's work in threads, and removes the
    handlers of signals and errors. A loop that was interrupted, as by Ctrl-C, is closed.
    """
    kept = _take()
    if kept.borrowed:  # such as a probe that calls deliver()
        with _tidied(kept.loop, asyncio.all_tasks(kept.loop)):
            yield kept.loop
        return
    kept.borrowed += 1
    is_whole = False
    executor = _Executor(thread_name_prefix="asyncio")  # an executor that was shut down takes no more work
    kept.loop.set_default_executor(executor)
    try:
        with _tidied(kept.loop, set()):
            yield kept.loop
        is_whole = True
    except Exception:
        is_whole = True
        raise
    finally:
        kept.borrowed -= 1
        if executor.is_used:
            kept.loop.run_until_complete(_ended(executor))
        kept.loop.set_exception_handler(None)
        _take_signals_away(kept.loop)
        if not is_whole or kept not in _kept:
            _close(kept)


class _Executor(ThreadPoolExecutor):
    is_used = False

    def submit(self, *arguments: Any, **options: Any) -> Future[Any]:
        self.is_used = True
        return super().submit(*arguments, **options)


def _take() -> _OwnLoop:
    last = _kept[-1] if _kept else None
    if last is not None and last.is_ours:
        return last
    made = _OwnLoop(real_loop(), os.getpid(), threading.current_thread())
    if last is None or last.process != made.process or not last.thread.is_alive() or last.loop.is_closed():
        if last is not None and last.process == made.process:
            _close(last)
        _kept.append(made)
    return made


@contextmanager
def _tidied(loop: asyncio.AbstractEventLoop, others: set[asyncio.Task[object]]) -> Iterator[None]:
    """At the end, cancel all tasks of the loop but these."""
    try:
        yield
    finally:
        left = asyncio.all_tasks(loop) - others
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left))
        for task in left:
            if not task.cancelled() and task.exception() is not None:
                loop.call_exception_handler(
                    {"message": "a task raised while it was cancelled", "exception": task.exception(), "task": task}
                )


async def _ended(executor: ThreadPoolExecutor) -> None:
    """Wait for the work in its threads. The loop runs meanwhile: the work may call back into it."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def end() -> None:
        executor.shutdown()
        loop.call_soon_threadsafe(ended.set)

    thread = threading.Thread(target=end)
    thread.start()
    await ended.wait()
    thread.join()


def _take_signals_away(loop: asyncio.AbstractEventLoop) -> None:
    """Remove the app's handlers of signals: they would stay for the tests after it."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in signal.valid_signals():
        with suppress(NotImplementedError, OSError, RuntimeError, ValueError):
            loop.remove_signal_handler(number)


def _close(kept: _OwnLoop) -> None:
    if kept in _kept:
        _kept.remove(kept)
    if not kept.loop.is_closed():
        kept.loop.run_until_complete(kept.loop.shutdown_asyncgens())
        kept.loop.close()


@atexit.register
def _close_at_the_end() -> None:
    """Close the loop of this process, and not that of a parent: a fork shares its descriptors."""
    for kept in [one for one in _kept if one.process == os.getpid()]:
        _close(kept)


def _let_be() -> None:
    """Called in a forked process: mark the parent's loop as closed, so that nothing closes the shared epoll."""
    for kept in _kept:
        with suppress(AttributeError):  # uvloop handles a fork by itself
            kept.loop._closed = True  # type: ignore[attr-defined] # noqa: SLF001 - there is no public way


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_be)
