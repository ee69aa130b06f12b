"""The servers that the benchmarks send to: nginx, which costs next to nothing, and a slow receiver."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

_CONFIG = """
daemon off; master_process off; worker_processes 1; pid nginx.pid; error_log stderr crit;
events {{ worker_connections 1024; multi_accept on; }}
http {{
    access_log off;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    keepalive_requests 1000000000;
    server {{ listen 127.0.0.1:{port} backlog=1024; location / {{ return 204; }} }}
}}
"""
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")


def missing_tool() -> str | None:
    """What to install, if a tool of this benchmark is not there."""
    lacking = [tool for tool in ("nginx", "wrk") if shutil.which(tool) is None]
    if not lacking:
        return None
    return f"This benchmark needs {' and '.join(lacking)}. Install both: apt-get install -y nginx-light wrk"


@contextmanager
def nginx() -> Iterator[str]:
    """An nginx of one worker that answers 204; gives its URL, and ends it."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        config = Path(folder) / "nginx.conf"
        config.write_text(_CONFIG.format(port=port), encoding="utf-8")
        with running(["nginx", "-p", folder, "-c", str(config)], port):
            yield f"http://127.0.0.1:{port}/webhooks/steppay"


@contextmanager
def slow_receiver(delay: float) -> Iterator[str]:
    """A receiver in a process of its own that answers after so many seconds, any number at once; gives its URL."""
    port = free_port()
    with running([sys.executable, __file__, str(port), str(delay)], port):
        yield f"http://127.0.0.1:{port}/webhooks/steppay"


def wrk(url: str, *, connections: int, seconds: int, body: bytes, headers: dict[str, str]) -> float:
    """Requests a second of wrk in one thread, all of them the same POST."""
    quoted = "".join(f'wrk.headers["{name}"] = "{value}"\n' for name, value in headers.items())
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".lua") as script:
        script.write(f'wrk.method = "POST"\nwrk.body = [==[{body.decode()}]==]\n{quoted}')
        script.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", script.name, url]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = _RATE.search(told)
    assert found is not None, told
    assert "Non-2xx" not in told, told
    return float(found[1])


def free_port() -> int:
    """A port that nothing listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, *, quiet: bool = False) -> Iterator[None]:
    """Within it the server runs, and listens at the port."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL if quiet else None)
    try:
        _await_port(port, process)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    until = monotonic() + 30
    while True:
        assert process.poll() is None, f"{process.args!r} ended: {process.returncode}"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert monotonic() < until, f"nothing listens at {port}"
            sleep(0.02)
        else:
            return


class _Slow(asyncio.Protocol):
    """A connection on which each request is answered after a while; a protocol, for streams would take longer still."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if end and length is not None and len(body) >= int(length[1]):
            self._received = b""  # nobody sends a second request before the answer to the first
            closes = b"connection: close" in head.lower()
            asyncio.get_running_loop().call_later(self._delay, self._answer, closes)

    def _answer(self, closes: bool) -> None:  # noqa: FBT001 - call_later has no options to hand on
        if not self._transport.is_closing():
            self._transport.write(b"HTTP/1.1 204 No Content\r\n%b\r\n" % (b"Connection: close\r\n" if closes else b""))
            if closes:
                self._transport.close()


async def _serve_slowly(port: int, delay: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Slow(delay), "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve_slowly(int(sys.argv[1]), float(sys.argv[2])))
