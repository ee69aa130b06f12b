"""Recognizes errors of an app in process that the test causes, and says what to change in the test.

The receiver raises these errors, but production has one event loop, a database and StepPay: there they do not happen.
In tests there are several event loops: that of each async test, of ``asyncio.run``, and the one of :mod:`own_loop`.
"""

from __future__ import annotations

from collections.abc import Callable

from steppay_mock.delivery.error_chain import errors_behind
from steppay_mock.errors import raised_by
from steppay_mock.rest.refused_calls import REFUSED_CALL, is_refused_call

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
NO_DATABASE = (
    "The test did not ask for the database that the receiver used, so pytest-django or Django forbids it. Mark the "
    'test: pytest.mark.django_db, with databases=["default", "other"] where there are several; in a TestCase name them '
    "in `databases`."
)


def obstacle(error: BaseException | None) -> str | None:
    """The reason in the test, with the next step; None if the error has another reason."""
    if error is None:
        return None
    if _is_of_foreign_loop(error):
        return FOREIGN_LOOP
    return next((step for one in errors_behind(error) for is_it, step in _OBSTACLES if is_it(one)), None)


def _is_of_foreign_loop(error: BaseException | None) -> bool:
    """Whether this error, or one behind it, says that something belongs to another event loop."""
    suspects = (one for one in errors_behind(error) if isinstance(one, RuntimeError | ValueError))
    return any(words in str(one) for one in suspects for words in _WORDS)


def _is_forbidden_database(error: BaseException) -> bool:
    kind = type(error)
    if kind.__module__ == "django.test.testcases":
        return kind.__name__ == "DatabaseOperationForbidden"
    # pytest-django raises a plain RuntimeError: where it was raised tells it from others.
    return isinstance(error, RuntimeError) and raised_by(error) == "pytest_django"


_OBSTACLES: tuple[tuple[Callable[[BaseException], bool], str], ...] = (
    (is_refused_call, REFUSED_CALL),
    (_is_forbidden_database, NO_DATABASE),
)
