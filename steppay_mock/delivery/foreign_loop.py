"""Did an app in process use something that belongs to another event loop, such as a pool of connections, and what now?

It is no mistake of the receiver in production, where there is one loop. In tests there are several: that of each async
test, of ``asyncio.run``, and the one in which deliveries run where the caller has none.
"""

from __future__ import annotations

from steppay_mock.delivery.error_chain import errors_behind

# asyncio and its drivers raise RuntimeError or ValueError for this and for much else: only the words tell.
_WORDS = (
    "attached to a different loop",
    "is bound to a different event loop",
    "belongs to a different loop",
    "Event loop is closed",
)

FOREIGN_LOOP = (
    "The app used something (an engine, a pool, a client, a lock) that belongs to another event loop: it was first "
    "used there, in an async test, in a fixture or by asyncio.run(). Here the app runs in the loop of the test, if the "
    "call is awaited, else in one loop for the whole process. Use one loop: await steppay.deliver_async(...) in async "
    "tests, and set asyncio_default_test_loop_scope = session and asyncio_default_fixture_loop_scope = session "
    "(pytest-asyncio). Or keep no connections: create_async_engine(url, poolclass=NullPool), or `await "
    "engine.dispose()` before the other loop ends."
)
"""The next step, and what it is that is wrong."""


def is_of_foreign_loop(error: BaseException | None) -> bool:
    """Whether this error, or one that led to it, says that something belongs to another event loop."""
    suspects = (one for one in errors_behind(error) if isinstance(one, RuntimeError | ValueError))
    return any(words in str(one) for one in suspects for words in _WORDS)
