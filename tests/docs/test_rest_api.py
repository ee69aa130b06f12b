"""The page of the REST API names every endpoint, and what a test can do with it."""

from __future__ import annotations

import inspect
import re
from ast import literal_eval

from docs.pages import code_in, page, rows, section

from steppay_mock import StoreApi
from steppay_mock.rest.exchange import ApiCall
from steppay_mock.rest.routes import ROUTES
from steppay_mock.rest.writing.calls import WRITES

FOR_SERVERS_AND_CHECKS = {"answer", "misbehaving", "wake"}


def test_every_endpoint_has_its_row() -> None:
    named = [row[0].strip("`") for row in rows(section("rest-api", "What it answers")) if "GET /" in row[0]]
    assert named == [f"GET {endpoint.template}" for endpoint in ROUTES]


def test_every_call_that_writes_has_its_row() -> None:
    told = [
        [cell.strip("`") for cell in row] for row in rows(section("rest-api", "Calls that write")) if "/api/" in row[0]
    ]
    assert [[row[0], row[1].partition("`")[0]] for row in told] == [
        [f"{call.method} {call.template}", "" if call.body is None else call.body.name] for call in WRITES
    ]
    assert [int(row[2].split()[0]) for row in told] == [call.status for call in WRITES]


def test_everything_that_a_test_can_do_is_named() -> None:
    text = page("rest-api")
    methods = {name for name, _ in inspect.getmembers(StoreApi, inspect.isfunction) if not name.startswith("_")}
    assert {name for name in methods - FOR_SERVERS_AND_CHECKS if not re.search(rf"`?(api\.)?{name}[(`]", text)} == set()


def test_misbehaviour_is_told_with_its_defaults() -> None:
    told = [code_in(row[0])[0] for row in rows(section("rest-api", "Misbehaviour"))]
    assert len(told) == 6
    assert re.findall(r"\w+=[\d.]+", " ".join(told)) == ["events=3", "events=3", "status=500", "seconds=2.0"]
    for call in told:
        name, arguments = call.rstrip(")").split("(")
        parameters = inspect.signature(getattr(StoreApi, name)).parameters
        for argument, default in re.findall(r"(\w+)=([\d.]+)", arguments):
            assert parameters[argument].default == literal_eval(default)
        assert ("match" in parameters) == (name != "behave")
        assert ("times" in parameters) == (name in {"fail", "slow_down", "hold"})
    assert inspect.signature(StoreApi.hold).parameters["timeout"].default == 30


def test_the_options_of_an_api_have_their_rows_and_defaults() -> None:
    stated = {
        row[0].strip("`"): literal_eval(code_in(row[1])[0])
        for row in rows(section("rest-api", "Three ways to mount it"))
    }
    parameters = inspect.signature(StoreApi).parameters
    assert stated == {name: one.default for name, one in parameters.items() if name != "stores"}


def test_what_a_call_has_is_told() -> None:
    text = section("rest-api", "Who called")
    names = {*ApiCall.__dataclass_fields__, "known"}
    assert {name for name in names if f"call.{name}" not in text} == set()
