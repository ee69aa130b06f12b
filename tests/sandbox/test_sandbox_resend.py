"""A delivery is sent again: signed anew, to its endpoint, whatever happened to it meanwhile."""

from __future__ import annotations

import json
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from sandbox.conftest import SECRET, Inbox, Open

from steppay_mock import Sandbox, SteppayMockError
from steppay_mock.delivery.journal.reading import Wanted, read_journal


@pytest.fixture
def told(sandbox: Sandbox) -> Sandbox:
    """A sandbox with one delivery."""
    sandbox.store.checkout(pays="later")
    sandbox.settle()
    return sandbox


def states(sandbox: Sandbox) -> list[str]:
    with read_journal(sandbox.path) as journal:
        return [one.state for one in journal.deliveries(Wanted())]


def test_the_same_bytes_come_again(told: Sandbox, inbox: Inbox) -> None:
    told.resend(1)
    told.resend(1, times=3)
    told.settle()
    assert inbox.payloads == [told.events[0].payload] * 5
    assert len(told.events) == 1


def test_other_bytes_come_in_their_place(told: Sandbox, inbox: Inbox) -> None:
    changed = {**told.events[0].payload, "isTest": True}
    told.resend(1, body=json.dumps(changed).encode())
    told.settle()
    assert inbox.payloads[1:] == [changed]


def test_they_come_while_others_are_held_and_to_the_address_of_now(told: Sandbox, inbox: Inbox) -> None:
    told.hold()
    told.change_endpoint("webhooks", events=("invoice.*",), fault="wrong-secret", url=f"{inbox.url}/moved")
    told.resend(1)
    told.settle()
    assert len(inbox.payloads) == 2
    assert states(told) == ["SUCCESS", "SUCCESS"]


def test_what_waits_for_its_time_is_sent_after_a_restart(open_sandbox: Open, inbox: Inbox, file: Path) -> None:
    with open_sandbox(data=file) as sandbox:
        sandbox.store.checkout(pays="later")
        sandbox.settle()
        sandbox.resend(1, after=3600)
        deadline = monotonic() + 30
        while len(states(sandbox)) == 1:  # the plan is written in a thread of its own
            assert monotonic() < deadline
    assert len(inbox.payloads) == 1
    with open_sandbox(data=file, sender={"speed": 0}) as sandbox:  # an hour takes no time
        sandbox.settle()
    assert len(inbox.payloads) == 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"delivery": 9}, "There is no delivery 9"),
        ({"delivery": 1, "times": 0}, "times=0"),
        ({"delivery": 1, "times": 11}, "times=11"),
        ({"delivery": 1, "after": -1}, "after=-1"),
        ({"delivery": 1, "body": b"no JSON"}, "no JSON"),
    ],
)
def test_what_cannot_be_sent_is_told(told: Sandbox, inbox: Inbox, given: dict[str, Any], words: str) -> None:
    with pytest.raises(SteppayMockError, match=words):
        told.resend(**given)
    told.settle()
    assert len(inbox.payloads) == 1


def test_an_endpoint_that_is_gone_is_told(told: Sandbox) -> None:
    told.change_endpoint("other", url=told.endpoints["webhooks"].url, secret=SECRET)
    told.endpoints.remove("webhooks")
    with pytest.raises(SteppayMockError, match="webhooks"):
        told.resend(1)
