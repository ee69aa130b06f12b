"""The codes of what can go wrong between sender and receiver. The words beside them are for people."""

from __future__ import annotations

from enum import StrEnum


class Failure(StrEnum):
    """Why no answer came, or why it did not come whole."""

    TIMED_OUT = "timed-out"
    REFUSED = "refused"
    """Nothing listens there."""
    NO_ADDRESS = "no-address"
    """The name of the host leads nowhere."""
    UNREACHABLE = "unreachable"
    """The host cannot be reached, such as one that is switched off."""
    CERTIFICATE = "certificate"
    """The certificate of the receiver is not one that is trusted."""
    PROXY = "proxy"
    """The proxy that was asked for did not lead to the receiver."""
    BROKEN = "broken"
    """The connection ended too soon, or what came is no HTTP."""
    RAISED = "raised"
    """An app of this process raised."""
    ON_PURPOSE = "on-purpose"
    """The fault was to leave no answer."""
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
