"""Django in the process of the tests, for the time of one test: its databases are SQLite, and its one view is given.

Django is made for one project in a process, so what it keeps of its settings is put aside for that time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from asgiref.local import Local
from django.apps import apps
from django.conf import UserSettingsHolder, global_settings, settings
from django.core import signals
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.http import HttpResponse
from django.urls import path

from steppay_mock.delivery.in_process import django_guard

ALIASES = ("default", "other")


class DjangoHere:
    """Two databases, and apps whose view does what a test says."""

    connections = connections

    @staticmethod
    def app(work: Callable[[], object], *, kind: str = "wsgi") -> Any:
        """A Django project whose view does the work, and answers 200."""

        def view(_request: Any) -> HttpResponse:
            work()
            return HttpResponse()

        class Urls:
            urlpatterns = (path("webhooks/steppay", view),)

        settings.ROOT_URLCONF = Urls
        return WSGIHandler() if kind == "wsgi" else ASGIHandler()

    @staticmethod
    def use(alias: str = "default") -> Any:
        """Work with a database, as any code would; the connection that it took."""
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1")
        return connections[alias]

    @staticmethod
    def listeners() -> dict[str, set[Any]]:
        """Who listens to the signals that the package uses."""
        watched = vars(signals) | {"connection_created": connection_created}
        names = "request_started", "request_finished", "got_request_exception", "connection_created"
        return {name: {entry[0] for entry in watched[name].receivers} for name in names}


@contextmanager
def django_here(*names: str) -> Iterator[DjangoHere]:
    """Within it, Django is configured, with a database by each name, and no connection is open yet."""
    kind = {"ENGINE": "django.db.backends.sqlite3", "CONN_MAX_AGE": None}  # Django closes none by itself
    databases = {alias: kind | {"NAME": name} for alias, name in zip(ALIASES, names, strict=True)}
    holder = UserSettingsHolder(global_settings)
    holder.ALLOWED_HOSTS, holder.SECRET_KEY, holder.DATABASES = ["testserver"], "only for tests", databases
    kept, before, ready = vars(connections).copy(), settings._wrapped, apps.ready
    vars(connections).pop("settings", None)
    connections._settings, connections._connections = None, Local(connections.thread_critical)
    settings._wrapped, apps.ready = holder, True  # there are no apps, and who is not ready is warned
    opened: list[Any] = []

    def meet(connection: Any, **_signal: Any) -> None:
        opened.append(connection)

    connection_created.connect(meet)
    try:
        yield DjangoHere()
    finally:
        connection_created.disconnect(meet)
        django_guard._end_late_watch(())
        for one in opened:
            one.inc_thread_sharing()
            BaseDatabaseWrapper.close(one)
        vars(connections).clear()
        vars(connections).update(kept)
        settings._wrapped, apps.ready = before, ready
