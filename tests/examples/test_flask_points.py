"""The example in Flask behind two workers passes its own tests, and its naive twin gives points twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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
    with tests.served("naive_flask:app") as shop:
        assert tests.explored(shop).verdict == "proved"  # one after the other nothing is wrong
        found = tests.explored(shop, overlap=25, duplicates=True, losses=False)
    assert found.verdict == "fails"
    assert (found.counterexample.anomaly.name, len(set(found.counterexample.course))) == ("double effect in flight", 1)


def test_without_its_setting_there_are_no_routes_for_tests(load_app: Load) -> None:
    routes = {str(rule) for rule in load_app("flask_points").app.url_map.iter_rules()}
    assert "/webhooks/steppay" in routes
    assert not any("test" in route for route in routes)
