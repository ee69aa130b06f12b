"""Async tests: what the ``steppay`` fixture awaits runs in the loop of the test, as does a module-level engine."""

from __future__ import annotations

from contextlib import closing

import pytest
from postgres import Database

pytestmark = pytest.mark.exhaustive  # slow: each run is a process of its own

_APP = """
    import os
    import asyncpg, pytest
    from fastapi import FastAPI, Request
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(os.environ["DATABASE_URL"])  # with a pool, for the whole process
    app = FastAPI()

    @app.post("/webhooks/steppay")
    async def take(request: Request):
        payload = await request.json()
        if payload["event"].startswith("payment."):
            payment = payload["data"]
            async with engine.begin() as connection:
                await connection.execute(
                    text("INSERT INTO payments VALUES (:id, :status) ON CONFLICT (id) DO UPDATE SET status = "
                         "CASE WHEN payments.status = 'COMPLETE' THEN payments.status ELSE excluded.status END"),
                    {"id": int(payment["paymentId"]), "status": payment["status"]},
                )
        return {}

    async def state():
        async with engine.connect() as connection:
            return [list(row) for row in await connection.execute(text("SELECT id, status FROM payments ORDER BY id"))]

    async def reset():
        async with engine.begin() as connection:
            await connection.execute(text("DELETE FROM payments"))
"""

_SYNC = """
    @pytest.mark.parametrize("number", range(2))
    def test_delivery(steppay, number):
        steppay.deliver(steppay.events(["payment.completed", "payment.failed"]), to=app).assert_ok()

    def test_order(steppay):
        steppay.assert_order_independent("virtual-account-deposit", app, state=state, reset=reset)
"""

_ASYNC = """
    @{mark}
    @pytest.mark.parametrize("number", range(2))
    async def test_delivery(steppay, number):
        before = await state()
        report = await steppay.deliver_async(steppay.events(["payment.completed", "payment.failed"]), to=app)
        report.assert_ok()
        assert len(await state()) == len(before) + 2

    @{mark}
    async def test_order(steppay):
        await state()
        await steppay.assert_order_independent_async("virtual-account-deposit", app, state=state, reset=reset)
        found = await steppay.explore_async("virtual-account-deposit", app, state=state, reset=reset)
        assert found.ok
"""

_EACH_TEST_ENDS_CLEAN = """
    @pytest.fixture
    async def disposed():
        yield
        await engine.dispose()

    pytestmark = pytest.mark.usefixtures("disposed")
"""

_SESSION = ("-oasyncio_default_test_loop_scope=session", "-oasyncio_default_fixture_loop_scope=session")
_FUNCTION = ("-oasyncio_default_fixture_loop_scope=function",)
_QUIET = ("-Werror", "-pno:randomly", "-pno:xdist", "-pno:hypothesispytest", "-pno:faker", "-pno:django")


@pytest.fixture(params=["asyncpg", "aiosqlite"])
def database(request: pytest.FixtureRequest, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of the app, empty, in the database that ``DATABASE_URL`` names."""
    table = "CREATE TABLE payments (id bigint PRIMARY KEY, status text)"
    if request.param == "asyncpg":
        import psycopg

        postgres: Database = request.getfixturevalue("postgres")
        with psycopg.connect(postgres.dsn) as connection:
            connection.execute(table)
        monkeypatch.setenv("DATABASE_URL", postgres.url("postgresql+asyncpg"))
    else:
        import sqlite3

        with closing(sqlite3.connect(pytester.path / "shop.sqlite")) as lite:
            lite.execute(table)
        monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{pytester.path / 'shop.sqlite'}")


def run(pytester: pytest.Pytester, *tests: str, options: tuple[str, ...] = ()) -> pytest.RunResult:
    pytester.makepyfile(test_shop="\n".join((_APP, *tests)))
    return pytester.runpytest_subprocess(*_QUIET, *options)


@pytest.mark.postgres
@pytest.mark.usefixtures("database")
def test_a_module_level_engine_is_used_by_several_sync_tests(pytester: pytest.Pytester) -> None:
    run(pytester, _SYNC, options=("-pno:asyncio", "-pno:anyio")).assert_outcomes(passed=3)


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["asyncpg"], indirect=True)
@pytest.mark.usefixtures("database")
def test_async_tests_that_share_a_loop_share_the_engine(pytester: pytest.Pytester) -> None:
    run(pytester, _ASYNC.format(mark="pytest.mark.asyncio"), options=_SESSION).assert_outcomes(passed=3)


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["asyncpg"], indirect=True)
@pytest.mark.usefixtures("database")
def test_async_tests_with_a_loop_each_dispose_the_engine(pytester: pytest.Pytester) -> None:
    tests = _EACH_TEST_ENDS_CLEAN, _ASYNC.format(mark="pytest.mark.asyncio")
    run(pytester, *tests, options=(*_FUNCTION, "-oasyncio_mode=auto")).assert_outcomes(passed=3)


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["asyncpg"], indirect=True)
@pytest.mark.usefixtures("database")
def test_async_tests_with_a_loop_each_are_told_what_is_wrong(pytester: pytest.Pytester) -> None:
    test = """
    @pytest.mark.asyncio
    @pytest.mark.parametrize("number", range(2))
    async def test_delivery(steppay, number):
        (await steppay.deliver_async(steppay.event("payment.completed"), to=app)).assert_ok()
    """
    result = run(pytester, test, options=_FUNCTION)
    outcomes = result.parseoutcomes()
    assert (outcomes["passed"], outcomes["failed"]) == (1, 1)
    result.stdout.fnmatch_lines(
        ["E *next: *The app used something (an engine, *) that belongs to another event loop: *"]
    )


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["asyncpg"], indirect=True)
@pytest.mark.usefixtures("database")
def test_anyio_runs_them_in_its_loop(pytester: pytest.Pytester) -> None:
    backend = """
    @pytest.fixture(scope="session")
    def anyio_backend():
        return "asyncio"

    @pytest.fixture(scope="session", autouse=True)
    async def one_loop(anyio_backend):
        yield
        await engine.dispose()
    """
    tests = backend, _ASYNC.format(mark="pytest.mark.anyio")
    run(pytester, *tests, options=("-pno:asyncio",)).assert_outcomes(passed=3)


def test_trio_is_refused_with_what_to_do(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite+aiosqlite://")
    test = """
    from steppay_mock import SteppayMockError

    @pytest.fixture
    def anyio_backend():
        return "trio"

    @pytest.mark.anyio
    async def test_all(steppay):
        event = steppay.event("payment.completed")
        with pytest.raises(SteppayMockError, match="runs on asyncio, and the loop that is running here is trio's"):
            await steppay.deliver_async(event, to=app)
        with pytest.raises(SteppayMockError, match="def anyio_backend"):
            await steppay.explore_async("virtual-account-deposit", app, state=state, reset=reset)
        with pytest.raises(SteppayMockError, match="def anyio_backend.*await deliver_async"):
            steppay.deliver(event, to=app)
        with pytest.raises(SteppayMockError, match="def anyio_backend.*await explore_async"):
            steppay.explore("virtual-account-deposit", app, state=state, reset=reset)
    """
    run(pytester, test, options=("-pno:asyncio",)).assert_outcomes(passed=1)


def test_in_a_running_loop_the_sync_faces_say_what_to_await(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite+aiosqlite://")
    test = """
    from steppay_mock import SteppayMockError

    async def test_all(steppay):
        with pytest.raises(SteppayMockError, match=r"Await it: report = await deliver_async"):
            steppay.deliver(steppay.event("payment.completed"), to=app)
        with pytest.raises(SteppayMockError, match=r"await steppay\\.assert_order_independent_async"):
            steppay.assert_order_independent("virtual-account-deposit", app, state=state, reset=reset)
    """
    run(pytester, test, options=(*_SESSION, "-oasyncio_mode=auto")).assert_outcomes(passed=1)


def test_every_verb_that_runs_an_app_has_one_that_is_awaited() -> None:
    import inspect

    from pytest_steppay import StepPay

    verbs = [name for name, one in vars(StepPay).items() if name[0] != "_" and inspect.isfunction(one)]
    running = {name for name in verbs if {"receiver", "to"} & set(inspect.signature(getattr(StepPay, name)).parameters)}
    assert {name for name in running if not name.endswith("_async")} == {
        "assert_order_independent", "check_receiver", "deliver", "explore"
    }  # fmt: skip
    for name in running:
        assert f"{name.removesuffix('_async')}_async" in running
        assert inspect.iscoroutinefunction(getattr(StepPay, name)) == name.endswith("_async")
