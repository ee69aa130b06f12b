"""Sends one request at a time to a URL, over a socket.

It uses urllib3's connection without its pool, because StepPay closes the connection after every delivery (fact 21), and
without ``requests``, because tests replace that library (``responses``) and must not catch the webhook itself. Proxies
of the environment and .netrc do not count.
"""

from __future__ import annotations

import io
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import SKIP_HEADER

from steppay_mock.delivery.address.safety import name_to_look_up
from steppay_mock.delivery.answer import MAX_ANSWER, Answer
from steppay_mock.delivery.http.failures import NETWORK_ERRORS, connecting_to, describe_error, mark_proxy_answer
from steppay_mock.delivery.http.head import Head, WholeHeadResponse
from steppay_mock.delivery.request import Request
from steppay_mock.wire.real_time import perf_counter
from steppay_mock.wire.redact import Redaction

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable, Iterable

    from urllib3.response import HTTPResponse as Response

    from steppay_mock.delivery.address import Address

_ERRORS = (*NETWORK_ERRORS, HTTPError)
# urllib3 and http.client would add these two headers; StepPay's sender has neither (fact 21).
_SUPPRESSED = {"accept-encoding": SKIP_HEADER, "user-agent": SKIP_HEADER}


class HttpTransport:
    """Sends to a URL. Redirects are answers and are not followed.

    The timeout, in seconds, covers a delivery from its start to the end of its answer; a host name with several silent
    addresses may take it once for each of them. ``tls`` None: the transport makes a context; pass one to many
    transports to share it. ``secrets``, and those of the URL, are struck out of the answers. ``sleep`` waits for the
    pauses that a fault makes; None: real time. :meth:`send` raises OwnLackError where this machine lacks something.
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
        """The URL, with its secrets masked."""
        return str(self._address)

    def __enter__(self) -> Self:
        if self._address.scheme == "https" and self._tls is None:
            self._tls = self._address.access.context()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Do nothing: no connection stays open between deliveries."""

    def send(self, request: Request) -> Answer:
        """Send one request on a new connection; a request with ``writing`` is written byte by byte."""
        if request.writing is not None:
            # urllib3 and http.client write no broken request: neither two headers of one name nor half a body.
            from steppay_mock.delivery.http.raw.send import send_raw

            answer = send_raw(request, self._address, timeout=self._timeout, sleep=self._sleep)
        else:
            answer = mark_proxy_answer(self._exchange(request), self._address)
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
        except _ERRORS as raised:
            failure, error = describe_error(
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
            connection = _HttpsConnection(host, ssl_context=self._tls, server_hostname=self._address.host, **options)
        proxy = self._address.access.proxy
        if proxy is not None:
            from steppay_mock.delivery.http.deadline import Deadline
            from steppay_mock.delivery.http.tunnel import connect_through

            # urllib3 calls this method for its socket. Its own tunnels report a refusal of the proxy in texts alone.
            connection._new_conn = lambda: connect_through(  # type: ignore[method-assign]  # noqa: SLF001
                proxy, self._address, deadline=Deadline(self._timeout)
            )
        return connection

    def _let_go(self, connection: Connection) -> None:
        connection.close()

    def _ask(self, connection: Connection, request: Request) -> None:
        """Connect if needed, and write the request as far as the receiver reads it."""
        connection.sent = 0
        if connection.sock is None:
            connection.connect()
        headers = {**_SUPPRESSED, **self._address.head, "connection": self._persistence, **dict(request.headers)}
        try:
            method = self._method if request.method == "POST" else request.method
            connection.request(method, self._address.requested, request.body, headers, preload_content=False)
        except TimeoutError:
            raise
        except OSError:
            return  # a receiver may answer, such as 413, and close before it has read the body: read that answer


class Connection(HTTPConnection):
    """A connection that counts in ``sent`` the parts of the request that the system has taken, the head first."""

    sent = 0

    def send(self, data: Any) -> None:
        """Send the part."""
        super().send(data)
        self.sent += 1


class _HttpsConnection(Connection, HTTPSConnection):
    """The same over TLS."""


def _answer_of(connection: Connection, deadline: float) -> Response:
    connection.timeout = max(deadline - perf_counter(), 0.001)
    return connection.getresponse()


def _body_of(response: Response, most: int) -> bytes:
    # http.client raises IncompleteRead only in the read after the last part: a single read takes half a body for all.
    body = bytearray()
    while len(body) < most:
        part = response.read(most - len(body), decode_content=False)
        if not part:
            break
        body += part
    return bytes(body)


class _PunctualResponse(WholeHeadResponse):
    """A response with one deadline for all of it: a socket's own timeout begins anew with every byte of a slow drip."""

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
                return 0  # the end of the body
            raise

    def close(self) -> None:
        self._raw.close()
        super().close()
