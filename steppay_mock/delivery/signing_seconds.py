"""Gives each copy of a webhook a separate second in its signature, as a resend has (facts 19 and 22).

A run delivers an event and its copy within one second, more so if a test stops the clock. With equal signatures a
receiver that only remembers signature headers would pass for one that recognises duplicates, and fail in production.
"""

from __future__ import annotations

from collections.abc import Iterable

_AHEAD = 60  # seconds that a copy may be signed ahead of the clock: receivers refuse what is minutes early


class SigningSeconds:
    """The seconds at which the bodies of one run were signed, as far as they are not in the past.

    ``known`` are those of a run that is resumed, and of earlier runs in its journal, the earliest first: the endpoint,
    the body and the second.
    """

    def __init__(self, known: Iterable[tuple[int, bytes, int]] = ()) -> None:
        # A hash, not the body: if the clock stands still, all of a long run are kept.
        self._taken = {hash((endpoint, body)): second for endpoint, body, second in known}
        self._latest = max(self._taken.values(), default=-1)

    def take(self, body: bytes, now: float, *, endpoint: int = 1) -> float:
        """When these bytes are signed for the endpoint: ``now``, or a second after their last copy.

        Of more than 60 copies within a second some have the second of an earlier one.
        """
        try:
            second = int(now)
        except (TypeError, ValueError, OverflowError):
            return now  # what is no time is refused where it is signed
        if not second <= self._latest <= second + _AHEAD:  # all of it is past, or the clock was set back
            self._taken.clear()
            self._latest = second
        key = hash((endpoint, body))
        last = self._taken.get(key)
        if last is not None and second <= last < second + _AHEAD:
            now = second = last + 1
        self._taken[key] = second
        self._latest = max(self._latest, second)
        return now
