"""Which calls of a client were refused while the API is patched?

Such a call may be right: then the test lacks an answer, and the receiver made no mistake. So the errors are marked, for
whoever says why a delivery failed, and the calls are noted, for receivers that swallow errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

_MARK = "_steppay_mock_refused"
_notes: list[dict[str, None]] = []

E = TypeVar("E", bound=Exception)

REFUSED_CALL = (
    "The receiver called what is not answered while the API is patched; the whole error says which call that is. If "
    "the call is right, it is the test that lacks an answer. For a client other than requests and httpx serve the API, "
    "`with steppay_api.serve() as url: ...`, and give the receiver that address in the place of "
    "https://api.steppay.kr. For another host or endpoint mock the call."
)
"""The next step, and whose matter it is."""


def refused(error: E, *, call: str) -> E:
    """The error, marked as that of a call which is not answered; ``call`` names it without what may be secret."""
    setattr(error, _MARK, True)
    for notes in _notes:
        notes[call] = None
    return error


def is_refused_call(error: BaseException) -> bool:
    """Whether the error was raised by the patched API, for a call that it does not answer."""
    return getattr(error, _MARK, False)


@contextmanager
def refusals_noted() -> Iterator[dict[str, None]]:
    """Gives a dict whose keys become the calls that are refused meanwhile, each once, in their order."""
    notes: dict[str, None] = {}
    _notes.append(notes)
    try:
        yield notes
    finally:
        _notes[:] = [others for others in _notes if others is not notes]
