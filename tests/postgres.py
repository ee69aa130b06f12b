"""PostgreSQL for tests: one server of the tests' own for a whole run, and an empty database for each test that asks.

The server is started by the first test that needs it. It listens on a socket in a folder of its own, and on no port.
All xdist workers share it. Each of them holds a shared lock while it runs, and a small process waits for the lock: once
nobody holds it any more, however they ended, that process stops the server and removes its folder.
"""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO, Any

import pytest

_USER = "steppay"
_numbers = count(1)

_GUARD = """
import fcntl, json, shutil, subprocess, sys
lock, folder, account, stop = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), sys.argv[4:]
with open(lock) as users:
    fcntl.flock(users, fcntl.LOCK_EX)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(stop, check=False, cwd=folder, **quiet, **account)
    shutil.rmtree(folder, ignore_errors=True)
"""


@dataclass(frozen=True, slots=True)
class Database:
    """An empty database, and how it is reached: through the socket in the folder ``host``."""

    host: str
    name: str

    @property
    def dsn(self) -> str:
        """For psycopg."""
        return f"host={self.host} user={_USER} dbname={self.name}"

    def url(self, driver: str) -> str:
        """For SQLAlchemy, such as ``postgresql+asyncpg``."""
        return f"{driver}://{_USER}@/{self.name}?host={self.host}"

    @property
    def environment(self) -> dict[str, str]:
        """For whatever uses libpq, and for settings of Django."""
        return {"PGHOST": self.host, "PGUSER": _USER, "PGDATABASE": self.name}


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The folder with the server's socket."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if hasattr(request.config, "workerinput") else base
    with (shared / "postgres.users").open("a") as users:
        with _locked(shared / "postgres.start"):
            fcntl.flock(users, fcntl.LOCK_SH)
            told = shared / "postgres.folder"
            if not told.exists() or not Path(told.read_text(encoding="utf-8")).exists():
                told.write_text(_start(programs, users), encoding="utf-8")
            host = told.read_text(encoding="utf-8")
        yield host


@pytest.fixture
def postgres(request: pytest.FixtureRequest, postgres_server: str) -> Iterator[Database]:
    """An empty database of the test's own."""
    import psycopg

    assert request.node.get_closest_marker("postgres"), "mark the test: pytest.mark.postgres"
    database = Database(postgres_server, f"test_{os.getpid()}_{next(_numbers)}")
    admin = Database(postgres_server, "postgres")
    with psycopg.connect(admin.dsn, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {database.name}")
    yield database
    with psycopg.connect(admin.dsn, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {database.name} WITH (FORCE)")


def _programs() -> Path | None:
    """The folder of initdb and pg_ctl; Debian has them in none that is searched."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = [Path(found).resolve().parent for name in ("initdb",) if (found := shutil.which(name))]
    return next((one for one in (*debian, *on_path) if (one / "initdb").exists() and (one / "pg_ctl").exists()), None)


def _start(programs: Path, users: IO[str]) -> str:
    folder = tempfile.mkdtemp(prefix="steppay-postgres-")
    account = _account()
    if account:
        os.chown(folder, account["user"], account["group"])
    data, control = f"{folder}/data", str(programs / "pg_ctl")
    initdb = f"{programs / 'initdb'} -D {data} -U {_USER} -A trust -E UTF8 -N --no-locale"
    _run(initdb.split(), folder, account)
    fast = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=200"
    options = f"-k {folder} -c listen_addresses='' {fast}"
    _run([control, "start", "-w", "-D", data, "-l", f"{folder}/log", "-o", options], folder, account)
    stop = [control, "stop", "-m", "immediate", "-D", data]
    subprocess.Popen(
        [sys.executable, "-c", _GUARD, users.name, folder, json.dumps(account), *stop],
        start_new_session=True,  # an interrupt at the terminal is for the tests
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ).returncode = 0  # it outlives the tests, and nobody waits for it
    return folder


def _account() -> dict[str, Any]:
    """Whom the server runs as, where the tests run as root: PostgreSQL refuses that."""
    if os.geteuid() != 0:
        return {}
    known = {one.pw_name: one for one in pwd.getpwall()}
    account = known.get("postgres") or known["nobody"]
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _run(command: list[str], folder: str, account: dict[str, Any]) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **account,
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout}"


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
