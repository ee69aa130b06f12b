"""What is secret in a URL is masked where the URL is shown."""

from __future__ import annotations

import pytest

from steppay_mock.wire.shown_url import is_secret_name, secrets_in, shown_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://localhost:8000/hook", "http://localhost:8000/hook"),
        ("http://localhost/hook?page=2&sort=key", "http://localhost/hook?page=2&sort=key"),
        ("http://localhost/hook?token=abc", "http://localhost/hook?token=********"),
        ("http://localhost/hook?a=1&api_key=x%20y&b=2", "http://localhost/hook?a=1&api_key=********&b=2"),
        ("/hook?accessToken=abc;sig=d", "/hook?accessToken=********;sig=********"),
        ("http://h/?%74oken=abc", "http://h/?%74oken=********"),
        ("http://h/?token=", "http://h/?token="),
        ("http://h/?token=a=b=c#there", "http://h/?token=********#there"),
        ("http://kim:pass@h/x", "http://********@h/x"),
        ("https://kim:p@ss@h:1/x?y=1", "https://********@h:1/x?y=1"),
        ("http://h/a@b", "http://h/a@b"),
        ("no url at all", "no url at all"),
        ("", ""),
    ],
)
def test_secrets_are_masked_and_nothing_else(url: str, shown: str) -> None:
    assert shown_url(url) == shown


@pytest.mark.parametrize(
    "name", ["token", "key", "secret", "access_token", "password", "sig", "X-Api-Key", "webhookSecret", "SIGNATURE"]
)
def test_names_of_secrets_are_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["page", "design", "author", "order", "passenger", "monkeys", ""])
def test_other_names_are_not_taken_for_secrets(name: str) -> None:
    assert not is_secret_name(name)


def test_the_secrets_of_a_query_are_given_as_written_and_decoded() -> None:
    assert secrets_in("/hook?a=1&token=x%20y&key=plain") == ("x%20y", "x y", "plain")
    assert secrets_in("/hook") == ()
