"""Gives each copy of a webhook a separate second in its signature, as a resend has (facts 19 and 22).

A run delivers an event and its copy within one second, more so if a test stops the clock. With equal signatures a
receiver that only remembers signature headers would pass for one that recognises duplicates, and fail in production.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from threading import Lock

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


class SigningMemory:
    """The seconds of many runs of one process, also at the same time: none reads those before it in a journal."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._of: dict[tuple[str, str], SigningSeconds] = {}

    def of_run(
        self, receivers: Mapping[int, tuple[str, str]], known: Callable[[], Iterable[tuple[int, bytes, int]]]
    ) -> SigningSeconds:
        """The seconds of a run, whose endpoints have these names and URLs by their numbers.

        ``known`` gives what was signed before, as a journal has it; it is asked where an endpoint is new here.
        """
        with self._lock:
            new = {number: one for number, one in receivers.items() if one not in self._of}
            signed = list(known()) if new else []
            for number, one in new.items():
                self._of[one] = SigningSeconds((1, body, second) for hook, body, second in signed if hook == number)
            return _SharedSeconds({number: self._of[one] for number, one in receivers.items()}, self._lock)


class _SharedSeconds(SigningSeconds):
    """The seconds of one run among several."""

    def __init__(self, shared: Mapping[int, SigningSeconds], lock: Lock) -> None:
        super().__init__()
        self._shared = shared
        self._lock = lock

    def take(self, body: bytes, now: float, *, endpoint: int = 1) -> float:
        """As :meth:`SigningSeconds.take`, beside all other runs."""
        with self._lock:
            return self._shared[endpoint].take(body, now)
