"""What the ini file says of access control becomes options of a delivery, with its variables filled in."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_steppay.access import access_of
from steppay_mock import SteppayMockError


def found(**keys: Any) -> Any:
    keys.setdefault("headers", [])
    config: Any = SimpleNamespace(
        getini=lambda name: keys.get(name.removeprefix("steppay_")), rootpath=Path("/srv/shop")
    )
    return access_of(config)


def test_nothing_is_asked_for_unless_it_is_given() -> None:
    assert found() == {}
    assert found(ca_file="", basic_auth="", proxy="") == {}


def test_files_are_below_the_root_and_the_rest_is_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACE", "keys")
    assert found(ca_file="ca.pem", client_cert="${PLACE}/c.pem", client_key="/abs/k.pem", proxy="http://p:1") == {
        "ca_file": Path("/srv/shop/ca.pem"),
        "client_cert": Path("/srv/shop/keys/c.pem"),
        "client_key": Path("/abs/k.pem"),
        "proxy": "http://p:1",
    }


@pytest.mark.parametrize(
    ("text", "auth"), [("kim:pass", ("kim", "pass")), ("kim:a:b", ("kim", "a:b")), ("kim:", ("kim", ""))]
)
def test_a_user_and_a_password_are_parted_at_the_first_colon(text: str, auth: tuple[str, str]) -> None:
    assert found(basic_auth=text) == {"auth": auth}


def test_a_user_without_a_colon_is_refused() -> None:
    with pytest.raises(SteppayMockError, match="steppay_basic_auth: a user and a password have a colon between them"):
        found(basic_auth="kim")


def test_headers_are_read_in_lower_case_without_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VALUE", "a:b")
    assert dict(found(headers=["X-Access :  ${VALUE} ", "cookie: x"])["headers"]) == {"x-access": "a:b", "cookie": "x"}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["x-a"], "a line is NAME: ${VALUE}, and one has no colon. Add the value."),
        (["X-A: 1", "x-a : 2"], "steppay_headers: x-a is there twice. Leave one of them out."),
    ],
)
def test_headers_that_say_nothing_or_twice_are_refused(lines: list[str], message: str) -> None:
    with pytest.raises(SteppayMockError) as failed:
        found(headers=lines)
    assert message in str(failed.value)
