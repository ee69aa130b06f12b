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
