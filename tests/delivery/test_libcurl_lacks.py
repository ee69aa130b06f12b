"""The engine of libcurl tells a lack of this machine from a fault of the receiver, by the code and the number."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import pytest

from steppay_mock.delivery.engine.engine import EngineSettings
from steppay_mock.delivery.failure import Failure

pytestmark = pytest.mark.extra("fast")


@pytest.fixture
def lack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """What a code of libcurl says, with the number of the system, a proxy, and what opening a socket shows."""
    from steppay_mock.delivery.engine import libcurl

    with closing(libcurl.CurlEngine(EngineSettings(timeout=5, keep_alive=False, concurrency=1))) as engine:

        def told(code: int, *, number: int = 0, proxy: object = None, hidden: Failure | None = None) -> Any:
            monkeypatch.setattr(libcurl, "hidden_lack", lambda: hidden)
            handle = SimpleNamespace(getinfo=lambda _what: number)
            address = SimpleNamespace(access=SimpleNamespace(proxy=proxy))
            exchange: Any = SimpleNamespace(handle=handle, address=address)
            return engine._lack(exchange, code)

        yield told


@pytest.mark.parametrize("hidden", [None, Failure.OWN_MEMORY])
def test_without_a_socket_there_was_a_lack_whatever_can_be_opened_now(lack: Any, hidden: Failure | None) -> None:
    import pycurl

    refused = pycurl.E_COULDNT_CONNECT
    assert lack(refused, hidden=hidden) is (hidden or Failure.OWN_DESCRIPTORS)
    assert lack(refused, hidden=hidden, proxy="a proxy that refuses CONNECT") is hidden
    assert lack(refused, hidden=hidden, number=errno.ECONNREFUSED) is None
    assert lack(refused, hidden=hidden, number=errno.EADDRNOTAVAIL) is Failure.OWN_PORTS


@pytest.mark.parametrize("hidden", [None, Failure.OWN_DESCRIPTORS])
def test_a_code_of_two_meanings_is_decided_by_what_can_be_opened(lack: Any, hidden: Failure | None) -> None:
    import pycurl

    for code in (pycurl.E_COULDNT_RESOLVE_HOST, pycurl.E_SSL_CACERT_BADFILE, pycurl.E_SSL_CONNECT_ERROR):
        assert lack(code, hidden=hidden) is hidden
    for code in (pycurl.E_OPERATION_TIMEDOUT, pycurl.E_GOT_NOTHING, pycurl.E_RECV_ERROR):
        assert lack(code, hidden=hidden) is None
    assert lack(pycurl.E_OUT_OF_MEMORY, hidden=hidden) is Failure.OWN_MEMORY


def test_a_proxy_that_did_not_connect_is_told_with_what_happened() -> None:
    import pycurl

    from steppay_mock.delivery.engine.libcurl import _refusal_of_proxy

    proxy: Any = SimpleNamespace(refusal=lambda status: f"answered {status}", unreached=lambda why: why)

    def told(code: int, *, status: int = 0, number: int = 0, via: Any = proxy) -> str:
        facts = {pycurl.HTTP_CONNECTCODE: status, pycurl.OS_ERRNO: number}
        return _refusal_of_proxy(SimpleNamespace(getinfo=facts.__getitem__), via, code)  # type: ignore[arg-type]

    for status, words in ((199, "answered 199"), (200, ""), (299, ""), (300, "answered 300"), (407, "answered 407")):
        assert told(pycurl.E_RECV_ERROR, status=status) == words
        assert told(pycurl.E_RECV_ERROR, status=status, via=None) == ""
    assert told(pycurl.E_COULDNT_RESOLVE_PROXY) == "its name leads to no address"
    refused = "connection refused, nothing listens there"
    assert told(pycurl.E_COULDNT_CONNECT, number=errno.ECONNREFUSED) == refused
    assert told(pycurl.E_COULDNT_CONNECT, number=errno.EHOSTUNREACH) == "no connection"
    assert told(pycurl.E_OPERATION_TIMEDOUT) == ""


def test_the_next_descriptor_is_looked_up_and_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    from steppay_mock.delivery.engine import libcurl

    number = libcurl._next_descriptor()
    assert libcurl._next_descriptor() == number > 0

    def refuse(*_arguments: object) -> int:
        raise OSError(errno.EMFILE, "too many open files")

    monkeypatch.setattr("os.open", refuse)
    assert libcurl._next_descriptor() == 0
