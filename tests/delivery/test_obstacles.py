"""What a test causes in a receiver is told as the test's affair, by the words or the place of the error alone."""

from __future__ import annotations

from typing import Any

import pytest

from steppay_mock.delivery.in_process.obstacles import FOREIGN_LOOP, NO_DATABASE, obstacle
from steppay_mock.rest.refused_calls import REFUSED_CALL, refused

FOREIGN = (
    "Task got Future attached to a different loop",
    "<Lock> is bound to a different event loop",
    "The future belongs to a different loop than the one specified",
    "Event loop is closed",
)


def raised_in(module: str, error: Exception) -> Exception:
    """The error, raised by code of that module."""
    with pytest.raises(type(error)):
        exec("raise error", {"__name__": module, "error": error})
    return error


def behind(error: Exception) -> list[Exception]:
    """The error by itself, and where others are in front of it."""
    caused, within = LookupError("the database is not there"), KeyError("what came of it")
    caused.__cause__, within.__context__ = error, error
    return [error, caused, within, ExceptionGroup("several", [OSError("first"), error])]


@pytest.mark.parametrize("words", FOREIGN)
@pytest.mark.parametrize("kind", [RuntimeError, ValueError])
def test_a_foreign_loop_is_known_by_its_words(words: str, kind: type[Exception]) -> None:
    assert [obstacle(one) for one in behind(kind(words))] == [FOREIGN_LOOP] * 4
    assert obstacle(kind("the loop of the subscription is closed")) is None
    assert obstacle(LookupError(words)) is None


def named(name: str, module: str) -> Exception:
    made: Any = type(name, (AssertionError,), {"__module__": module})
    error: Exception = made("Database queries to 'default' are not allowed")
    return error


def test_a_database_that_the_test_did_not_ask_for_is_known_by_who_forbids_it() -> None:
    forbidden = raised_in("pytest_django.plugin", RuntimeError("Database access not allowed"))
    for error in (forbidden, named("DatabaseOperationForbidden", "django.test.testcases")):
        assert [obstacle(one) for one in behind(error)] == [NO_DATABASE] * 4
    for other in (
        RuntimeError("Database access not allowed"),
        raised_in("shop.views", RuntimeError("Database access not allowed")),
        raised_in("pytest_django.plugin", KeyError("fixture")),
        named("DatabaseOperationForbidden", "shop.tests"),
        named("SkipTest", "django.test.testcases"),
    ):
        assert [obstacle(one) for one in behind(other)] == [None] * 4


def test_no_error_is_no_obstacle() -> None:
    assert obstacle(None) is None


def test_a_call_that_was_refused_is_told() -> None:
    error = refused(OSError("no"), call="GET /api/v1/orders")
    assert [obstacle(one) for one in behind(error)] == [REFUSED_CALL] * 4
