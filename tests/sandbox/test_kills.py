"""A sandbox that is killed again and again under writes loses nothing that it acknowledged, and no webhook."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from itertools import count
from pathlib import Path
from random import Random
from threading import Condition, Event, Thread
from typing import Any

import pytest
import requests
from sandbox.conftest import SECRET, Inbox, Open

pytestmark = pytest.mark.exhaustive

KILLS = 30
PAUSE = 0.05  # seconds: twenty writes a second
PROGRAM = f"""
import sys
from threading import Event
from steppay_mock import Sandbox
with Sandbox(seed=7, forward_to=sys.argv[1], secret={SECRET!r}, data=sys.argv[2]) as sandbox:
    print(sandbox.url, flush=True)
    Event().wait()
"""
WISHES = dict.fromkeys(("marketingSms", "marketingEmail", "marketingKakao"), False)


class Process:
    """A sandbox in a process of its own."""

    def __init__(self, receiver: str, file: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, receiver, str(file)], stdout=subprocess.PIPE, text=True
        )

    def wait_until_served(self) -> str:
        """Its URL."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def kill(self) -> None:
        """End it at once."""
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


class Writer:
    """Writes to the sandbox at :attr:`url`, and keeps what it acknowledged."""

    def __init__(self) -> None:
        self.url = ""
        self.customers: list[int] = []
        """The ids that calls of the REST API gave."""
        self.events: list[dict[str, Any]] = []
        """The events with which calls of the control API were answered."""
        self.acknowledged = 0
        self._told = Condition()
        self._ended = Event()
        self._thread = Thread(target=self._run)
        self._thread.start()

    def wait_for(self, more: int) -> None:
        """Wait until so many more writes are acknowledged."""
        with self._told:
            wanted = self.acknowledged + more
            assert self._told.wait_for(lambda: self.acknowledged >= wanted, timeout=60)

    def end(self) -> None:
        """Write no more."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        for number in count():
            if self._ended.wait(PAUSE):
                return
            if not self.url:
                continue
            with suppress(requests.RequestException):  # it was killed before it answered: nothing was promised
                self._customer(number) if number % 2 else self._action(number)
                with self._told:
                    self.acknowledged += 1
                    self._told.notify_all()

    def _customer(self, number: int) -> None:
        given = {"name": f"김{number}", "email": "kim@example.com", "attributes": {}, **WISHES}
        headers = {"Secret-Token": "test_token"}
        answer = requests.post(f"{self.url}/api/v1/customers", json=given, headers=headers, timeout=30)
        assert answer.status_code == 201, answer.text
        self.customers.append(answer.json()["id"])

    def _action(self, number: int) -> None:
        action = ("checkout", "checkout", "cancel", "update_customer")[number // 2 % 4]
        body = {"email": f"kim{number}@example.com"} if action == "update_customer" else {}
        answer = requests.post(f"{self.url}/_mock/actions/{action}", json=body, timeout=30)
        if (action, answer.status_code) == ("cancel", 400):
            return  # the subscription was cancelled before, and the answer was lost
        assert answer.status_code == 200, answer.text
        self.events += answer.json()["events"]


def test_thirty_kills_under_twenty_writes_a_second_lose_nothing(open_sandbox: Open, file: Path, inbox: Inbox) -> None:
    chance, writer = Random(7), Writer()
    try:
        for _ in range(KILLS):
            process = Process(inbox.url, file)
            try:
                if chance.random() < 0.9:  # else it is killed while it starts
                    writer.url = process.wait_until_served()
                    writer.wait_for(chance.randrange(10))
                Event().wait(chance.uniform(0, PAUSE))  # the moment of the kill
            finally:
                process.kill()
                writer.url = ""
    finally:
        writer.end()
    assert writer.acknowledged > 2 * KILLS
    with open_sandbox(data=file, seed=None) as sandbox:
        sandbox.settle()
        assert sandbox.notices == []
        happened = {json.dumps(event.payload) for event in sandbox.events}
        assert {one.id for one in sandbox.store.customers} >= set(writer.customers)
        assert happened >= {json.dumps(event) for event in writer.events}
    assert {json.dumps(payload) for payload in inbox.payloads} == happened
