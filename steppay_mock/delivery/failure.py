"""The codes of failures between sender and receiver, and the words for those without an address.

Programs read the codes, people read the words. The words for failures on the network are in ``http/failures.py``.
"""

from __future__ import annotations

from enum import StrEnum


class Failure(StrEnum):
    """Why no answer came, or why it did not come whole."""

    TIMED_OUT = "timed-out"
    REFUSED = "refused"
    """Nothing listens there."""
    NO_ADDRESS = "no-address"
    """The name of the host has no address."""
    UNREACHABLE = "unreachable"
    """The host cannot be reached, such as one that is switched off."""
    CERTIFICATE = "certificate"
    """The certificate of the receiver is not trusted."""
    PROXY = "proxy"
    """The proxy of the option ``proxy`` did not connect to the receiver."""
    BROKEN = "broken"
    """The connection ended too soon, or the answer is not HTTP."""
    RAISED = "raised"
    """The app, or the function, raised an exception."""
    ON_PURPOSE = "on-purpose"
    """The fault leaves no answer."""
    OWN_DESCRIPTORS = "own-descriptors"
    """This process may open no more files and sockets."""
    OWN_PORTS = "own-ports"
    """This machine has no free port, or no address, to connect from."""
    OWN_NETWORK = "own-network"
    """This machine has no way there, or does not let the connection out."""
    OWN_MEMORY = "own-memory"
    OWN_THREADS = "own-threads"


def timed_out(timeout: float) -> str:
    """The words for an answer that did not come in time."""
    return f"timed out after {timeout:g} s"


def app_raised(shown: str, *, after: str = "") -> tuple[Failure, str]:
    """The code and the words for an exception of the app, shown so; ``after`` says when, if not before the answer."""
    return Failure.RAISED, f"the app raised{after}: {shown}"
