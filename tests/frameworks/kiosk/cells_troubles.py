"""What people meet with Django: settings that change what happens around a request, and what refuses a webhook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import override_settings
from frameworks.kiosk import views
from frameworks.kiosk.checks import EVENTS, TOGETHER, outcome_of, state

from steppay_mock import deliver, explore
from steppay_mock.delivery.in_process.django_guard import ElsewhereError
from steppay_mock.ordering.saving import saving_django

MAKERS = {"WSGI": get_wsgi_application, "ASGI": get_asgi_application}
PRODUCTION: dict[str, Any] = {"ALLOWED_HOSTS": ["shop.example"]}
HTTPS: dict[str, Any] = {
    "SECURE_SSL_REDIRECT": True,
    "MIDDLEWARE": ["django.middleware.security.SecurityMiddleware"],
}


@pytest.fixture(params=MAKERS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def app(name: str) -> Any:
    """Made anew: it reads the settings when it is made."""
    return MAKERS[name]()


@pytest.fixture(params=[None, 600])
def settings_of_database(request: pytest.FixtureRequest) -> Iterator[None]:
    """Connections are kept between requests, and each request is a transaction."""
    settings: dict[str, Any] = connection.settings_dict
    before = dict(settings)
    settings.update(CONN_MAX_AGE=request.param, ATOMIC_REQUESTS=True)
    yield
    settings.clear()
    settings.update(before)


@pytest.mark.usefixtures("settings_of_database")
@pytest.mark.django_db(transaction=True)
def test_kept_connections_are_closed_outside_of_a_transaction(app: Any) -> None:
    explore(EVENTS, app, state=state, **saving_django()).assert_ok()
    assert outcome_of(lambda: deliver(TOGETHER, to=app)) == ("needs a file" if is_in_memory() else "yes")


@pytest.mark.usefixtures("settings_of_database")
@pytest.mark.django_db
def test_requests_that_are_transactions_are_savepoints_in_that_of_the_test(app: Any) -> None:
    explore(EVENTS, app, state=state, **saving_django()).assert_ok()
    assert state() == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/thread", "/any-thread"])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # the refusal, in the thread
def test_a_view_that_uses_another_thread_is_refused_in_a_transaction(app: Any, path: str) -> None:
    assert outcome_of(lambda: deliver(EVENTS, to=app, path=path)) == "needs `transactional_db`"
    explored = outcome_of(lambda: explore(EVENTS, app, state=state, path=path, **saving_django()))
    assert explored == "needs `transactional_db`"
    assert state() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/thread", "/any-thread"])
def test_outside_of_a_transaction_it_works(app: Any, path: str) -> None:
    deliver(EVENTS, to=app, path=path).assert_ok()
    assert len(state()) == len(EVENTS)


@pytest.mark.django_db
def test_a_view_that_needs_no_database_is_not_refused(app: Any) -> None:
    assert outcome_of(lambda: deliver(TOGETHER, to=app, path="/nothing")) == "yes"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "settings", "delivered", "explored"),
    [
        ("/form", {}, "Exempt the view: in Django by @csrf_exempt.", "@csrf_exempt"),
        ("/form", {"DEBUG": True}, "Exempt the view: in Django by @csrf_exempt.", "@csrf_exempt"),
        ("/webhooks/steppay", PRODUCTION, "add that to ALLOWED_HOSTS", "add that to ALLOWED_HOSTS"),
        ("/webhooks/steppay", PRODUCTION | {"DEBUG": True}, "add that to ALLOWED_HOSTS", "add that to ALLOWED_HOSTS"),
        ("/slash", {"DEBUG": True}, "Pass path= with that slash", "Does path= end with a slash?"),
        ("/slash", {}, "301 to /slash/", "with or without a trailing slash?"),
        ("/webhooks/steppay", HTTPS, "SECURE_SSL_REDIRECT = False.", "SECURE_SSL_REDIRECT = False in Django"),
    ],
)
def test_what_refuses_a_webhook_before_the_view_is_told(
    name: str, path: str, settings: dict[str, Any], delivered: str, explored: str
) -> None:
    with override_settings(**settings):
        app = MAKERS[name]()
        report = deliver(EVENTS[:1], to=app, path=path)
        found = explore(EVENTS, app, state=state, path=path, **saving_django())
    with pytest.raises(AssertionError) as raised:
        report.assert_ok()
    assert delivered in str(raised.value)
    told = " ".join(found.report().split())
    assert explored in told
    assert "verify signatures" not in told
    assert ("CSRF" in told) is (path == "/form")


@pytest.mark.django_db
def test_a_thread_that_works_after_the_answer_is_refused_in_a_transaction(
    app: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """What it would write outlives the test."""
    views.GO.clear()
    deliver(EVENTS[:1], to=app, path="/late").assert_ok()
    views.GO.set()
    with pytest.raises(ElsewhereError):
        views.LATE.pop().result(10)
    assert "Use pytest-django's fixture `transactional_db`" in caplog.text
    assert outcome_of(lambda: deliver(EVENTS, to=app)) == "needs `transactional_db`"
    assert state() == []


@pytest.mark.django_db
def test_threads_of_the_next_test_are_not_refused() -> None:
    assert views.POOL.submit(keep_nothing).result(10) is None


@pytest.mark.django_db(transaction=True)
def test_a_thread_that_works_after_the_answer_works_outside_of_a_transaction(app: Any) -> None:
    deliver(EVENTS[:1], to=app, path="/late").assert_ok()
    views.GO.set()
    views.LATE.pop().result(10)
    assert len(state()) == 1


@pytest.mark.django_db
def test_what_a_view_raises_is_told(app: Any) -> None:
    """Django answers 500 to that, and tells of it by a signal."""
    (outcome,) = deliver(EVENTS[:1], to=app, path="/raise")
    assert isinstance(outcome.exception, KeyError)
    assert outcome.answer == "500, the app raised: KeyError: 'cancel'"


@pytest.mark.parametrize("path", ["/webhooks/steppay", "/async"])
def test_a_test_that_did_not_ask_for_the_database_is_told_so(app: Any, path: str) -> None:
    with pytest.raises(AssertionError, match=r"Mark the test: pytest\.mark\.django_db"):
        deliver(EVENTS[:1], to=app, path=path).assert_ok()


def keep_nothing() -> None:
    try:
        connection.ensure_connection()
    finally:
        connection.close()


def is_in_memory() -> bool:
    return bool(connection.vendor == "sqlite" and connection.is_in_memory_db())
