"""Marks and notes the calls that the patched API refuses.

A refused call may be right: then the test lacks an answer, and the receiver made no mistake. So the error has a mark,
by which a failed delivery is explained, and the call is noted, because a receiver may catch the error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from steppay_mock.contract.rest_calls import URL

_MARK = "_steppay_mock_refused"
_notes: list[dict[str, None]] = []

E = TypeVar("E", bound=Exception)

REFUSED_CALL = (
    "The receiver made a call that is not answered while the API is patched; the whole error names it. If the call is "
    "right, the test lacks an answer. For a client other than requests and httpx serve the API, "
    "`with steppay_api.serve() as url: ...`, and give the receiver that address in the place of "
    f"{URL}. For another host or endpoint mock the call."
)
"""The explanation of a refused call, with the next step."""


def refused(error: E, *, call: str) -> E:
    """The error, marked as that of a refused call. ``call`` names the call, without anything secret."""
    setattr(error, _MARK, True)
    for notes in _notes:
        notes[call] = None
    return error


def is_refused_call(error: BaseException) -> bool:
    """Whether the patched API raised the error, for a call that it refuses."""
    return getattr(error, _MARK, False)


@contextmanager
def refusals_noted() -> Iterator[dict[str, None]]:
    """Gives a dict. Its keys become the calls that are refused within it, each once, in their order."""
    notes: dict[str, None] = {}
    _notes.append(notes)
    try:
        yield notes
    finally:
        _notes[:] = [others for others in _notes if others is not notes]
