"""Says which setting of a tool keeps a delivery from being made, where one forbids its socket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from steppay_mock.delivery.safety import is_this_machine
from steppay_mock.wire.own_sockets import THIS_MACHINE, forbidden, is_forbidden

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address


@contextmanager
def connecting_to(address: Address) -> Iterator[None]:
    """Within it, a connection to the endpoint that is forbidden is a SteppayMockError, which says what to write."""
    try:
        yield
    except Exception as error:
        if not is_forbidden(error):
            raise
        # Made here, and not before: most deliveries are not forbidden, and there are many.
        hosts = THIS_MACHINE if is_this_machine(address.host) else f"{THIS_MACHINE},{address.host}"
        raise forbidden(f"deliver to {address.authority}", allow=f"--allow-hosts={hosts}") from error
