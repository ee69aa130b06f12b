"""A plugin of the kiosk's pytest: watches the connections of every test, and writes what came of each cell."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def no_connection_is_left_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """A connection that a delivery opened in another thread than that of the test is closed after it."""
    from django.db.backends.signals import connection_created

    opened: list[Any] = []

    def meet(connection: Any, **_signal: Any) -> None:
        opened.append(connection)

    connection_created.connect(meet)
    yield
    connection_created.disconnect(meet)
    if "live_server" in request.fixturenames or hasattr(
        request.instance, "live_server_url"
    ):  # its threads are not ours
        return
    assert [one for one in opened if one.connection is not None and not is_kept(one)] == []


def is_kept(one: Any) -> bool:
    """Whether it is the connection of this thread, or one in memory, which Django keeps."""
    from django.db import connections

    return one is connections[one.alias] or (one.vendor == "sqlite" and one.is_in_memory_db())


def pytest_sessionfinish() -> None:
    from frameworks.kiosk.checks import OUTCOMES

    Path(os.environ["STEPPAY_TEST_OUTCOMES"]).write_text(json.dumps(OUTCOMES), encoding="utf-8")
