"""How does a test make a call wait, and decide when it may go?"""

from __future__ import annotations

from threading import Condition
from typing import Literal

from steppay_mock.contract.long_numbers import is_number, written
from steppay_mock.errors import SteppayMockError
from steppay_mock.store.api.request import CallerGoneError, Request

End = Literal["released", "closing", "forgotten"]


class Hold:
    """Calls that wait for the test. ``wait`` until one has come, then ``release`` them all, and those to come."""

    def __init__(self, moved: Condition, *, timeout: float) -> None:
        self.timeout = timeout
        self._moved = moved
        self._arrived = 0
        self._released = False

    def __repr__(self) -> str:
        return f"<hold: {self._arrived} arrived, {'released' if self._released else 'waiting'}>"

    @property
    def is_released(self) -> bool:
        """Whether calls may go."""
        return self._released

    def wait(self, timeout: float = 10.0) -> bool:
        """Whether a call has come, at the latest after so many seconds, or at the release. Its answer is settled."""
        seconds = check_seconds("timeout", timeout)
        with self._moved:
            self._moved.wait_for(lambda: self._arrived > 0 or self._released, seconds)
            return self._arrived > 0

    def release(self) -> None:
        """Let the held calls go. The hold ends with it."""
        with self._moved:
            self._released = True
            self._moved.notify_all()

    def keep(self, request: Request, patience: float | None) -> End:
        """Hold this call: until the release, until its server stops, or until the timeout says it was forgotten."""
        seconds = self.timeout if patience is None else min(self.timeout, patience)
        with self._moved:
            self._arrived += 1
            self._moved.notify_all()
            self._moved.wait_for(lambda: self._released or request.closing.is_set(), seconds)
            if self._released:
                return "released"
            if request.closing.is_set():
                return "closing"
        if seconds < self.timeout:
            raise CallerGoneError("api.hold() holds it; release it, from another thread than the receiver's")
        return "forgotten"


def check_seconds(name: str, seconds: object) -> float:
    """The seconds, if they are a number from 0 up."""
    if not is_number(seconds) or seconds < 0:
        raise SteppayMockError(
            f"{name}={written(seconds)} is no number of seconds. Give one from 0 up, such as {name}=2."
        )
    return float(seconds)
