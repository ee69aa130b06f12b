"""A user of Locust whose tasks are deliveries, each as StepPay makes it.

This module imports Locust, which replaces Python's sockets and threads by those of gevent. No other module of the
package imports it.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import gevent  # type: ignore[import-untyped]
import locust
from locust.exception import CatchResponseError
from locust.runners import WorkerRunner

from steppay_mock.delivery.address import DEFAULT_PATH, Address, parse_address
from steppay_mock.delivery.address.access import Access, AccessOptions
from steppay_mock.delivery.deliver import request_for
from steppay_mock.delivery.http.keep_alive import KeptTransport
from steppay_mock.delivery.http.transport import HttpTransport
from steppay_mock.delivery.load import Mix, Names, check_seed, iter_load, read_mix, seed_of_user
from steppay_mock.delivery.options.settings import SenderSettings, Settings, read_sender_options, resolve_options
from steppay_mock.delivery.options.table import DEFAULT_TIMEOUT
from steppay_mock.delivery.own_lack import OwnLackError
from steppay_mock.delivery.signing_seconds import SigningSeconds
from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.body import DEFAULT_FORM, BodyForm

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from locust.env import Environment

    from steppay_mock.delivery.answer import Answer
    from steppay_mock.delivery.order import DeliveryOrder
    from steppay_mock.payload.event import Events
    from steppay_mock.wire.signature import Secret

_REST = 3600.0
_spawned: WeakKeyDictionary[Environment, Counter[str]] = WeakKeyDictionary()
"""The number of users of each class that were started in this test."""


class StepPayUser(locust.User):
    """A user of Locust that delivers webhooks one at a time, each signed when it is sent (fact 19).

    Derive a class from it and set its attributes; ``docs/load.md`` describes each. A wrong one is a SteppayMockError
    before anything is sent.
    """

    abstract = True

    secret: Secret | None = None
    events: Names | None = None
    scenarios: Names = ()
    order: DeliveryOrder = "occurrence"
    duplicates: float = 0.0
    body: BodyForm = DEFAULT_FORM
    seed: int | str = 0
    limit: int | None = None
    path: str = DEFAULT_PATH
    timeout: float = DEFAULT_TIMEOUT
    success: Iterable[int] | None = None
    keep_alive: bool = False
    allow_hosts: Iterable[str] = ()
    headers: Mapping[str, str] | None = None
    auth: tuple[str, str] | None = None
    ca_file: str | Path | None = None
    client_cert: str | Path | None = None
    client_key: str | Path | None = None
    proxy: str | None = None

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        checked = _check(type(self), host=self.host)
        address = checked.address
        if address is None:
            raise _no_host(type(self))
        seed = seed_of_user(self.seed, kind=type(self).__name__, **_place(environment, type(self)))
        self._mix, self._succeeds = checked.mix, checked.wire.succeeds
        self._settings = replace(checked.settings, seed=seed)
        self._position = 0
        self._seconds = SigningSeconds()
        load = iter_load(self.make_round, seed=seed, order=self._settings.order, duplicates=self._settings.duplicates)
        self._coming = islice(load, self.limit)
        self._opened = ExitStack()
        kind = KeptTransport if checked.wire.keep_alive else HttpTransport
        tls = _tls(address.access) if address.scheme == "https" else None
        timeout, secrets = self._settings.timeout, self._settings.hidden
        self._transport = self._opened.enter_context(kind(address, timeout=timeout, tls=tls, secrets=secrets))

    def make_round(self, seed: int) -> Events:
        """The events of one round; they are delivered before the next one is made.

        Override it to send others. The same seed ought to give the same events.
        """
        return self._mix.make(seed)

    @locust.task
    def deliver(self) -> None:
        """Deliver the next event; its type is its row in Locust's statistics. Rest after the last one."""
        event = next(self._coming, None)
        if event is None:
            # If the user ended, Locust would start another one.
            self.wait_time = lambda: _REST  # type: ignore[method-assign]
            return
        now = 0.0 if self._settings.secret is None else self._settings.now()
        later = self._seconds.take(event.body, now) - now
        request = request_for(event, self._settings, position=self._position, later=later)
        self._position += 1
        began = time.time()
        try:
            answer = self._transport.send(request)
        except OwnLackError as lack:
            _end_run(self.environment, lack)
            raise locust.exception.StopUser from None
        self.environment.events.request.fire(
            request_type="POST",
            name=str(event.type),
            response_time=answer.latency * 1000,
            response_length=len(answer.body),
            response=answer,
            context=self.context(),
            exception=self._failure(answer),
            start_time=began,
            url=self._transport.target,
        )

    def on_stop(self) -> None:
        """Close the connection, if one was kept."""
        self._opened.close()

    def _failure(self, answer: Answer) -> CatchResponseError | None:
        """The failure for Locust. Its text is short and general, because Locust has one row for each text."""
        if answer.error is not None:
            return CatchResponseError(answer.error)
        if answer.status is not None and self._succeeds(answer.status):
            return None
        return CatchResponseError(f"answered {answer.status}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    """The attributes of a class, checked."""

    mix: Mix
    settings: Settings
    wire: SenderSettings
    address: Address | None


def _check(kind: type[StepPayUser], *, host: str | None) -> _Checked:
    """Read the attributes of the class. Raises SteppayMockError for a wrong one or a host that is not allowed."""
    delivery = ("path", "secret", "order", "duplicates", "timeout", "allow_hosts", *AccessOptions.__annotations__)
    settings = resolve_options({"seed": 0, **{name: getattr(kind, name) for name in delivery}})
    wire = read_sender_options({name: getattr(kind, name) for name in ("success", "keep_alive")})
    limit = kind.limit
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise SteppayMockError(f"limit={limit!r} is no number of deliveries. Give one from 1 up, or None.")
    check_seed(kind.seed)
    address = (
        parse_address(host, path=settings.path, allowed=settings.allow_hosts, access=settings.access) if host else None
    )
    return _Checked(
        mix=read_mix(kind.events, kind.scenarios, body=kind.body), settings=settings, wire=wire, address=address
    )


@cache
def _tls(access: Access) -> ssl.SSLContext:
    """One context for all users: each takes a megabyte, and some milliseconds to make."""
    return access.context()


def _place(environment: Environment, kind: type[StepPayUser]) -> dict[str, int]:
    """The worker, and the number of users of the class that it has started before in this test."""
    counts = _spawned.setdefault(environment, Counter())
    number = counts[kind.__name__]
    counts[kind.__name__] += 1
    return {"worker": getattr(environment.runner, "worker_index", 0), "number": number}


def _end_run(environment: Environment, lack: OwnLackError) -> None:
    """End the test, once: it would measure this machine and not the receiver."""
    if environment.process_exit_code is None:
        environment.process_exit_code = 2
        sys.stderr.write(f"{lack}\n")
        if environment.runner is not None:
            gevent.spawn(environment.runner.quit)


def _no_host(kind: type[StepPayUser]) -> SteppayMockError:
    return SteppayMockError(
        f"{kind.__name__} has no receiver. Give its URL: host = 'http://127.0.0.1:8000', or --host on the command line."
    )


@locust.events.test_start.add_listener
def _count_anew(environment: Environment, **_: Any) -> None:
    """Count anew: another test, such as from the web page, starts with the same users."""
    _spawned.pop(environment, None)


@locust.events.init.add_listener
def _check_all(environment: Environment, web_ui: object = None, **_: Any) -> None:
    """End the process if a class is wrong: Locust itself would go on without users."""
    for kind in environment.user_classes:
        if not issubclass(kind, StepPayUser):
            continue
        try:
            checked = _check(kind, host=environment.host or kind.host)
            # A worker gets the host from its master; the web page asks for it.
            if checked.address is None and web_ui is None and not isinstance(environment.runner, WorkerRunner):
                raise _no_host(kind)
        except SteppayMockError as error:
            sys.stderr.write(f"{kind.__name__}: {error}\n")
            sys.exit(2)
