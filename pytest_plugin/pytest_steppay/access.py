"""What gets through the access control in front of the target, as the ini file says it with variables for secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.address.access_headers import read_headers
from steppay_mock.delivery.config.variables import fill
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    import pytest

    from steppay_mock.delivery.address.access import AccessOptions

_FILES = ("ca_file", "client_cert", "client_key")


def access_of(config: pytest.Config) -> AccessOptions:
    """The options of ``deliver`` that the ini file has for the target; a SteppayMockError names a wrong key."""
    found: dict[str, Any] = {}
    for name in (*_FILES, "basic_auth", "proxy"):
        if text := config.getini(f"steppay_{name}"):
            found[name] = fill(text, where=f"steppay_{name}")
    for name in _FILES:
        if name in found:
            found[name] = config.rootpath / found[name]
    if "basic_auth" in found:
        user, colon, password = found.pop("basic_auth").partition(":")
        if not colon:
            raise SteppayMockError(
                "steppay_basic_auth: a user and a password have a colon between them. Write ${USER}:${PASSWORD}."
            )
        found["auth"] = (user, password)
    headers = _headers(config.getini("steppay_headers"))
    if headers:
        found["headers"] = read_headers(headers)
    return found  # type: ignore[return-value]


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = fill(line, where="steppay_headers").partition(":")
        if not colon:
            raise SteppayMockError("steppay_headers: a line is NAME: ${VALUE}, and one has no colon. Add the value.")
        if name.strip().lower() in headers:
            raise SteppayMockError(f"steppay_headers: {name.strip()} is there twice. Leave one of them out.")
        headers[name.strip().lower()] = value.strip()
    return headers
