"""``StoreApi``: StepPay's REST API in front of stores, how it misbehaves, and three ways to call it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING
from weakref import WeakSet

from steppay_mock.rest.places import check_match
from steppay_mock.rest.responder import Responder
from steppay_mock.rest.rules import ApiHold, ApiRule, Fail, FallBehind, HideNew, Holding, SlowDown, check_seconds
from steppay_mock.store.base import StoreBase

if TYPE_CHECKING:
    from responses import RequestsMock

_living: WeakSet[StoreApi] = WeakSet()


def living_apis() -> tuple[StoreApi, ...]:
    """All APIs of this process that are still referenced."""
    return tuple(_living)


class StoreApi(Responder):
    """StepPay's REST API in front of one store or more. If several have a record, the store added last answers.

    Let the receiver call it in one of three ways: ``api.patched()`` for ``requests`` and ``httpx`` in this process,
    ``api.serve()`` for all other clients, or as a WSGI application, which the API itself is. An answer reports the
    state at the arrival of the call, also if the answer is slow or held.

    In the methods below, ``match`` is a path with wildcards, and ``times`` is the number of matching calls that the
    rule is used for; None: all. A rule is used for calls without the right token too.

    By default it only reads. ``writable=True`` lets the calls that write change a store, such as POST /api/v1/orders:
    one at a time, by the actions of the store, with the events that follow. A new thing is made in the store that was
    added last.

    ``sleep`` is the function that :meth:`slow_down` waits with. By default a server that stops does not wait for it.
    """

    def __init__(
        self,
        *stores: StoreBase,
        token: str = "test_token",  # noqa: S107 - a token for tests, which opens nothing
        sleep: Callable[[float], object] | None = None,
        writable: bool = False,
    ) -> None:
        super().__init__(*stores, token=token, sleep=sleep, writable=writable)
        _living.add(self)

    def fall_behind(self, *, events: int = 3, match: str = "*") -> None:
        """Answer with the state of this number of events ago, as a lagging replica does."""
        self._add(FallBehind(events=events, match=match))

    def hide_new(self, *, events: int = 3, match: str = "*") -> None:
        """Answer 404 for records that did not exist this number of events ago."""
        self._add(HideNew(events=events, match=match))

    def fail(
        self, *, status: int = 500, times: int | None = None, match: str = "*", retry_after: int | None = None
    ) -> None:
        """Answer with an error, and with the header ``Retry-After`` (in seconds) if you give one."""
        self._add(Fail(status=status, times=times, match=match, retry_after=retry_after))

    def slow_down(self, *, seconds: float = 2.0, times: int | None = None, match: str = "*") -> None:
        """Answer after some seconds. A patched caller with a shorter timeout gets its ReadTimeout."""
        self._add(SlowDown(seconds=seconds, times=times, match=match))

    def hold(self, *, match: str = "*", times: int | None = 1, timeout: float = 30.0) -> ApiHold:
        """Hold the answer back until ``release()``; 503 if that is not called within ``timeout`` seconds."""
        hold = ApiHold(self._rules.moved, timeout=check_seconds("timeout", timeout))
        self._add(Holding(match=match, times=times, hold=hold))
        return hold

    def _add(self, rule: ApiRule) -> None:
        check_match(rule.match)
        self._rules.add(rule)

    @contextmanager
    def misbehaving(self, rule: ApiRule) -> Iterator[None]:
        """Within it, the API misbehaves by this rule too."""
        self._add(rule)
        try:
            yield
        finally:
            self._rules.remove(rule)

    def behave(self) -> None:
        """Remove all rules, and answer held calls. ``as_of`` stays: it is no misbehaviour."""
        self._rules.clear()

    def patched(self) -> AbstractContextManager[RequestsMock]:
        """Within it, the API answers calls of ``requests`` and ``httpx`` to https://api.steppay.kr in this process.

        It gives a ``responses.RequestsMock``. Add answers of other hosts to it; they win over the API's. ``requests``
        may also call this machine; any other host, and an unknown path, is a ``ConnectionError`` that says what can be
        called. ``httpx`` may call any host that is not StepPay's.

        Your own mocks (``responses``, ``requests_mock``, ``respx``, pytest-httpx) answer what they have an answer for,
        in any order of starts and ends. If ``responses`` is active around it, that answers all hosts but StepPay's,
        this machine too. Any other client gets an error when it calls StepPay's hosts, also through a proxy: use
        serve() for it.
        """
        from steppay_mock.rest.patching.patched import patched  # imports requests and responses

        return patched(self)

    def serve(self, *, port: int = 0, host: str = "127.0.0.1") -> AbstractContextManager[str]:
        """Serve the API in a thread; gives its URL, without a path. Port 0 is a free port.

        ``host`` is the address of this machine to listen on. On any other than loopback, only the token keeps others
        out, and it travels in plain HTTP.

        At the end, held calls are answered with 503, and all threads have ended.
        """
        from steppay_mock.rest.serving import served  # imports werkzeug

        return served(self, port=port, host=host, wake=self.wake)
