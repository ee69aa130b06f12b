"""Secrets that are written in the code of a handler are in no report."""

from __future__ import annotations

import pytest

from steppay_mock.mutation.code_secrets import secrets_in
from steppay_mock.mutation.fate import MutantFate, MutationResult, TriedMutant
from steppay_mock.mutation.mutants import mutants_of
from steppay_mock.mutation.result_text import result_text
from steppay_mock.wire.redact import Redaction

CODE = """\
SECRET = os.environ.get("NAME", "default_secret")
api_token: str = "a_token"
colour = "green"


def receive(header, body):
    verify(header, body, "in_a_call")
    hmac.new("in_bytes".encode(), body)
    hmac.new(b"as_bytes", body)
    verify(header, body, ["in_a_list", ("in_a_tuple".encode(), *{"in_a_set"})])
    verify(header, body, secrets={"v1": "in_a_dict"} if old else given or "by_default")
    check(header, body, secrets=["by_plural"])
    client = Client(steppay_secret="by_keyword", name="shop")
    if not verified(header, body, secret="by_keyword_too", kind="v2"):
        return "refused", 401
"""
FOUND = [
    "a_token",
    "as_bytes",
    "by_default",
    "by_keyword",
    "by_keyword_too",
    "by_plural",
    "default_secret",
    "in_a_call",
    "in_a_dict",
    "in_a_list",
    "in_a_set",
    "in_a_tuple",
    "in_bytes",
]


def test_they_are_found_by_what_they_are_given_to() -> None:
    assert secrets_in(CODE) == FOUND


def test_no_report_shows_them() -> None:
    tried = [TriedMutant(mutant=one, fate=MutantFate.SURVIVED) for one in mutants_of("shop.py", CODE)]
    result = MutationResult(
        tried=tried, possible=9, seed=7, files=["shop.py"], tests=1, all_tests=2, redaction=Redaction(secrets_in(CODE))
    )
    for text in (result_text(result), str(result.as_dict()), repr(result.redaction)):
        assert not [one for one in FOUND if one in text]
    assert '    -    verify(header, body, "********")' in result_text(result)
    assert '    -    verify(header, body, ["********", ("********".encode(), *{"********"})])' in result_text(result)


@pytest.mark.parametrize("code", ["secret = load()", "secret: str", "f('x')", "verify(header)"])
def test_what_is_no_text_is_none(code: str) -> None:
    assert secrets_in(code) == []
