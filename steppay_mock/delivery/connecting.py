"""Says which setting of a tool keeps a delivery from being made, where one forbids its socket."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from steppay_mock.delivery.safety import is_this_machine
from steppay_mock.wire.own_sockets import THIS_MACHINE, own_socket

if TYPE_CHECKING:
    from steppay_mock.delivery.endpoint import Endpoint


def connecting_to(endpoint: Endpoint) -> AbstractContextManager[None]:
    """Within it, a connection to the endpoint that is forbidden is a SteppayMockError, which says what to write."""
    hosts = THIS_MACHINE if is_this_machine(endpoint.host) else f"{THIS_MACHINE},{endpoint.host}"
    return own_socket(f"deliver to {endpoint.authority}", allow=f"--allow-hosts={hosts}")
