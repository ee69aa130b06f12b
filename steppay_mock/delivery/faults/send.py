"""How does a faulty request reach a receiver, and what comes back?"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.faults.deadline import Deadline
from steppay_mock.delivery.faults.render import Pause, render
from steppay_mock.delivery.proxy import told_apart
from steppay_mock.delivery.transport import Answer
from steppay_mock.wire import real_time

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.faults.connect import Connection
    from steppay_mock.delivery.faults.faulty import FaultyRequest, Wire

Sleep = Callable[[float], object]


def send_faulty(
    faulty: FaultyRequest,
    address: Address,
    *,
    timeout: float,
    sleep: Sleep | None = None,
    clock: Callable[[], float] | None = None,
) -> Answer:
    """Write the request byte for byte on a connection of its own, and give back what comes of it.

    Whatever the receiver does is an answer. ``timeout`` is in seconds, from the start to the end of the answer, the
    pauses of a drip included; the name server alone may take longer. ``sleep`` waits out the pauses, ``clock`` measures
    the time: real time, if they are left out. Where the connection is reset on purpose the error says so.
    OwnLackError where this machine lacks something.
    """
    # Sockets and http.client load when something is sent: whoever lists the faults needs neither.
    from steppay_mock.delivery.connecting import connecting_to
    from steppay_mock.delivery.faults.connect import connect, end_sending
    from steppay_mock.delivery.faults.receive import receive
    from steppay_mock.delivery.told import FAILURES, told

    wait = real_time.sleep if sleep is None else sleep
    deadline = Deadline(timeout, real_time.perf_counter if clock is None else clock)
    tell = partial(told, address=address, timeout=timeout, outside=sys.exception())
    connected = False
    try:
        with connecting_to(address):
            opened = connect(address, deadline)
        connected = True
        with opened as connection:
            _write(connection, render(faulty, address), deadline, wait)
            if faulty.wire.reset is not None:
                answer = _reset(connection, faulty.wire, deadline, wait)
            else:
                if faulty.wire.truncate_to is not None:
                    end_sending(connection)
                answer = receive(connection, deadline, tell)
    except FAILURES as raised:
        failure, error = tell(raised, connected=connected)
        answer = Answer(None, error=error, failure=failure)
    return told_apart(replace(answer, latency=deadline.elapsed), address)


def _write(connection: Connection, parts: Iterable[bytes | Pause], deadline: Deadline, sleep: Sleep) -> None:
    try:
        for part in parts:
            left = deadline.left()
            if isinstance(part, Pause):
                sleep(min(part.seconds, left))
            else:
                connection.settimeout(left)
                connection.sendall(part)
    except TimeoutError:
        raise
    except OSError:
        return  # it may have answered, such as 413, without reading to the end


def _reset(connection: Connection, wire: Wire, deadline: Deadline, sleep: Sleep) -> Answer:
    from steppay_mock.delivery.faults.connect import reset, wait_until_arrived

    if wire.reset == "answered":
        connection.settimeout(deadline.left())
        if not connection.recv(1):
            raise ConnectionError("Remote end closed connection without response")
        when = "when its answer began"
    else:
        wait_until_arrived(connection, deadline, sleep)
        when = "amid the body" if wire.truncate_to is not None else "after the body"
    reset(connection)
    error = f"the connection was reset on purpose, {when}: no answer can come"
    return Answer(None, error=error, failure=Failure.ON_PURPOSE)
