"""How does a webhook travel over a socket?

urllib3's connection is used without its pool, because every delivery of StepPay's closes its connection (fact 21), and
without ``requests``, because tests replace that (``responses``) and must not catch the webhook itself. Proxies of the
environment and .netrc do not count.
"""

from __future__ import annotations

import io
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import SKIP_HEADER

from steppay_mock.delivery.connecting import connecting_to
from steppay_mock.delivery.head import Head, WholeHeadResponse
from steppay_mock.delivery.proxy import told_apart
from steppay_mock.delivery.request import Request
from steppay_mock.delivery.safety import name_to_look_up
from steppay_mock.delivery.told import FAILURES, told
from steppay_mock.delivery.transport import MAX_ANSWER, Answer
from steppay_mock.wire.real_time import perf_counter
from steppay_mock.wire.redact import Redaction

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable, Iterable

    from urllib3.response import HTTPResponse as Response

    from steppay_mock.delivery.address import Address

_FAILURES = (*FAILURES, HTTPError)
# The client would add these two; StepPay's does not send them.
_SUPPRESSED = {"accept-encoding": SKIP_HEADER, "user-agent": SKIP_HEADER}


class HttpTransport:
    """Sends to a URL. Redirects are answers and are not followed.

    The timeout covers a delivery from its start to the end of its answer; a host name with several addresses that are
    all silent may take it once for each. ``tls`` None: one is made; whoever opens many transports shares one.
    ``secrets`` are struck out of the answers, and so is what is secret in the URL. To send raises an OwnLackError where
    this machine lacks something.
    """

    in_process = False
    _method = "POST"
    _persistence = "close"
    _most = MAX_ANSWER

    def __init__(
        self,
        address: Address,
        *,
        timeout: float,
        tls: ssl.SSLContext | None = None,
        secrets: Iterable[str] = (),
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self._address = address
        self._timeout = timeout
        self._sleep = sleep
        self._tls = tls
        self._redact = Redaction([*secrets, *address.secrets])

    @property
    def target(self) -> str:
        """The URL, with a mask for what is secret in it."""
        return str(self._address)

    def __enter__(self) -> Self:
        if self._address.scheme == "https" and self._tls is None:
            self._tls = self._address.access.context()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Nothing stays open between deliveries."""

    def send(self, request: Request) -> Answer:
        """Send one request on a connection of its own; a request with ``writing`` is written byte by byte."""
        if request.writing is not None:
            # urllib3 and http.client write no broken request: neither two headers of one name nor half a body.
            from steppay_mock.delivery.faults.send import send_raw

            answer = send_raw(request, self._address, timeout=self._timeout, sleep=self._sleep)
        else:
            answer = told_apart(self._exchange(request), self._address)
        return answer.without(self._redact)

    def _exchange(self, request: Request) -> Answer:
        started, outside = perf_counter(), sys.exception()
        deadline = started + self._timeout
        connection = self._connection()
        heads: list[Head] = []
        connection.response_class = partial(  # type: ignore[assignment]
            _PunctualResponse, deadline=deadline, heads=heads
        )
        response: Response | None = None
        body, failure, error = b"", None, None
        try:
            with connecting_to(self._address):
                self._ask(connection, request)
            response = _answer_of(connection, deadline)
            body = _body_of(response, self._most)
        except _FAILURES as raised:
            failure, error = told(
                raised, self._address, timeout=self._timeout, connected=connection.sent > 0, outside=outside
            )
        finally:
            if response is not None:
                response.close()
            self._let_go(connection)
        latency = perf_counter() - started
        if response is None:
            return Answer(None, error=error, latency=latency, failure=failure)
        return Answer(heads[0].status, heads[0].headers, body, error, latency=latency, failure=failure)

    def _connection(self) -> Connection:
        host = name_to_look_up(self._address.host)
        options: dict[str, Any] = {"port": self._address.port, "timeout": self._timeout}
        if self._address.scheme == "http":
            connection = Connection(host, **options)
        else:
            connection = _TlsConnection(host, ssl_context=self._tls, server_hostname=self._address.host, **options)
        proxy = self._address.access.proxy
        if proxy is not None:
            from steppay_mock.delivery.tunnel import connect_through, seconds_left

            # What urllib3 has for the one who brings another socket; its own tunnels tell failures in texts alone.
            connection._new_conn = lambda: connect_through(  # type: ignore[method-assign]  # noqa: SLF001
                proxy, self._address, left=seconds_left(self._timeout)
            )
        return connection

    def _let_go(self, connection: Connection) -> None:
        connection.close()

    def _ask(self, connection: Connection, request: Request) -> None:
        """Connect, where that is not done yet, and send the request as far as the receiver takes it."""
        connection.sent = 0
        if connection.sock is None:
            connection.connect()
        headers = {**_SUPPRESSED, **self._address.head, "connection": self._persistence, **dict(request.headers)}
        try:
            connection.request(self._method, self._address.requested, request.body, headers, preload_content=False)
        except TimeoutError:
            raise
        except OSError:
            return  # it may have answered, such as 413, without reading to the end


class Connection(HTTPConnection):
    """A connection that counts: ``sent`` is how many parts of the request the system has taken, the head first."""

    sent = 0

    def send(self, data: Any) -> None:
        """Send the part."""
        super().send(data)
        self.sent += 1


class _TlsConnection(Connection, HTTPSConnection):
    """The same over TLS."""


def _answer_of(connection: Connection, deadline: float) -> Response:
    connection.timeout = max(deadline - perf_counter(), 0.001)
    return connection.getresponse()


def _body_of(response: Response, most: int) -> bytes:
    # One read does not tell a body that broke off from one that ended; the read after it does.
    body = bytearray()
    while len(body) < most:
        part = response.read(most - len(body), decode_content=False)
        if not part:
            break
        body += part
    return bytes(body)


class _PunctualResponse(WholeHeadResponse):
    """A response that is late as a whole: a socket's own timeout begins anew with every byte of a slow drip."""

    def __init__(
        self, sock: socket.socket, *arguments: Any, deadline: float, heads: list[Head], **options: Any
    ) -> None:
        super().__init__(sock, *arguments, **options)
        self._heads = heads
        self.fp = io.BufferedReader(_PunctualReader(self.fp.detach(), sock, deadline, heads))

    def begin(self) -> None:
        super().begin()
        self._heads.append(self.head)


class _PunctualReader(io.RawIOBase):
    def __init__(self, raw: io.RawIOBase, sock: socket.socket, deadline: float, heads: list[Head]) -> None:
        self._raw = raw
        self._sock = sock
        self._deadline = deadline
        self._heads = heads

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - perf_counter()
        if left <= 0:
            raise TimeoutError("the answer came too slowly")
        self._sock.settimeout(left)
        try:
            return self._raw.readinto(buffer)
        except ConnectionResetError:
            if self._heads and self._heads[-1].may_end_in_a_reset:
                return 0
            raise

    def close(self) -> None:
        self._raw.close()
        super().close()
