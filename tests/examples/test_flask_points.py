"""The example in Flask behind two workers passes its own tests, and its naive twin gives points twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from examples.conftest import SECRET

from steppay_mock import deliver
from steppay_mock.ordering.remote import remote_reset, remote_state

if TYPE_CHECKING:
    from examples.conftest import Load

pytestmark = [pytest.mark.postgres, pytest.mark.exhaustive]


def test_the_example_passes_its_own_tests(load_app: Load) -> None:
    tests = load_app("test_flask_points")
    with tests.served() as shop:
        tests.test_every_order_ends_the_same(shop)
        tests.test_webhooks_in_flight_at_once_end_the_same(shop)


def test_an_inbox_that_looks_first_gives_points_twice_to_a_webhook_beside_its_own_copy(load_app: Load) -> None:
    tests = load_app("test_flask_points")
    paid = next(event for event in tests.STORY if event.type == "payment.completed")
    with tests.served("naive_flask:app") as shop, ThreadPoolExecutor(max_workers=2) as pool:
        state, reset = remote_state(f"{shop}/test/state"), remote_reset(f"{shop}/test/reset")
        given = []
        for _ in range(25):
            reset()
            copies = [pool.submit(deliver, paid, to=f"{shop}/webhooks/steppay", secret=SECRET) for _ in range(2)]
            assert all(copy.result().ok for copy in copies)
            given.append(len(state()["points"]))
            if given[-1] > 1:
                break
    assert given[-1] == 2, given


def test_without_its_setting_there_are_no_routes_for_tests(load_app: Load) -> None:
    routes = {str(rule) for rule in load_app("flask_points").app.url_map.iter_rules()}
    assert "/webhooks/steppay" in routes
    assert not any("test" in route for route in routes)
