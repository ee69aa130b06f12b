"""The example in FastAPI with work after its answer passes its own tests, and its naive twin fails them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from steppay_mock import explore
from steppay_mock.ordering.saving import saving_sqlalchemy_async

if TYPE_CHECKING:
    from examples.conftest import Load

pytestmark = [pytest.mark.postgres, pytest.mark.exhaustive]


def test_the_example_passes_its_own_tests(load_app: Load) -> None:
    tests = load_app("test_fastapi_points")
    tests.test_every_order_ends_the_same()
    tests.test_webhooks_in_flight_at_once_end_the_same()


def test_without_an_inbox_work_after_the_answer_is_done_twice(load_app: Load) -> None:
    shop, tests = load_app("naive_fastapi"), load_app("test_fastapi_points")
    found = explore(
        tests.STORY,
        shop.app,
        state=tests.state,
        effects=tests.points,
        only_effective=True,
        seed=7,
        **saving_sqlalchemy_async(shop.engine),
    ).counterexample
    assert found is not None
    assert (found.kind, found.anomaly.name) == ("effects", "double effect")
    assert str(found.events[found.course[0]].type) == "payment.completed"
