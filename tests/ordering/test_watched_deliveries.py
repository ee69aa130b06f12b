"""What is watched around a delivery: callbacks after the commit, flights, and errors in the loop of the app."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from steppay_mock.delivery.options.settings import resolve_options
from steppay_mock.delivery.request import Request
from steppay_mock.ordering.receiver import harness, receiver
from steppay_mock.ordering.receiver.harness import DjangoHarness, Harness
from steppay_mock.ordering.receiver.receiver import OpenReceiver

REQUEST = Request(b"{}", ())


class Connection:
    """A connection in a transaction of a test, as Django has it."""

    alias = "default"

    def __init__(self) -> None:
        self.run_on_commit: list[tuple[set[str], Callable[[], object], bool]] = []
        self.needs_rollback = False
        self.noted: list[str] = []

    def register(self, name: str, *, raises: bool = False, robust: bool = False, then: str = "") -> None:
        def called() -> None:
            self.noted.append(name)
            if then:
                self.register(then)
            if raises:
                self.needs_rollback = True
                raise LookupError(name)

        self.run_on_commit.append((set(), called, robust))

    def savepoint(self) -> str:
        self.noted.append("save")
        return "point"

    def savepoint_rollback(self, _point: str) -> None:
        self.noted.append("back")

    def savepoint_commit(self, _point: str) -> None:
        self.noted.append("kept")


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Connection:
    made = Connection()

    class Guard:
        held = (made,)

        def begin(self, held: Any, *, at_once: bool) -> None: ...
        def end(self) -> None: ...
        def refuse_if_broken(self) -> None: ...
        def abandon(self) -> None: ...

    monkeypatch.setattr(harness, "TransactionGuard", Guard)
    monkeypatch.setattr(harness, "open_transactions", lambda: (made,))
    return made


@pytest.mark.parametrize("raises", [False, True])
@pytest.mark.parametrize("robust", [False, True])
def test_callbacks_of_a_delivery_run_in_their_order_until_one_raises(
    connection: Connection, *, raises: bool, robust: bool
) -> None:
    subject = DjangoHarness()
    connection.register("of the test")
    subject.before()
    assert subject.after() is None
    assert (connection.noted, subject.notes) == ([], ())
    subject.before()
    connection.register("first", then="registered by it")
    connection.register("second", raises=raises, robust=robust)
    connection.register("third")
    error = subject.after()
    ends = raises and not robust
    ran = ["save", "first", "kept", "save", "second", "back" if raises else "kept"]
    rest = ["save", "third", "kept", "save", "registered by it", "kept"]
    assert connection.noted == (ran if ends else ran + rest)
    assert isinstance(error, LookupError) is ends
    assert not connection.needs_rollback
    assert len(subject.notes) == 1
    assert len(connection.run_on_commit) == (2 if ends else 1)  # the test's own keeps waiting


def test_a_flight_is_watched_as_several_deliveries_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    watched: list[str] = []

    class Spy(Harness):
        is_possible = True

        def before(self, *, at_once: bool = False, in_process: bool = True) -> None:
            watched.append(f"{'several' if at_once else 'one'} {'here' if in_process else 'elsewhere'}")

        def after(self) -> None:
            watched.append("after")

        def abandon(self) -> None:
            watched.append("abandon")

    def app(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("204 No Content", [])
        return []

    monkeypatch.setattr(receiver, "Harness", Spy)
    with OpenReceiver(app, resolve_options({})) as opened:
        assert opened.send(REQUEST).status == 204
        assert [answer.status for answer in opened.send_together([REQUEST, REQUEST]).answers] == [204, 204]
    assert watched == ["one here", "after", "abandon", "several here", "after", "abandon"]


def test_an_error_that_the_loop_of_the_app_is_told_of_is_noted() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise RuntimeError("no lifespan")
        await receive()
        error = OSError("gone")
        asyncio.get_running_loop().call_exception_handler({"message": "a task", "exception": error})
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    with OpenReceiver(app, resolve_options({})) as opened:
        assert opened.send(REQUEST).status == 204
        (note,) = opened.notes
    assert note.startswith("A task of the receiver raised OSError after the answer, once")
