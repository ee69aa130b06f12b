"""Mangum finds an event loop in each thread that runs a Lambda handler, and none is left open."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from types import ModuleType, SimpleNamespace

import pytest

from steppay_mock.delivery.aws import event_loops
from steppay_mock.delivery.aws.event_loops import EventLoops


def test_mangum_has_a_loop_of_its_own_only_where_the_thread_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    loops = EventLoops()
    monkeypatch.delitem(sys.modules, "mangum", raising=False)
    asyncio.set_event_loop(None)
    with loops.at_hand(), pytest.raises(RuntimeError):
        asyncio.get_event_loop()
    monkeypatch.setitem(sys.modules, "mangum", ModuleType("mangum"))
    met: list[asyncio.AbstractEventLoop] = []
    for _ in range(2):
        with loops.at_hand():
            met.append(asyncio.get_event_loop())
    assert met[0] is met[1], "the connections of an app belong to its loop"
    own, ended = asyncio.new_event_loop(), asyncio.new_event_loop()
    ended.close()
    for present, expected in ((own, own), (ended, met[0])):
        asyncio.set_event_loop(present)
        with loops.at_hand():
            assert asyncio.get_event_loop() is expected, "one that is open is left, one that was closed is none"
    asyncio.set_event_loop(None)
    own.close()
    loops.close()
    assert met[0].is_closed()


def check_that_an_open_loop_is_seen() -> None:
    own = asyncio.new_event_loop()
    asyncio.set_event_loop(own)
    assert event_loops._has_one() is True
    own.close()
    assert event_loops._has_one() is False
    asyncio.set_event_loop(None)
    assert event_loops._has_one() is False


def test_from_python_3_14_on_a_thread_has_the_loop_that_asyncio_gives_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """From then on ``get_event_loop`` makes none."""
    monkeypatch.setattr(event_loops, "sys", SimpleNamespace(version_info=(3, 14)))
    monkeypatch.setattr(asyncio, "get_event_loop_policy", lambda: pytest.fail("it goes with Python 3.16"))
    check_that_an_open_loop_is_seen()


def test_a_loop_in_use_is_open_though_python_does_not_list_its_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """As those of a server in C."""
    monkeypatch.setitem(sys.modules, "mangum", ModuleType("mangum"))
    loops, ident = EventLoops(), [1]
    monkeypatch.setattr(event_loops, "threading", SimpleNamespace(enumerate=list, get_ident=lambda: ident[0]))
    asyncio.set_event_loop(None)

    def met(number: int) -> asyncio.AbstractEventLoop:
        ident[0] = number
        with loops.at_hand():
            return asyncio.get_event_loop()

    with loops.at_hand():
        first = asyncio.get_event_loop()
        asyncio.set_event_loop(None)
        second = met(2)
        assert (first.is_closed(), second is first) == (False, False)
        third = met(3)
        assert (first.is_closed(), second.is_closed()) == (False, True)
        ident[0] = 1
    met(4)
    assert (first.is_closed(), third.is_closed()) == (True, True)
    loops.close()
    assert loops._made == {}


def test_the_loop_of_a_thread_that_has_ended_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mangum", ModuleType("mangum"))
    loops, met = EventLoops(), list[asyncio.AbstractEventLoop]()
    left = loops._made[-1] = asyncio.new_event_loop()  # no thread has this number

    def meet() -> None:
        with loops.at_hand():
            met.append(asyncio.get_event_loop())

    thread = threading.Thread(target=meet)
    thread.start()
    thread.join()
    assert (left.is_closed(), met[0].is_closed()) == (True, False)
    loops.close()
    assert met[0].is_closed()


def test_loops_are_closed_with_the_app_that_nobody_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A served app is never closed."""
    monkeypatch.setitem(sys.modules, "mangum", ModuleType("mangum"))
    asyncio.set_event_loop(None)
    loops = EventLoops()
    with loops.at_hand():
        loop = asyncio.get_event_loop()
    assert not loop.is_closed()
    del loops
    gc.collect()
    assert loop.is_closed()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # from Python 3.14 on, of what is asked before it
def test_before_python_3_14_no_loop_is_made_by_looking_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_loops, "sys", SimpleNamespace(version_info=(3, 13)))
    monkeypatch.setattr(asyncio, "get_event_loop", lambda: pytest.fail("it may make a loop"))
    check_that_an_open_loop_is_seen()
