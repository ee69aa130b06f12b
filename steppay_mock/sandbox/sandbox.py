"""``Sandbox``: a StepPay on this machine, for tests and programs: store, REST API, control API and webhooks."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from typing import Any, Self

from steppay_mock.errors import SteppayMockError
from steppay_mock.rest.serving import LOOPBACK, served
from steppay_mock.sandbox.app import SandboxApp
from steppay_mock.sandbox.core import SandboxCore
from steppay_mock.sandbox.guard import Guard, allowed_hosts


class Sandbox(SandboxCore):
    """A StepPay of your own. Within ``with`` it is served at :attr:`url`, and its webhooks are delivered.

    ``forward_to`` is the URL that gets all webhooks; ``secret`` signs them (None: that of the file, else
    ``whsec_test``), and ``token`` is the ``Secret-Token`` of the REST API. ``data`` is the file that keeps the sandbox;
    None: it is gone at the end. ``endpoint`` has other fields of that endpoint, such as its order. ``scenario`` is
    played at the beginning. ``clock`` is ``"still"``: the time moves only by :meth:`advance`; or ``"real"``; None: that
    of the file, else still. With ``held`` webhooks wait for :meth:`flush`. ``store`` are options of the store,
    ``sender`` those of the sender. SteppayMockError for a wrong option, and for a file that another sandbox began.
    """

    def __init__(self, *, port: int = 0, host: str = LOOPBACK, allow_hosts: Iterable[str] = (), **options: Any) -> None:
        names = tuple(allow_hosts)
        super().__init__(allow_hosts=names, **options)
        self.app = SandboxApp(self, Guard(hosts=allowed_hosts(names)))
        """The sandbox as a WSGI application."""
        self._port, self._host = port, host
        self._running = ExitStack()
        self._url: str | None = None

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.callback(self.close)
            self._url = stack.enter_context(
                served(self.app, port=self._port, host=self._host, wake=self._wake, noun="The sandbox")
            )
            stack.callback(self.stop_deliveries)
            self.begin()
            self._running = stack.pop_all()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._running.close()
        self._url = None

    @property
    def url(self) -> str:
        """Where the sandbox is served, without a path."""
        if self._url is None:
            raise SteppayMockError("The sandbox is not served. Use it in a with statement: with Sandbox() as sandbox:")
        return self._url

    def _wake(self) -> None:
        self.api.wake()
