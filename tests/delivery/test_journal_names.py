"""A journal is the same file under all of its names: what one process sends no other one takes for its own."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from delivery.counting import payloads
from delivery.standins import Instant, Time

from steppay_mock import SteppayMockError
from steppay_mock.delivery.journal.claim import claim
from steppay_mock.delivery.journal.journal import Journal
from steppay_mock.delivery.sender import sender_run as sender_run_module
from steppay_mock.delivery.sender.sender import Sender

URL = "http://127.0.0.1:9/hook"


def by_symlink(path: Path) -> str:
    link = path.with_name("link.sqlite")
    link.symlink_to(path)
    return str(link)


def by_folder(path: Path) -> str:
    link = path.parent / "elsewhere"
    link.symlink_to(path.parent, target_is_directory=True)
    return str(link / path.name)


def by_dots(path: Path) -> str:
    (path.parent / "inner").mkdir()
    return str(path.parent / "inner" / ".." / path.name)


def by_relative(path: Path) -> str:
    return os.path.relpath(path)


NAMES: list[Callable[[Path], str]] = [by_symlink, by_folder, by_dots, by_relative]


@pytest.mark.parametrize("other", NAMES)
def test_a_run_is_claimed_under_every_name_of_its_journal(other: Callable[[Path], str], tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    Journal(path).close()
    with claim(str(path), 1) as ours, claim(other(path), 1) as theirs:
        assert (ours, theirs) == (True, False)
    assert not list(tmp_path.glob("*-run1"))


@pytest.mark.parametrize("other", NAMES)
def test_a_plan_that_is_being_made_is_left_alone_under_another_name(
    other: Callable[[Path], str], instant: Instant, tmp_path: Path
) -> None:
    path = tmp_path / "journal.sqlite"
    begun, go_on = threading.Event(), threading.Event()

    def slowly() -> Iterator[Any]:
        yield from payloads(600)  # more than are held in memory: the journal has the beginning of the plan
        begun.set()
        assert go_on.wait(30)
        yield from payloads(5)

    reports = []
    first = Sender(URL, journal=path, clock=instant.time.clock)
    sending = threading.Thread(target=lambda: reports.append(first.send(slowly(), seed=7)))
    sending.start()
    assert begun.wait(30)
    second = Sender(URL, journal=other(path), clock=Time().clock)
    second.send(payloads(20), seed=8).assert_ok()
    assert second.resume() == []
    go_on.set()
    sending.join(30)
    assert [(report.planned, report.succeeded) for report in reports] == [(605, 605)]


def test_a_journal_with_two_hard_links_is_refused(instant: Instant, tmp_path: Path) -> None:
    path, link = tmp_path / "journal.sqlite", tmp_path / "link.sqlite"
    sender = Sender(URL, journal=path, clock=instant.time.clock)
    sender.send(payloads(2), seed=7).assert_ok()
    os.link(path, link)
    for name in (path, link):
        with pytest.raises(SteppayMockError, match=r"has 2 names \(hard links\), .* Make a copy of it, or remove the"):
            Sender(URL, journal=name, clock=instant.time.clock).send(payloads(2), seed=7)
    link.unlink()
    sender.send(payloads(2), seed=7).assert_ok()


def test_a_new_run_whose_number_another_process_sends_is_refused(
    instant: Instant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "journal.sqlite")
    sender = Sender(URL, journal=path, clock=instant.time.clock)
    monkeypatch.setattr(sender_run_module, "_PATIENCE", 0.0)
    with claim(path, 1), pytest.raises(SteppayMockError, match=r"Run 1 of .* is being sent by another process, whose"):
        sender.send(payloads(2), seed=7)
    sender.send(payloads(2), seed=7).assert_ok()
    with Journal(path) as journal:
        assert journal.ask("SELECT count(*) FROM runs") == [(1,)]


def test_a_number_that_is_let_go_of_is_waited_for(instant: Instant, tmp_path: Path) -> None:
    path = str(tmp_path / "journal.sqlite")
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with claim(path, 1) as ours:
            assert ours
            held.set()
            let_go.wait(0.05)

    holding = threading.Thread(target=hold)
    holding.start()
    assert held.wait(30)
    Sender(URL, journal=path, clock=instant.time.clock).send(payloads(2), seed=7).assert_ok()
    holding.join(30)
