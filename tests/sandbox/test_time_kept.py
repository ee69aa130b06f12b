"""The time of a sandbox's store over restarts, what its file says to other options, and who may have the file open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sandbox.conftest import Inbox, Open

from steppay_mock import Sandbox, SteppayMockError

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(slots=True)
class Wall:
    """The clock of this machine, as the tests turn it."""

    now: float = BEGAN.timestamp()

    def __call__(self) -> float:
        return self.now

    def pass_by(self, **time: float) -> None:
        """Let the time of this machine pass."""
        self.now += timedelta(**time).total_seconds()


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    found = Wall()
    for module in ("core", "recipe"):
        monkeypatch.setattr(f"steppay_mock.sandbox.{module}.wall_clock", found)
    return found


def hours_of(sandbox: Sandbox) -> int:
    """The whole hours since the beginning; the store itself takes some seconds for what it does."""
    return (datetime.fromisoformat(sandbox.status()["now"]) - BEGAN) // timedelta(hours=1)


def test_a_clock_in_real_time_goes_on_while_the_sandbox_is_away(open_sandbox: Open, file: Path, wall: Wall) -> None:
    with open_sandbox(data=file, clock="real") as sandbox:
        wall.pass_by(hours=1)
        sandbox.store.checkout()
        sandbox.advance(days=2)
        wall.pass_by(hours=1)
    wall.pass_by(hours=3)
    with open_sandbox(data=file) as sandbox:
        assert hours_of(sandbox) == 2 * 24 + 5
        wall.pass_by(days=40)
        assert hours_of(sandbox) == 42 * 24 + 5
        assert len(sandbox.store.orders) == 2  # the renewal


def test_a_faster_clock_goes_on_where_it_was(open_sandbox: Open, file: Path, wall: Wall) -> None:
    with open_sandbox(data=file, clock="real") as sandbox:
        sandbox.change_speed(60)
        wall.pass_by(minutes=1)
    wall.pass_by(days=300)
    with open_sandbox(data=file) as sandbox:
        assert hours_of(sandbox) == 1
        wall.pass_by(minutes=1)
        assert hours_of(sandbox) == 2


def test_what_a_clock_brought_is_there_after_it_was_stopped(open_sandbox: Open, file: Path, wall: Wall) -> None:
    with open_sandbox(data=file) as sandbox:
        sandbox.store.checkout()
        sandbox.change_speed(60)
        wall.pass_by(hours=31 * 24 / 60)
        sandbox.change_speed(0)
        before, bodies = sandbox.store.state(), [event.body for event in sandbox.events]
    with open_sandbox(data=file) as sandbox:
        assert len(sandbox.store.orders) == 2  # the renewal
        assert (sandbox.store.state(), [event.body for event in sandbox.events]) == (before, bodies)


def test_what_a_fast_clock_brought_is_there_after_a_kill(open_sandbox: Open, file: Path, wall: Wall) -> None:
    left = file.with_name("left.sqlite")
    with open_sandbox(data=file) as sandbox:
        sandbox.store.checkout()
        sandbox.change_speed(60)
        wall.pass_by(hours=31 * 24 / 60)
        bodies = [event.body for event in sandbox.events]
        for end in ("", "-wal"):  # what a killed process leaves
            left.with_name(left.name + end).write_bytes(file.with_name(file.name + end).read_bytes())
    wall.pass_by(days=300)
    with open_sandbox(data=left) as sandbox:
        assert len(sandbox.store.orders) == 2  # the renewal
        assert [event.body for event in sandbox.events] == bodies


def test_a_clock_that_is_named_counts_more_than_that_of_the_file(open_sandbox: Open, file: Path, wall: Wall) -> None:
    with open_sandbox(data=file, clock="real"):
        wall.pass_by(hours=1)
    with open_sandbox(data=file, clock="still") as sandbox:
        wall.pass_by(hours=1)
        assert (hours_of(sandbox), sandbox.status()["speed"]) == (1, 0)


def test_a_clock_stands_still_at_the_end_of_time(open_sandbox: Open, file: Path, wall: Wall, inbox: Inbox) -> None:
    with open_sandbox(data=file, clock="real", start=datetime(8999, 12, 1, tzinfo=UTC)) as sandbox:
        sandbox.change_speed(100_000)
        sandbox.store.checkout()
        wall.pass_by(days=1)
        assert sandbox.status()["now"].startswith("9000-12-31T23:59:59")
        sandbox.store.cancel()
        sandbox.settle()
        assert inbox.events.count("subscription.updated") == sum(
            event.type == "subscription.updated" for event in sandbox.events
        )
        bodies = [event.body for event in sandbox.events]
    with open_sandbox(data=file) as sandbox:
        assert [event.body for event in sandbox.events] == bodies
        sandbox.reset()
        wall.pass_by(hours=1)
        sandbox.store.checkout()
        sandbox.settle()
        assert {event["event"] for event in inbox.payloads[-5:]} == {event.type for event in sandbox.events}


@pytest.mark.parametrize("again", [False, True])
def test_after_a_scenario_the_time_goes_on_from_its_end(
    open_sandbox: Open, file: Path, wall: Wall, *, again: bool
) -> None:
    with open_sandbox(data=file, clock="real", scenario="subscription-renews") as sandbox:
        if again:
            sandbox.reset()
        end = hours_of(sandbox)
        assert end > 20 * 24
        wall.pass_by(hours=2)
        assert hours_of(sandbox) == end + 2


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            {"scenario": "refund-in-full"},
            'with the scenario none, not "refund-in-full". Leave the scenario out, or name',
        ),
        ({"start": BEGAN}, "began with another start, not"),
        ({"store": {"currency": "USD"}}, 'with the options {"assumptions": '),
    ],
)
def test_a_file_that_began_otherwise_is_refused(
    open_sandbox: Open, file: Path, options: dict[str, object], told: str
) -> None:
    with open_sandbox(data=file, store={"assumptions": {"retry_days": (1, 3)}}):
        pass
    with open_sandbox(data=file, store={"assumptions": {"retry_days": (1, 3)}}):
        pass
    with pytest.raises(SteppayMockError) as caught:
        open_sandbox(data=file, **options)
    assert told in str(caught.value)


def test_a_file_that_another_sandbox_has_open_is_refused(open_sandbox: Open, file: Path) -> None:
    link = file.with_name("link.sqlite")
    with open_sandbox(data=file) as sandbox:
        link.symlink_to(file)
        for path in (file, link):
            with pytest.raises(SteppayMockError, match=r"Another sandbox has .* open\. Stop it, or name"):
                open_sandbox(data=path)
        sandbox.store.checkout()
    with open_sandbox(data=link) as sandbox:
        assert len(sandbox.store.orders) == 1
    assert sorted(path.name for path in file.parent.glob("*-sandbox")) == []


def test_the_first_endpoint_keeps_what_is_not_said_anew(open_sandbox: Open, file: Path) -> None:
    with open_sandbox(data=file, secret=None, endpoint={"order": "shuffled"}) as sandbox:
        assert sandbox.secret == "whsec_test"
    with open_sandbox(data=file, secret="whsec_mine", endpoint={"duplicates": 0.5}):
        pass
    with open_sandbox(data=file, secret=None) as sandbox:
        found = sandbox.endpoints["webhooks"]
        assert (found.secret, found.order, found.duplicates) == ("whsec_mine", "shuffled", 0.5)
    with pytest.raises(SteppayMockError, match="An endpoint has no URL"):
        open_sandbox(forward_to=None, endpoint={"order": "shuffled"})
    with pytest.raises(SteppayMockError, match="Did you mean 'order'"):
        open_sandbox(endpoint={"ordr": "shuffled"})
