"""Checks the running event loop: none for synchronous calls, asyncio for awaited ones."""

from __future__ import annotations

import sys

from steppay_mock.errors import SteppayMockError

_TO_ASYNCIO = "Let the test run on asyncio; with anyio: `@pytest.fixture\ndef anyio_backend(): return 'asyncio'`"


def refuse_running_loop(refused: str, *, instead: str) -> None:
    """Raise a SteppayMockError that says what to do ``instead``, if an event loop is running."""
    if _is_in_trio():
        raise SteppayMockError(f"{refused} within trio, whose loop is running here. {_TO_ASYNCIO}, and {instead}")
    if is_in_asyncio():
        raise SteppayMockError(f"{refused} within a running event loop. {instead[0].upper()}{instead[1:]}")


def require_asyncio() -> None:
    """Raise a SteppayMockError with the next step, if no loop of asyncio is running."""
    if _is_in_trio():
        raise SteppayMockError(
            f"steppay-mock runs on asyncio, and the loop that is running here is trio's. {_TO_ASYNCIO}."
        )
    if not is_in_asyncio():
        raise SteppayMockError("No event loop of asyncio is running here. Await it in one: asyncio.run(...).")


def is_in_asyncio() -> bool:
    """Whether a loop of asyncio runs in this thread."""
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _is_in_trio() -> bool:
    lowlevel = sys.modules.get("trio.lowlevel")
    if lowlevel is None:
        return False
    try:
        lowlevel.current_task()
    except RuntimeError:
        return False
    return True
