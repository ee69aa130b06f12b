"""Cuts the frames of this toolkit out of a traceback: the user's frames show where a violation or misuse comes from."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    import pytest

_OURS = frozenset({"steppay_mock", "pytest_steppay"})
_BETWEEN = frozenset({"asyncio", "importlib"})  # their frames are between ours, and between ours and the user's
_RUNNER = frozenset({"_pytest", "pluggy"})


def hide_own_frames(excinfo: pytest.ExceptionInfo[BaseException], config: pytest.Config) -> None:
    """Leave only the user's frames in the traceback of a violation or of misuse.

    If a fixture failed before any code of the user ran, its first frame is left. ``--full-trace`` keeps all frames.
    """
    error = excinfo.value
    if config.getoption("fulltrace", default=False):
        return
    steps = list(_steps(error.__traceback__))
    theirs = [step for step in steps if not _is_from(_OURS | _BETWEEN, step)]
    if all(_is_from(_RUNNER, step) for step in theirs):
        theirs = [step for step in steps if _is_from(_OURS, step)][:1]
    if (chain := _chained(theirs)) is not None:
        # Not Traceback.filter: pytest's own filters would bring the frames back.
        excinfo.traceback = type(excinfo.traceback)(chain)
    for cause in _causes(error):
        theirs = [step for step in _steps(cause.__traceback__) if not _is_from(_OURS | _BETWEEN | _RUNNER, step)]
        cause.__traceback__ = _chained(theirs) or cause.__traceback__


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    cause = error.__cause__
    while cause is not None and cause not in found:
        found.append(cause)
        cause = cause.__cause__
    return found


def _steps(step: TracebackType | None) -> Iterator[TracebackType]:
    while step is not None:
        yield step
        step = step.tb_next


def _chained(steps: list[TracebackType]) -> TracebackType | None:
    chain = None
    for step in reversed(steps):
        chain = TracebackType(chain, step.tb_frame, step.tb_lasti, step.tb_lineno)
    return chain


def _is_from(packages: Container[str], step: TracebackType) -> bool:
    return str(step.tb_frame.f_globals.get("__name__")).partition(".")[0] in packages
