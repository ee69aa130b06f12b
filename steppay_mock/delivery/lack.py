"""The error that this machine lacks something to send with, such as file descriptors."""

from __future__ import annotations

from typing import Any

from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.transport import Answer
from steppay_mock.errors import SteppayMockError

_CURES = {
    Failure.OWN_DESCRIPTORS: "Raise the limit with `ulimit -n`, or send less at once: a lower concurrency.",
    Failure.OWN_PORTS: "Use connections again (keep_alive, --keep-alive), send less in a second (rate, --rate), or "
    "wait a minute: closed connections hold their ports so long. For an address of IPv6, this machine may have none.",
    Failure.OWN_NETWORK: "Look at the network, the routes and the firewall of this machine.",
    Failure.OWN_MEMORY: "Send less at once: a lower concurrency.",
    Failure.OWN_THREADS: "Send less at once (a lower concurrency), raise the limit with `ulimit -u`, or install "
    "steppay-mock[fast], which needs no threads.",
}


class OwnLackError(SteppayMockError):
    """A request could not be sent, for this machine lacks something; the receiver has nothing to do with it.

    ``failure`` is the code. ``perhaps_sent`` says whether a part of the request may have gone out. ``so_far`` is the
    Report on the deliveries before it; its class is not imported here, since all that it needs imports this file.
    """

    def __init__(self, failure: Failure, what: str, *, perhaps_sent: bool = False) -> None:
        self.failure = failure
        self.what = what
        self.perhaps_sent = perhaps_sent
        self.done = ""
        """How far the run came, in words."""
        self.journal: str | None = None
        """Where what was not sent stays planned; None where nothing is written down."""
        self.so_far: Any = None
        super().__init__(failure, what)

    def __str__(self) -> str:
        told = f"A request could not be sent, for a lack of this machine and not of the receiver: {self.what}."
        return " ".join(filter(None, (told, self._left(), _CURES[self.failure])))

    def _left(self) -> str:
        """What becomes of that which was not sent, in a sentence."""
        if not self.done:
            return ""
        if self.journal is None:
            return f"{self.done}; send anew what has none."
        import shlex

        journal = shlex.quote(self.journal)
        return f"{self.done}; the rest stays planned: `steppay-mock resume --journal {journal}` goes on with it."

    def as_answer(self) -> Answer:
        """The lack in the place of an answer, from where it cannot be raised. Who gets it raises it."""
        return Answer(None, error=self.what, exception=self, failure=self.failure)


def no_thread(running: int) -> OwnLackError:
    """The error that no thread can be started beside so many of ours."""
    return OwnLackError(Failure.OWN_THREADS, f"no new thread can be started; {running} are running for this")


def no_thread_left() -> Answer:
    """The same in the place of an answer."""
    from threading import active_count

    return no_thread(active_count()).as_answer()
