"""A kept connection that the receiver has closed: the request goes out on a new one, where none of it was sent."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Event, Semaphore, Thread
from typing import Any

import pytest
from delivery.counting import payloads
from delivery.engines import DONE, endpoint_of, read_request, send

from steppay_mock import Sender
from steppay_mock.delivery.engine.engine import Engine
from steppay_mock.delivery.engine.threads import ThreadEngine
from steppay_mock.delivery.http.keep_alive import KeptTransport
from steppay_mock.delivery.http.transport import Connection
from steppay_mock.delivery.journal.journal import Journal
from steppay_mock.delivery.request import Request
from steppay_mock.delivery.run.progress import RunProgress
from steppay_mock.delivery.sender import sender

Make = Callable[..., Engine]


class Forgetful:
    """Answers one request on a connection, keeps it, and closes it when it is told to; the first by a reset if so."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.may_close = Event()
        self.has_closed = Event()
        self.closings = Semaphore(0)
        """Released once for each connection that was closed."""
        self.resets = False
        self.is_about_to = False
        self.closes_once = False
        """Connections after the first stay open: none is closed while the sender writes on it."""
        self.url = ""

    def close_now(self) -> None:
        self.may_close.set()
        assert self.has_closed.wait(10)

    def answer(self, connection: socket.socket) -> None:
        self.bodies.append(read_request(connection).rpartition(b"\r\n\r\n")[2])
        connection.sendall(DONE)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.settimeout(10)
            try:
                self.answer(connection)
                while self.closes_once and self.has_closed.is_set():
                    self.answer(connection)
            except OSError:
                connection.close()
                continue
            self.may_close.wait(10)
            if self.resets:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.resets = False  # a reset right behind an answer takes the answer with it
            connection.close()
            self.has_closed.set()
            self.closings.release()


@contextmanager
def forgetful() -> Iterator[Forgetful]:
    receiver, listener = Forgetful(), socket.create_server(("127.0.0.1", 0))
    receiver.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    thread = Thread(target=receiver.serve, args=[listener])
    thread.start()
    try:
        yield receiver
    finally:
        receiver.may_close.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@pytest.mark.parametrize("resets", [False, True])
def test_a_connection_that_was_closed_meanwhile_is_not_used(make_engine: Make, *, resets: bool) -> None:
    with forgetful() as receiver, closing(make_engine(keep_alive=True, concurrency=1)) as engine:
        receiver.resets = resets
        assert send(engine, receiver.url, b"first")[0].status == 204
        receiver.close_now()
        (answer,) = send(engine, receiver.url, b"second")
        assert (answer.status, answer.error) == (204, None)
    assert receiver.bodies == [b"first", b"second"]


def test_a_connection_that_is_reset_in_the_moment_of_writing_is_replaced(
    make_engine: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    with forgetful() as receiver, closing(make_engine(keep_alive=True, concurrency=1)) as engine:
        receiver.resets = True
        close_before_writing(receiver, monkeypatch)
        assert send(engine, receiver.url, b"first")[0].status == 204
        receiver.is_about_to = True
        (answer,) = send(engine, receiver.url, b"second")
        assert (answer.status, answer.error) == (204, None)
        # Once the second one is closed, too: a request that is on its way then has no answer.
        assert receiver.closings.acquire(timeout=10)
        assert receiver.closings.acquire(timeout=10)
        assert send(engine, receiver.url, b"third")[0].status == 204
    assert receiver.bodies == [b"first", b"second", b"third"]


def close_before_writing(receiver: Forgetful, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the receiver that is about to, reset the connection after the engine looked at it, and before it writes."""
    sending = Connection.send

    def sent(self: Connection, data: Any) -> None:
        if receiver.is_about_to and not receiver.has_closed.is_set():
            receiver.close_now()
        sending(self, data)

    monkeypatch.setattr(Connection, "send", sent)
    with suppress(ImportError):  # libcurl writes by itself, and asks before; without the extra it is not there
        from steppay_mock.delivery.engine.libcurl_handle import CurlExchange

        may_ask = CurlExchange.may_ask

        def asked(self: Any, *addresses: object) -> int:
            found = may_ask(self, *addresses)
            if receiver.is_about_to and not receiver.has_closed.is_set():
                receiver.close_now()
            return found

        monkeypatch.setattr(CurlExchange, "may_ask", asked)


def test_it_holds_for_a_connection_alone_and_a_new_one_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    request = Request(b"x", (("content-length", "1"),))
    with forgetful() as receiver, KeptTransport(endpoint_of(receiver.url), timeout=10) as transport:
        receiver.resets = True
        close_before_writing(receiver, monkeypatch)
        assert transport.send(request).status == 204
        receiver.is_about_to = True
        assert transport.send(request).status == 204
    assert len(receiver.bodies) == 2


@pytest.mark.parametrize("threads", [False, True])
def test_the_journal_shows_one_attempt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, threads: bool) -> None:
    if threads:
        monkeypatch.setattr(sender, "make_engine", ThreadEngine)
    path = tmp_path / "journal.sqlite"
    with forgetful() as receiver:
        receiver.resets = receiver.closes_once = True

        def watch(progress: RunProgress) -> None:
            if progress.answers and not receiver.may_close.is_set():  # an answer on its way would be lost
                receiver.close_now()

        report = Sender(receiver.url, journal=path, keep_alive=True).send(payloads(3), watch=watch)
        assert receiver.has_closed.is_set()
    assert (report.succeeded, report.retried, report.perhaps_again) == (3, 0, 0)
    with Journal(path) as journal:
        assert journal.ask("SELECT delivery, number, status FROM attempts") == [(1, 1, 204), (2, 1, 204), (3, 1, 204)]
    assert len(receiver.bodies) == 3
