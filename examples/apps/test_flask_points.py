"""Every order of a story ends in the same rows and gives the same points, over HTTP and with two workers.

Run it: ``STEPPAY_WEBHOOK_SECRET=whsec_test DATABASE_URL=postgresql://... pytest examples/apps``
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask_points import SECRET, create_tables

from steppay_mock import Exploration, explore, remote_reset, remote_state, scenario

STORY = scenario("subscription-order-cancelled", seed=7)


@contextmanager
def served(app: str = "flask_points:app") -> Iterator[str]:
    """The URL of the app behind gunicorn, with two workers, on a free port."""
    create_tables()
    with socket.create_server(("127.0.0.1", 0)) as listening:  # a client that connects early waits for the server
        command = ["gunicorn", "--workers", "2", "--bind", f"fd://{listening.fileno()}", "--log-level", "warning", app]
        server = subprocess.Popen(  # noqa: S603 - the command stands above
            [sys.executable, "-m", *command],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "STEPPAY_TEST_ROUTES": "on"},
            pass_fds=[listening.fileno()],
        )
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.terminate()
            server.wait()


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    """The shop behind its server."""
    with served() as url:
        yield url


def truth(store: dict[str, Any]) -> dict[str, Any]:
    """What the simulated store knows at the end of the story, as the shop shows it: to end the same is not enough."""
    payments, subscriptions = store["payments"], store["subscriptions"]
    paid = {key: payments[key]["paidAmount"] for key in sorted(payments)}
    return {
        "payments": [{"id": key, "status": payments[key]["status"], "paid": amount} for key, amount in paid.items()],
        "subscriptions": [{"id": key, "status": subscriptions[key]["status"]} for key in sorted(subscriptions)],
        "points": [{"payment_id": key, "amount": amount // 100} for key, amount in paid.items()],
    }


def explored(shop: str, **options: Any) -> Exploration:
    """Explore the shop from outside: it has a route that shows its rows, and one that empties it."""
    return explore(
        STORY,
        f"{shop}/webhooks/steppay",
        state=remote_state(f"{shop}/test/state"),
        reset=remote_reset(f"{shop}/test/reset"),
        truth=truth,
        only_effective=True,  # the shop keeps no orders
        secret=SECRET,
        seed=7,
        **options,
    )


def test_every_order_ends_the_same(shop: str) -> None:
    """One webhook after the other, whichever worker takes it."""
    result = explored(shop)
    result.assert_ok()
    assert result.verdict == "proved"


def test_webhooks_in_flight_at_once_end_the_same(shop: str) -> None:
    """Both workers have one in their hands."""
    explored(shop, duplicates=False, overlap=True).assert_ok()
