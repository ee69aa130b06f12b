"""A delivery is signed by the clock of the process that serves its URL, which a test may have moved in this one."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from steppay_mock.delivery import signing_clock
from steppay_mock.delivery.signing_clock import is_moved, now_at, now_here

REAL = 1_700_000_000.0


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Move the clock of this process by so many seconds."""
    monkeypatch.setattr(signing_clock, "wall_clock", lambda: REAL)

    def move(seconds: float) -> float:
        monkeypatch.setattr(time, "time", lambda: REAL + seconds)
        return REAL + seconds

    return move


@pytest.fixture
def port() -> Iterator[int]:
    """A port at which this process listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize("seconds", [-3600.0, -1.0, 1.0, 3600.0])
def test_where_the_clock_was_moved_a_receiver_elsewhere_has_the_real_one(
    moved: Any, port: int, free_port: int, seconds: float
) -> None:
    here = moved(seconds)
    assert is_moved() is True
    assert now_here() == here
    assert now_at(f"http://127.0.0.1:{port}/hook") == here
    assert now_at(f"http://127.0.0.1:{free_port}/hook") == REAL


@pytest.mark.parametrize("seconds", [-0.9, 0.0, 0.9])
def test_clocks_that_differ_by_less_than_a_second_are_one_clock(moved: Any, free_port: int, seconds: float) -> None:
    here = moved(seconds)
    assert is_moved() is False
    assert now_here() == now_at(f"http://127.0.0.1:{free_port}/hook") == here


@pytest.mark.parametrize(
    ("url", "port"), [("http://shop.test", 80), ("https://shop.test/hook", 443), ("http://shop.test:8000", 8000)]
)
def test_a_url_without_a_port_has_that_of_its_scheme(
    moved: Any, monkeypatch: pytest.MonkeyPatch, url: str, port: int
) -> None:
    here = moved(3600)
    for listening, now in ((port, here), (port + 1, REAL)):
        monkeypatch.setattr(signing_clock, "_port_of", lambda _descriptor, listening=listening: listening)
        assert now_at(url) == now


def test_where_the_system_does_not_tell_its_sockets_the_receiver_is_taken_to_be_here(
    moved: Any, monkeypatch: pytest.MonkeyPatch, free_port: int, tmp_path: Path
) -> None:
    monkeypatch.setattr(signing_clock, "_DESCRIPTORS", tmp_path / "nowhere")
    here = moved(3600)
    assert now_at(f"http://127.0.0.1:{free_port}") == here


def test_only_a_socket_that_listens_has_a_port(port: int, tmp_path: Path) -> None:
    found = signing_clock._port_of
    with closing(socket.create_connection(("127.0.0.1", port))) as connected, (tmp_path / "a").open("wb") as file:
        assert (found(connected.fileno()), found(file.fileno())) == (None, None)
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        number = listener.fileno()
        assert found(number) == listener.getsockname()[1]
        assert found(number) == listener.getsockname()[1], "it is open still"
    assert found(number) is None
    if hasattr(socket, "AF_UNIX"):
        with closing(socket.socket(socket.AF_UNIX)) as local:
            local.bind(str(tmp_path / "s"))
            local.listen()
            assert found(local.fileno()) is None
