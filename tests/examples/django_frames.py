"""What pytest-django's ``db`` hides, shown with the shop of examples/apps/django_points.

test_django_points.py runs this file in a process of its own, whose Django project is the shop.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from shop.models import Points, Received
from shop.views import give_points, keep, steppay
from steppay_webhook import fingerprint, parse
from test_points import STORY, explored, points, state

from steppay_mock import SteppayMockError, deliver, explore
from steppay_mock.ordering.receiver.harness import Harness
from steppay_mock.ordering.saving import saving_django


@csrf_exempt
def without_inbox(request: HttpRequest) -> HttpResponse:
    """Naive: gives points for every copy."""
    envelope: Any = parse(request.body)
    with transaction.atomic():
        keep(envelope)
        if envelope["event"] == "payment.completed":
            transaction.on_commit(partial(give_points, envelope["data"]))
    return HttpResponse()


@csrf_exempt
def refuses_copies(request: HttpRequest) -> HttpResponse:
    """Naive: leaves it to the unique key to refuse a copy, and does not catch what that raises."""
    envelope: Any = parse(request.body)
    Received.objects.create(fingerprint=fingerprint(envelope))
    keep(envelope)
    return HttpResponse()


urlpatterns = [
    path("webhooks/steppay", steppay),
    path("without-inbox", without_inbox),
    path("refuses-copies", refuses_copies),
]
pytestmark = pytest.mark.urls(__name__)
SECRET = settings.STEPPAY_WEBHOOK_SECRET


@pytest.mark.django_db
def test_a_receiver_without_an_inbox_gives_points_twice() -> None:
    result = explored(path="/without-inbox")
    assert result.verdict == "fails"
    assert result.counterexample is not None
    assert (result.counterexample.kind, result.counterexample.anomaly.name) == ("effects", "double effect")
    assert any("captureOnCommitCallbacks(execute=True)" in note for note in result.notes)


@pytest.mark.django_db
def test_callbacks_are_run_in_their_order_with_those_that_they_add_and_are_not_run_twice() -> None:
    ran: list[str] = []

    def first() -> None:
        ran.append("first")
        transaction.on_commit(lambda: ran.append("added"))

    harness = Harness()
    transaction.on_commit(lambda: ran.append("the test's own"))
    harness.before()
    transaction.on_commit(first)
    transaction.on_commit(lambda: ran.append("second"))
    assert harness.after() is None
    harness.before()
    assert harness.after() is None
    assert ran == ["first", "second", "added"]
    assert len(connection.run_on_commit) == 1
    assert harness.notes == (
        (
            "transaction.on_commit callbacks ran after each delivery, as captureOnCommitCallbacks(execute=True) does, "
            "because the test's transaction never commits."
        ),
    )


@pytest.mark.django_db
def test_what_a_callback_raises_is_told_and_what_a_robust_one_raises_is_logged(caplog: Any) -> None:
    def fail(what: str) -> None:
        Received.objects.create(fingerprint="a")
        raise ValueError(what)

    harness, ran = Harness(), []
    harness.before()
    transaction.on_commit(partial(fail, "robust"), robust=True)
    transaction.on_commit(partial(fail, "boom"))
    transaction.on_commit(lambda: ran.append("after the failure"))
    error = harness.after()
    assert isinstance(error, ValueError)
    assert (str(error), ran, connection.run_on_commit) == ("boom", [], [])
    assert "ValueError: robust" in caplog.text


@pytest.mark.django_db
def test_an_error_of_the_database_in_a_callback_leaves_the_transaction_of_the_test_whole() -> None:
    Received.objects.create(fingerprint="a")
    harness = Harness()
    harness.before()
    transaction.on_commit(lambda: Received.objects.create(fingerprint="a"))
    assert "duplicate key" in str(harness.after())
    assert Received.objects.count() == 1


@pytest.mark.django_db
def test_what_a_callback_raises_refuses_the_webhook(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_payment: Any) -> None:
        raise ValueError("no points today")

    monkeypatch.setattr("shop.views.give_points", fail)
    result = explored()
    assert result.counterexample is not None
    assert result.counterexample.kind == "refused"
    assert "a callback of transaction.on_commit raised: ValueError: no points today" in result.report()


def prove_asgi() -> None:
    result = explore(
        STORY,
        get_asgi_application(),
        state=state,
        effects=points,
        only_effective=True,
        secret=SECRET,
        duplicates=False,
        **saving_django(),
    )
    assert result.verdict == "proved", result.report()


@pytest.mark.django_db
def test_an_asgi_app_is_proved_in_the_transaction_of_a_test() -> None:
    prove_asgi()
    assert deliver(STORY, to=get_asgi_application(), secret=SECRET).ok
    assert Received.objects.count() > 0


@pytest.mark.django_db(transaction=True)
def test_an_asgi_app_is_proved_outside_a_transaction_which_has_left_no_rows() -> None:
    assert Received.objects.count() == 0
    prove_asgi()
    with connection.cursor() as cursor:  # the threads of the views have closed theirs
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_webhooks_in_flight_at_once_are_refused_in_the_transaction_of_a_test() -> None:
    with pytest.raises(SteppayMockError, match=r"webhooks in flight at once do.* fixture `transactional_db` instead"):
        explored(overlap=True, duplicates=False)


@pytest.mark.django_db
def test_an_error_that_breaks_the_transaction_of_the_test_is_not_blamed_on_the_receiver() -> None:
    with pytest.raises(
        SteppayMockError, match=r"broke the test's own transaction.* fixture `transactional_db` instead"
    ):
        explored(path="/refuses-copies")


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_that_receiver_has_a_verdict() -> None:
    result = explored(path="/refuses-copies")
    assert result.counterexample is not None
    assert result.counterexample.kind == "answer"


@pytest.mark.django_db
def test_a_delivery_leaves_the_connection_of_the_test_open() -> None:
    before = connection.connection
    assert deliver(STORY, to=get_wsgi_application(), secret=SECRET).ok
    assert connection.connection is before
    assert Points.objects.count() == 0  # deliver() does not run what waits for a commit
