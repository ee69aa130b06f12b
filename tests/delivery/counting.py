"""A quick receiver over HTTP that keeps every request and answers as it is told, and payloads to tell apart."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event as Signal
from threading import Thread
from typing import Any

_ID = re.compile(rb'"id": ?(\d+)')
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_SIGNATURE = re.compile(rb"steppay-signature: ([^\r]+)", re.IGNORECASE)
OK = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"


def status(code: int, *headers: str, body: bytes = b"") -> bytes:
    """A whole answer."""
    lines = [f"HTTP/1.1 {code} Told", f"content-length: {len(body)}", "connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def payloads(count: int, *, kind: str = "customer.created") -> Iterator[dict[str, Any]]:
    """So many payloads; ``data.id`` counts from 0."""
    for number in range(count):
        yield {"timestamp": 1688697915, "version": "v1", "event": kind, "data": {"id": number}, "isTest": True}


@dataclass(frozen=True, slots=True)
class Got:
    """One request that was read to its end."""

    head: bytes
    body: bytes

    @property
    def id(self) -> int:
        found = _ID.search(self.body)
        assert found
        return int(found[1])

    @property
    def signature(self) -> str:
        found = _SIGNATURE.search(self.head)
        return found[1].decode() if found else ""


@dataclass(slots=True)
class Counting:
    """What came, in its order. ``answer`` says what is answered, ``after`` is told once that is on its way."""

    answer: Callable[[Got], bytes] = lambda _got: OK
    after: Callable[[Got], object] = lambda _got: None
    got: list[Got] = field(default_factory=list)
    url: str = ""

    @property
    def ids(self) -> list[int]:
        return [one.id for one in self.got]

    @property
    def copies(self) -> Counter[int]:
        return Counter(self.ids)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            got = Got(head, await reader.readexactly(int(length[1]) if length else 0))
            self.got.append(got)
            writer.write(self.answer(got))
            self.after(got)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the sender was killed
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def closed(self) -> None:
        """Each connection is closed before its loop is: a transport that is left over warns in some later test."""
        for _ in range(3):  # a connection that was accepted just now has no task before the third turn of the loop
            await asyncio.sleep(0)
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)


@contextmanager
def counting(receiver: Counting) -> Iterator[Counting]:
    """The receiver, listening; ``url`` says where."""
    begun, loop = Signal(), asyncio.new_event_loop()
    ended = asyncio.Event()

    async def serve() -> None:
        server = await asyncio.start_server(receiver.take, "127.0.0.1", 0, backlog=1024)
        receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
        begun.set()
        async with server:
            await ended.wait()
        await receiver.closed()

    thread = Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert begun.wait(10)
    try:
        yield receiver
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
