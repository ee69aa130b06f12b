"""How many descriptors a run asks for, what it is told where they are too few, and the words of every lack."""

from __future__ import annotations

import errno
import io
import os
import resource
import runpy
import socket
import ssl
import sys
from pathlib import Path
from typing import Any

import pytest

from steppay_mock import OwnLackError, SteppayMockError
from steppay_mock.delivery import own_lack as module
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.own_lack import hidden_lack, lack_behind, make_room, no_thread, no_thread_left, own_lack

NO_LIMIT = resource.RLIM_INFINITY
OPEN = 10


class Limits:
    """The limits of a process, as the system keeps them; ``asked`` is what it was asked to make of them."""

    def __init__(self, soft: int, hard: int) -> None:
        self.now = soft, hard
        self.asked: list[tuple[int, int]] = []
        self.refuses: Exception | None = None

    def getrlimit(self, kind: int) -> tuple[int, int]:
        assert kind == resource.RLIMIT_NOFILE
        return self.now

    def setrlimit(self, kind: int, limits: tuple[int, int]) -> None:
        assert kind == resource.RLIMIT_NOFILE
        self.asked.append(limits)
        if self.refuses is not None:
            raise self.refuses
        self.now = limits


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make the limits of this process; ten files are open in it."""
    monkeypatch.setattr(module, "_open_descriptors", lambda: OPEN)

    def make(soft: int, hard: int) -> Limits:
        made = Limits(soft, hard)
        monkeypatch.setattr(resource, "getrlimit", made.getrlimit)
        monkeypatch.setattr(resource, "setrlimit", made.setrlimit)
        return made

    return make


@pytest.mark.parametrize(
    ("soft", "hard", "connections", "asked"),
    [
        (256, NO_LIMIT, 5, [(10_000, NO_LIMIT)]),
        (256, 20_000, 5, [(10_000, 20_000)]),
        (256, 4_096, 5, [(4_096, 4_096)]),
        (4_096, 4_096, 5, []),
        (10_000, NO_LIMIT, 5, []),
        (9_999, NO_LIMIT, 5, [(10_000, NO_LIMIT)]),
        (12_000, NO_LIMIT, 5, []),
        (NO_LIMIT, NO_LIMIT, 50_000, []),
        (10_000, NO_LIMIT, 20_000, [(20_042, NO_LIMIT)]),
        (10_000, 20_042, 20_000, [(20_042, 20_042)]),
    ],
)
def test_the_limit_is_raised_as_far_as_it_may_be_and_never_lowered(
    limits: Any, soft: int, hard: int, connections: int, asked: list[tuple[int, int]]
) -> None:
    made = limits(soft, hard)
    make_room(connections)
    assert made.asked == asked


@pytest.mark.parametrize(
    ("connections", "most", "fitting"), [(300, 256, 214), (215, 256, 214), (300, 43, 1), (300, 42, 1), (300, 8, 1)]
)
def test_what_does_not_fit_is_refused_with_the_figures(limits: Any, connections: int, most: int, fitting: int) -> None:
    limits(most, most)
    with pytest.raises(SteppayMockError) as caught:
        make_room(connections)
    assert str(caught.value) == (
        f"{connections} deliveries at once need {connections + 42} file descriptors, and this process may have {most}: "
        f"nothing was sent. Raise the limit with `ulimit -n {connections + 42}`, or lower the concurrency to {fitting}."
    )


def test_what_just_fits_is_allowed(limits: Any) -> None:
    limits(256, 256)
    make_room(214)


@pytest.mark.parametrize("error", [OSError(errno.EPERM, "no"), ValueError("more than OPEN_MAX")])
def test_a_system_that_raises_no_limit_is_asked_what_it_is(limits: Any, error: Exception) -> None:
    made = limits(256, NO_LIMIT)
    made.refuses = error
    make_room(5)
    with pytest.raises(SteppayMockError, match="this process may have 256"):
        make_room(300)


def test_a_system_without_such_a_limit_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "resource", None)
    make_room(1_000_000)
    assert "(the system has no more)" in str(own_lack(Failure.OWN_DESCRIPTORS, to="shop:80"))


def test_where_python_has_no_module_for_limits_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resource", None)  # as on Windows
    again: Any = runpy.run_path(str(module.__file__))
    again["make_room"](1_000_000)


def test_open_files_are_counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = module._open_descriptors()
    with (tmp_path / "one").open("w", encoding="utf-8"):
        assert module._open_descriptors() == before + 1
    there = Path.is_dir
    monkeypatch.setattr(Path, "is_dir", lambda path: str(path) != "/proc/self/fd" and there(path))
    assert abs(module._open_descriptors() - before) <= 1
    monkeypatch.setattr(Path, "is_dir", lambda _path: False)
    assert module._open_descriptors() == 64

    def refuse(_path: str) -> Any:
        raise PermissionError

    monkeypatch.setattr(Path, "is_dir", lambda _path: True)
    monkeypatch.setattr(os, "scandir", refuse)
    assert module._open_descriptors() == 64


# What is a lack.


@pytest.mark.parametrize(
    ("failure", "numbers"),
    [
        (Failure.OWN_DESCRIPTORS, {errno.EMFILE, errno.ENFILE}),
        (Failure.OWN_PORTS, {errno.EADDRNOTAVAIL}),
        (
            Failure.OWN_NETWORK,
            {errno.EAFNOSUPPORT, errno.ENETUNREACH, errno.ENETDOWN, errno.EACCES, errno.EPERM},
        ),
        (Failure.OWN_MEMORY, {errno.ENOMEM, errno.ENOBUFS}),
        (None, {errno.ECONNREFUSED, errno.ECONNRESET, errno.EHOSTUNREACH, errno.ETIMEDOUT, None}),
    ],
)
def test_a_lack_is_known_by_its_number_also_behind_other_errors(failure: Failure | None, numbers: set[Any]) -> None:
    for number in numbers:
        lack, front = OSError(number, "told"), LookupError("in front")
        front.__cause__ = lack
        assert (lack_behind(lack), lack_behind(front), lack_behind(lack, outside=lack)) == (failure, failure, None)
        for other in (socket.gaierror(number, "told"), ssl.SSLError(number, "told")):
            assert lack_behind(other) is None


def test_no_memory_is_a_lack_and_other_errors_are_none() -> None:
    assert lack_behind(MemoryError()) is Failure.OWN_MEMORY
    assert lack_behind(LookupError(errno.EMFILE, "no error of the system")) is None


def test_a_lack_that_no_error_names_is_found_by_opening_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    assert hidden_lack() is None
    for number, failure in ((errno.EMFILE, Failure.OWN_DESCRIPTORS), (errno.ECONNREFUSED, None)):

        def refuse(number: int = number) -> None:
            raise OSError(number, "told")

        monkeypatch.setattr("socket.socket", refuse)
        assert hidden_lack() is failure


# Its words.

CURES = {
    Failure.OWN_DESCRIPTORS: "Raise the limit with `ulimit -n`, or send less at once: a lower concurrency.",
    Failure.OWN_PORTS: "Use connections again (keep_alive, --keep-alive), send less in a second (rate, --rate), or "
    "wait a minute: closed connections hold their ports so long. For an address of IPv6, this machine may have none.",
    Failure.OWN_NETWORK: "Look at the network, the routes and the firewall of this machine.",
    Failure.OWN_MEMORY: "Send less at once: a lower concurrency.",
}
WHAT = {
    Failure.OWN_DESCRIPTORS: "no file descriptor is free for a connection to shop:80 (the limit is 256)",
    Failure.OWN_PORTS: "no local port or address is free for a connection to shop:80"
    " (the system gives 3 ports, 7 to 9, to each address)",
    Failure.OWN_NETWORK: "there is no way from this machine to shop:80, or the connection is not let out",
    Failure.OWN_MEMORY: "no memory is left for a connection to shop:80",
}


@pytest.mark.parametrize("failure", WHAT)
def test_a_lack_says_what_is_lacking_with_figures_and_what_to_do(
    limits: Any, monkeypatch: pytest.MonkeyPatch, failure: Failure
) -> None:
    limits(256, 256)
    monkeypatch.setattr(module, "open", lambda *_path, **_options: io.StringIO("7\t9\n"), raising=False)
    lack = own_lack(failure, to="shop:80")
    told = f"A request could not be sent, for a lack of this machine and not of the receiver: {WHAT[failure]}."
    assert str(lack) == f"{told} {CURES[failure]}"
    lack.done = "2 of 5 have their outcome"
    assert str(lack) == f"{told} 2 of 5 have their outcome; send again the deliveries without one. {CURES[failure]}"
    lack.journal = "my journal"
    assert str(lack) == (
        f"{told} 2 of 5 have their outcome; the rest stays planned: `steppay-mock resume --journal 'my journal'` goes "
        f"on with it. {CURES[failure]}"
    )
    assert (lack.failure, lack.perhaps_sent, lack.so_far) == (failure, False, None)
    assert own_lack(failure, to="shop:80", perhaps_sent=True).perhaps_sent is True


@pytest.mark.parametrize("text", [None, "", "7", "7 8 9", "a b"])
def test_ports_that_the_system_does_not_tell_are_left_out(monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    def read(*_path: object, **_options: object) -> Any:
        if text is None:
            raise FileNotFoundError
        return io.StringIO(text)

    monkeypatch.setattr(module, "open", read, raising=False)
    assert "for a connection to shop:80. Use connections again" in str(own_lack(Failure.OWN_PORTS, to="shop:80"))


def test_a_thread_that_cannot_be_started_is_told_with_the_number_of_those_that_run() -> None:
    lack = no_thread(7)
    assert "no new thread can be started; 7 are running for this. Send less at once" in str(lack)
    assert lack.perhaps_sent is False
    answer = no_thread_left()
    assert isinstance(answer.exception, OwnLackError)
    assert (answer.status, answer.failure, answer.error) == (None, Failure.OWN_THREADS, answer.exception.what)
