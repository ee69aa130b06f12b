"""The Lambda receivers of the examples, in Python and in Node, behind each gateway that may call them."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from examples.conftest import RECEIVERS, SECRET

from steppay_mock import (
    EventType,
    deliver,
    explore,
    lambda_app,
    make_event,
    make_events,
    remote_reset,
    remote_state,
    scenario,
)
from steppay_mock.delivery.faults import FAULTS

if TYPE_CHECKING:
    from pathlib import Path

    from examples.conftest import Load

EVENTS = make_events(EventType, seed=7)
IN_PROCESS = [name for name, fault in FAULTS.items() if not fault.needs_socket]
GATEWAYS: list[dict[str, Any]] = [
    {"kind": "http-api"},
    {"kind": "http-api", "base64": True},
    {"kind": "function-url"},
    {"kind": "rest-api"},
    {"kind": "rest-api", "base64": True},
    {"kind": "rest-api", "edge": True},
    {"kind": "alb"},
    {"kind": "alb", "multi_value_headers": True},
]


@pytest.fixture
def handler(load: Load, tmp_path: Path) -> Any:
    return load("lambda_handler").create_handler(str(tmp_path / "receiver.sqlite3"), SECRET)


@pytest.fixture(scope="module")
def runtime() -> Iterator[str]:
    """The handler in Node, in the small runtime of the examples; its URL."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    command = [node, "lambda_runtime.mjs", "lambda_handler.mjs", "0"]
    variables = {**os.environ, "STEPPAY_WEBHOOK_SECRET": SECRET}
    with subprocess.Popen(command, cwd=RECEIVERS, env=variables, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.mark.parametrize("gateway", GATEWAYS, ids=lambda gateway: "-".join(map(str, gateway.values())))
def test_the_handler_in_python_takes_every_event_of_every_gateway(handler: Any, gateway: dict[str, Any]) -> None:
    app = lambda_app(handler, **gateway)
    deliver(EVENTS, to=app, secret=SECRET).assert_ok()
    assert deliver(EVENTS[0], to=app, secret="another")[0].status == 401


@pytest.mark.parametrize("name", IN_PROCESS)
def test_the_handler_in_python_does_right_with_faults(handler: Any, name: str) -> None:
    deliver(EVENTS[0], to=lambda_app(handler, kind="rest-api"), secret=SECRET, fault=name).assert_ok()


def test_what_lambda_calls_reads_its_settings_from_its_variables(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = load("lambda_handler")
    database = str(tmp_path / "receiver.sqlite3")
    monkeypatch.setattr(module, "_made", [])
    monkeypatch.setenv("STEPPAY_DATABASE", database)
    monkeypatch.setenv("STEPPAY_WEBHOOK_SECRET", SECRET)
    deliver(EVENTS, to=lambda_app(module.handler), secret=SECRET).assert_ok()
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM inbox").fetchone() == (len(EVENTS),)


@pytest.mark.node
@pytest.mark.parametrize("gateway", GATEWAYS, ids=lambda gateway: "-".join(map(str, gateway.values())))
def test_the_handler_in_node_takes_every_event_of_every_gateway(runtime: str, gateway: dict[str, Any]) -> None:
    app = lambda_app(runtime, **gateway)
    deliver(EVENTS, to=app, secret=SECRET).assert_ok()
    assert deliver(EVENTS[0], to=app, secret="another")[0].status == 401


@pytest.mark.node
@pytest.mark.parametrize("name", IN_PROCESS)
def test_the_handler_in_node_does_right_with_faults(runtime: str, name: str) -> None:
    deliver(EVENTS[0], to=lambda_app(runtime, kind="rest-api"), secret=SECRET, fault=name).assert_ok()


@pytest.mark.node
@pytest.mark.parametrize("kind", ["http-api", "rest-api", "alb"])
def test_the_handler_in_node_is_proved(runtime: str, kind: Any) -> None:
    found = explore(
        scenario("refund-in-full", seed=7),
        lambda_app(runtime, kind=kind),
        state=remote_state(f"{runtime}/test/state"),
        reset=remote_reset(f"{runtime}/test/reset"),
        secret=SECRET,
        seed=7,
        only_effective=True,  # it keeps no orders
    )
    found.assert_ok()
    assert found.verdict == "proved"


@pytest.mark.node
def test_an_error_in_node_is_told_with_what_may_be_wrong(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    file = tmp_path / "handler.mjs"
    file.write_text(
        "export const handler = async (event) => ({ statusCode: event.requestContext.elb.port ? 1 : 2 });",
        encoding="utf-8",
    )
    command = [node, str(RECEIVERS / "lambda_runtime.mjs"), str(file), "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            app = lambda_app(process.stdout.readline().strip())
            (outcome,) = deliver(make_event("order.created", seed=7), to=app)
        finally:
            process.kill()
    assert outcome.status == 500
    assert str(outcome.error).startswith("the app raised: TypeError: Cannot read properties of undefined")
    assert outcome.exception is not None
    assert re.search("at handler", outcome.exception.__notes__[0])
