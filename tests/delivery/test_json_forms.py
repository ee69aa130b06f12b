"""Other bytes for the same JSON: what is parsed stays, whatever the body holds; and which answer meets a fault."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steppay_mock import SteppayMockError
from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.faults.draft import LATEST, RequestDraft, make_draft, other_secrets, with_header
from steppay_mock.delivery.faults.fault import Fault
from steppay_mock.delivery.faults.json_forms import escaped, gzipped, in_lines, padded, reordered, spaced
from steppay_mock.delivery.request import Request

TEXTS = st.text(alphabet='a"\\,:{}[] \n한😀', max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(TEXTS, VALUES, max_size=4)
LAYOUTS = st.sampled_from([{"separators": (",", ":")}, {}, {"indent": 1}, {"ensure_ascii": False}])


def written(value: Any, layout: dict[str, Any]) -> bytes:
    return json.dumps(value, **layout).encode()


def pairs(body: bytes) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = json.loads(body, object_pairs_hook=list)
    return found


@settings(max_examples=40)
@given(VALUES, LAYOUTS)
def test_spaces_lines_and_escapes_change_no_value(value: Any, layout: dict[str, Any]) -> None:
    body = written(value, layout)
    for form in (spaced, in_lines, escaped):
        assert json.loads(form(body)) == value
    assert spaced(body) != body
    assert spaced(body).endswith(b"\n")
    assert in_lines(body).endswith(b"\r\n") or b"\n" in body
    assert in_lines(body).replace(b"\r\n", b"").count(b"\n") == 0
    assert escaped(body).isascii()
    assert gzip.decompress(gzipped(body)) == body


def test_each_form_in_full() -> None:
    body = '{"a":1,"b":"x,\\":y","c":[1,{"d":2}],"e":"한"}'.encode()
    assert spaced(body) == '{"a": 1, "b": "x,\\":y", "c": [1, {"d": 2}], "e": "한"}\n'.encode()
    assert in_lines(body) == '{"a":1,\r\n"b":"x,\\":y",\r\n"c":[1,\r\n{"d":2}],\r\n"e":"한"}\r\n'.encode()
    assert in_lines(b'{\n "a": 1\r\n}') == b'{\r\n "a": 1\r\n}'
    assert escaped(body) == b'{"a":1,"b":"x,\\":y","c":[1,{"d":2}],"e":"\\ud55c"}'
    assert escaped("\x7f\x80😀".encode()) == b"\x7f\\u0080\\ud83d\\ude00"
    assert escaped(b'{"a":"\xff\xed"}') == b'{"a":"\xff\xed"}'
    assert (
        reordered(b'{ "a":1,\n  "b" : [2,3] , "c":{"d":4,"e":5} }') == b'{ "c":{"d":4,"e":5},\n  "b" : [2,3] , "a":1 }'
    )
    for body in (b"[1,2]", b"", b"{", b"1", b'"{a}"'):
        assert reordered(body) == body


@settings(max_examples=40)
@given(OBJECTS, LAYOUTS)
def test_members_come_in_reverse_and_are_the_same(value: dict[str, Any], layout: dict[str, Any]) -> None:
    body = written(value, layout)
    turned = reordered(b" " + body + b"\n")
    assert pairs(turned) == pairs(body)[::-1]
    assert sorted(turned) == sorted(body)
    assert reordered(turned) == body


@settings(max_examples=40)
@given(OBJECTS, LAYOUTS, st.integers(0, 60))
def test_padding_makes_the_length_and_one_more_member(value: dict[str, Any], layout: dict[str, Any], more: int) -> None:
    body = written(value, layout)
    field = len(b',"padding":""') - (not value)
    long = padded(body, len(body) + more)
    assert len(long) == len(body) + more
    found = json.loads(long)
    if more >= field:
        assert found.pop("padding") == "x" * (more - field)
    assert found == value
    assert padded(b"[1]", 5) == b"[1]  "
    assert padded(b"[1]", 2) == b"[1]"
    assert len(padded(b"{ }", 20)) == 20


# Which answer meets a fault.


def fault(**options: Any) -> Fault:
    def make(draft: RequestDraft) -> Request:
        return Request(draft.body, draft.headers)

    return Fault(
        **{
            "name": "one",
            "family": "body",
            "expects": "either",
            "description": "",
            "reason": "",
            "make": make,
            **options,
        }
    )


@pytest.mark.parametrize("family", ["header", "body", "connection"])
@pytest.mark.parametrize("expects", ["accepted", "refused", "either"])
def test_2xx_accepts_4xx_refuses_and_all_else_is_wrong(family: Any, expects: Any) -> None:
    one = fault(family=family, expects=expects)
    for status in range(100, 600):
        right = (status // 100 == 2 and expects != "refused") or (status // 100 == 4 and expects != "accepted")
        assert one.met_by(Answer(status)) == right
        assert not one.met_by(Answer(status, error="cut off"))
    closed = Answer(None, error="closed", failure=Failure.BROKEN)
    assert one.met_by(closed) == (family == "connection" and expects != "accepted")
    for code in Failure:
        if code is not Failure.BROKEN:
            assert not one.met_by(Answer(None, error="x", failure=code))
        unanswered = fault(family=family, expects=expects, answered=False)
        assert unanswered.met_by(Answer(None, failure=code)) == (code is Failure.ON_PURPOSE)
    assert not fault(answered=False).met_by(Answer(204))


def test_a_fault_of_the_signature_needs_one_and_names_itself_in_the_request() -> None:
    signature = fault(family="signature")
    assert signature.apply(make_draft(b"{}", secret="s", timestamp=5)).fault == "one"
    with pytest.raises(SteppayMockError, match="The fault 'one' is one of the signature, and this delivery is not"):
        signature.apply(make_draft(b"{}", timestamp=5))
    assert fault().apply(make_draft(b"{}", timestamp=5)).fault == "one"


def test_a_draft_is_of_a_time_that_receivers_read() -> None:
    for moment in (0, LATEST):
        assert RequestDraft(b"", (), None, moment).timestamp == moment
    for moment in (-1, LATEST + 1):
        with pytest.raises(SteppayMockError, match=f"not {moment}. Pass int"):
            RequestDraft(b"", (), None, moment)
    for header in (("a b", "c"), ("", "c"), ("a", "b\n"), ("a", "b\x00"), ("a", "한")):
        with pytest.raises(SteppayMockError, match="cannot be sent: a name is letters, digits and -"):
            RequestDraft(b"", (header,), None, 0)
    assert RequestDraft(b"", (("a!#", "\t\xff"),), "s", 0).signers == ("s",)  # type: ignore[arg-type]
    assert RequestDraft(b"", (), None, 0).signers == ()


def test_a_header_keeps_its_place_and_others_of_its_name_go() -> None:
    headers = (("a", "1"), ("B", "2"), ("c", "3"), ("b", "4"), ("d", "5"))
    assert with_header(headers, "b", "x", "y") == (("a", "1"), ("b", "x"), ("b", "y"), ("c", "3"), ("d", "5"))
    assert with_header(headers, "b") == (("a", "1"), ("c", "3"), ("d", "5"))
    assert with_header(headers, "e", "x") == (*headers, ("e", "x"))


def test_the_secrets_of_somebody_else_are_none_of_the_drafts() -> None:
    taken = "the secret of somebody else, number 2"
    found = other_secrets(make_draft(b"{}", secret=["s", taken], timestamp=5), 3)
    assert found == [f"the secret of somebody else, number {number}" for number in (1, 3, 4)]
    assert other_secrets(make_draft(b"{}", timestamp=5), 0) == []
