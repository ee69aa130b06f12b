"""The example receivers as the tests use them: loaded from their files, each with a database of its own."""

from __future__ import annotations

import importlib
import importlib.util
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from postgres import Database

from steppay_mock import Report, deliver, lambda_app

if TYPE_CHECKING:
    from steppay_mock.payload.event import Events

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
RECEIVERS = EXAMPLES / "receivers"
APPS = EXAMPLES / "apps"
NAIVE = Path(__file__).with_name("naive")
SIBLINGS = (
    *("steppay_webhook", "sqlite_store", "flask_app", "fastapi_app", "django_app", "readback_app", "lambda_handler"),
)
SECRET = "whsec_test"
TABLES = ("subscriptions", "payments", "inbox")

APP_MODULES = ("steppay_webhook", *(path.stem for folder in (APPS, NAIVE) for path in folder.glob("*.py")))

Load = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Receiver:
    """An application under test, and a look into the database in which it keeps its rows."""

    app: Any
    connection: sqlite3.Connection

    def deliver(self, events: Events, *, secret: str = SECRET, **options: Any) -> Report:
        return deliver(events, to=self.app, secret=secret, **options)

    def rows(self, table: str) -> list[dict[str, Any]]:
        found = self.connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
        return [{name: plain(name, row[name]) for name in row.keys() if name != "version"} for row in found]  # noqa: SIM118

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        return {table: self.rows(table) for table in TABLES}

    def clear(self) -> None:
        with self.connection:
            for table in TABLES:
                self.connection.execute(f"DELETE FROM {table}")


def plain(name: str, value: Any) -> Any:
    """One form for what SQLite keeps in several: sqlite3 and Django write amounts and times in their own ways."""
    if name.endswith("_amount"):
        return Decimal(str(value))
    if name.endswith("_date") and value is not None:
        moment = datetime.fromisoformat(value)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return value


@pytest.fixture(scope="session")
def load() -> Iterator[Load]:
    """A function that loads a receiver's module; its siblings are importable only while it does."""
    before = {name: sys.modules.pop(name, None) for name in SIBLINGS}

    def load_module(name: str) -> Any:
        if name in sys.modules:
            return sys.modules[name]
        spec = importlib.util.spec_from_file_location(name, RECEIVERS / f"{name}.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(str(RECEIVERS))
            spec.loader.exec_module(module)
        return module

    yield load_module
    for name in SIBLINGS:
        sys.modules.pop(name, None)
    sys.modules.update({name: module for name, module in before.items() if module})


@pytest.fixture
def load_app(postgres: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """A function that loads a module of examples/apps, or a naive one, whose settings name an empty database."""
    monkeypatch.setenv("STEPPAY_WEBHOOK_SECRET", SECRET)
    for folder in (RECEIVERS, APPS, NAIVE):
        monkeypatch.syspath_prepend(str(folder))
    for name in APP_MODULES:
        monkeypatch.delitem(sys.modules, name, raising=False)

    def load_module(name: str) -> Any:
        driver = "postgresql+asyncpg" if "fastapi" in name else "postgresql"
        monkeypatch.setenv("DATABASE_URL", postgres.url(driver))
        return importlib.import_module(name)

    yield load_module
    for name in APP_MODULES:
        sys.modules.pop(name, None)


@pytest.fixture(params=["flask_app", "fastapi_app", "django_app", "lambda_handler"])
def receiver(request: pytest.FixtureRequest, load: Load, tmp_path: Path) -> Iterator[Receiver]:
    """Each of the example receivers in turn, with an empty database."""
    with opened(load(request.param), str(tmp_path / "receiver.sqlite3")) as found:
        yield found


@pytest.fixture
def flask_receiver(load: Load, tmp_path: Path) -> Iterator[Receiver]:
    """The example receiver in Flask, with an empty database."""
    with opened(load("flask_app"), str(tmp_path / "receiver.sqlite3")) as found:
        yield found


@contextmanager
def opened(module: Any, database: str) -> Iterator[Receiver]:
    """The receiver of a module, on this database."""
    is_lambda = hasattr(module, "create_handler")
    app = lambda_app(module.create_handler(database, SECRET)) if is_lambda else module.create_app(database, SECRET)
    # One connection stays open all the time: SQLite tidies up its files whenever the last one closes, which is slow.
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = OFF")
        yield Receiver(app, connection)
