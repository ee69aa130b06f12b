"""Which frames of a traceback are left: those of the user, and of a fixture that failed before them the first."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pytest_steppay.trim import hide_own_frames


def raised(error: BaseException, *modules: str) -> BaseException:
    """The error, raised through a frame of each of these modules."""
    call = compile(
        "def call(others, error):\n if others: others[0](others[1:], error)\n else: raise error", "x", "exec"
    )
    steps = []
    for module in modules:
        names: dict[str, Any] = {"__name__": module}
        exec(call, names)
        steps.append(names["call"])
    with pytest.raises(type(error)):
        steps[0](steps[1:], error)
    assert error.__traceback__ is not None
    error.__traceback__ = error.__traceback__.tb_next  # without this function's own frame
    return error


def names(error: BaseException) -> list[str]:
    found, step = [], error.__traceback__
    while step is not None:
        found.append(step.tb_frame.f_globals["__name__"])
        step = step.tb_next
    return found


def trimmed(error: BaseException, *, fulltrace: bool | None = None) -> list[str]:
    excinfo = pytest.ExceptionInfo.from_exception(error)
    options = {} if fulltrace is None else {"fulltrace": fulltrace}

    def getoption(name: str, default: object) -> object:
        return options.get(name, default)

    config: Any = SimpleNamespace(getoption=getoption)
    hide_own_frames(excinfo, config)
    return [entry.frame.f_globals["__name__"] for entry in excinfo.traceback]


MIXED = ("_pytest.python", "shop.tests", "steppay_mock.delivery", "asyncio.base", "shop.views", "pytest_steppay.door")


def test_only_the_frames_of_the_user_and_of_the_runner_are_left() -> None:
    for fulltrace in (None, False):
        assert trimmed(raised(ValueError(), *MIXED), fulltrace=fulltrace) == [
            *("_pytest.python", "shop.tests", "shop.views")
        ]
    assert trimmed(raised(ValueError(), *MIXED), fulltrace=True) == list(MIXED)
    assert trimmed(raised(ValueError(), "steppay_mocked.x", "importlib.y", "pytest_steppay")) == ["steppay_mocked.x"]


def test_of_a_fixture_that_failed_before_the_user_the_first_frame_is_left() -> None:
    error = raised(ValueError(), "_pytest.fixtures", "pluggy.x", "pytest_steppay.fixtures", "steppay_mock.errors")
    assert trimmed(error) == ["pytest_steppay.fixtures"]
    only = raised(ValueError(), "_pytest.fixtures", "asyncio.x")
    assert trimmed(only) == ["_pytest.fixtures", "asyncio.x"]


def test_the_causes_are_trimmed_too_unless_nothing_would_be_left() -> None:
    first = raised(KeyError(), *MIXED)
    second = raised(LookupError(), "steppay_mock.a", "_pytest.b")
    error = raised(ValueError(), "shop.tests")
    error.__cause__, first.__cause__, second.__cause__ = first, second, error
    assert trimmed(error) == ["shop.tests"]
    assert names(first) == ["shop.tests", "shop.views"]
    assert names(second) == ["steppay_mock.a", "_pytest.b"]
