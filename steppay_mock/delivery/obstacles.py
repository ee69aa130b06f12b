"""Did something of the test stand in the way of an app in process, and what now?

These errors come out of the receiver and are no mistake of it: production has one event loop, a database and StepPay.
"""

from __future__ import annotations

from collections.abc import Callable

from steppay_mock.delivery.error_chain import errors_behind
from steppay_mock.delivery.foreign_loop import FOREIGN_LOOP, is_of_foreign_loop
from steppay_mock.errors import raised_by
from steppay_mock.store.api.refused_calls import REFUSED_CALL, is_refused_call

NO_DATABASE = (
    "The test did not ask for the database that the receiver used, so pytest-django or Django forbids it. Mark the "
    'test: pytest.mark.django_db, with databases=["default", "other"] where there are several; in a TestCase name them '
    "in `databases`."
)
"""The next step, and what it is that is wrong."""


def obstacle(error: BaseException | None) -> str | None:
    """What in the test stood in the way, and the next step; None if nothing is known of that."""
    if error is None:
        return None
    if is_of_foreign_loop(error):
        return FOREIGN_LOOP
    return next((step for one in errors_behind(error) for is_it, step in _OBSTACLES if is_it(one)), None)


def _is_forbidden_database(error: BaseException) -> bool:
    kind = type(error)
    if kind.__module__ == "django.test.testcases":
        return kind.__name__ == "DatabaseOperationForbidden"
    # pytest-django raises a plain RuntimeError: where it was raised tells it from others.
    return isinstance(error, RuntimeError) and raised_by(error) == "pytest_django"


_OBSTACLES: tuple[tuple[Callable[[BaseException], bool], str], ...] = (
    (is_refused_call, REFUSED_CALL),
    (_is_forbidden_database, NO_DATABASE),
)
