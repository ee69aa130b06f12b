"""A right receiver behind a real server answers every fault as the fault says, and goes on."""

from __future__ import annotations

import importlib.util
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from delivery.wiretap import PATH, SECRET, endpoint_of
from serving import served

from steppay_mock import deliver, make_event
from steppay_mock.delivery.address import Address
from steppay_mock.delivery.faults import FAULTS, Fault, make_draft
from steppay_mock.delivery.http.raw.send import send_raw
from steppay_mock.delivery.in_process.wsgi import WsgiTransport

RECEIVERS = Path(__file__).resolve().parents[2] / "examples" / "receivers"
MODULES = ("steppay_webhook", "sqlite_store", "flask_app")


@dataclass(frozen=True, slots=True)
class Receiver:
    """The example in Flask: in process, behind a server, and its database."""

    app: Any
    endpoint: Address
    connection: sqlite3.Connection

    def inbox(self) -> int:
        return int(self.connection.execute("SELECT count(*) FROM inbox").fetchone()[0])

    def assert_alive(self) -> None:
        deliver(make_event("customer.updated", seed=1), to=str(self.endpoint), secret=SECRET).assert_ok()


def load_flask_app() -> Any:
    """The module, loaded from its file; it and its siblings are importable only while it loads."""
    before = {name: sys.modules.pop(name, None) for name in MODULES}
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(str(RECEIVERS))
            spec = importlib.util.spec_from_file_location("flask_app", RECEIVERS / "flask_app.py")
            assert spec
            assert spec.loader
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            return module
    finally:
        for name in MODULES:
            sys.modules.pop(name, None)
        sys.modules.update({name: module for name, module in before.items() if module})


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    database = str(tmp_path_factory.mktemp("receiver") / "receiver.sqlite3")
    app = load_flask_app().create_app(database, SECRET)
    with served(app) as url, closing(sqlite3.connect(database)) as connection:
        yield Receiver(app, endpoint_of(url), connection)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: fault.name)
def test_a_right_receiver_meets_every_fault_and_lives_on(receiver: Receiver, fault: Fault) -> None:
    event = make_event("payment.completed", seed=7)
    faulty = fault.apply(make_draft(event.body, secret=SECRET))
    answer = send_raw(faulty, receiver.endpoint, timeout=10, sleep=lambda _seconds: None)
    assert fault.met_by(answer), answer
    if fault.answered:
        assert answer.error is None
        assert answer.status in {200, 400, 401, 413, 415}
    receiver.assert_alive()


@pytest.mark.parametrize(
    "fault", [fault for fault in FAULTS.values() if not fault.needs_socket], ids=lambda fault: fault.name
)
def test_in_process_the_answers_are_the_same(receiver: Receiver, fault: Fault) -> None:
    faulty = fault.apply(make_draft(make_event("payment.completed", seed=7).body, secret=SECRET))
    with WsgiTransport(receiver.app, name="Flask", path=PATH) as transport:
        inside = transport.send(faulty)
    outside = send_raw(faulty, receiver.endpoint, timeout=10)
    assert inside.status == outside.status
    assert fault.met_by(inside)


@pytest.mark.parametrize(("name", "kept"), [("answer-lost", 1), ("reset-amid-body", 0), ("truncated", 0)])
def test_a_receiver_keeps_what_came_whole_though_its_answer_was_lost(receiver: Receiver, name: str, kept: int) -> None:
    event = make_event("payment.completed", seed=list(FAULTS).index(name) + 100)
    before = receiver.inbox()
    send_raw(FAULTS[name].apply(make_draft(event.body, secret=SECRET)), receiver.endpoint, timeout=10)
    assert receiver.inbox() == before + kept
    deliver([event, event], to=str(receiver.endpoint), secret=SECRET).assert_ok()
    assert receiver.inbox() == before + 1


def test_the_draft_is_signed_now_unless_it_says_when(receiver: Receiver) -> None:
    drafted = make_draft(make_event("payment.completed", seed=7).body, secret=SECRET)
    assert abs(drafted.timestamp - time.time()) < 60
    assert send_raw(FAULTS["http-1.0"].apply(drafted), receiver.endpoint, timeout=10).status == 200
