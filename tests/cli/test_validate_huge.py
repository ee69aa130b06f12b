"""``validate`` costs as much as there is to check, and keeps no more than a payload of it in memory."""

import io
import json
from collections.abc import Iterator
from itertools import chain, islice, repeat
from typing import Any

import pytest

from steppay_mock import make_event, make_events
from steppay_mock.cli.read import documents, json_places, window
from steppay_mock.cli.read.documents import iter_documents
from steppay_mock.cli.read.json_text import Document

BODY = make_event("order.created", seed=7, body="compact").body
PRETTY = json.dumps(json.loads(BODY), indent=2).encode()
BROKEN = b'{"timestamp": 1, '
MOST = 20_000


class Endless(io.RawIOBase):
    """A file that goes on for ever, and counts what was read of it."""

    def __init__(self, first: bytes, then: bytes) -> None:
        self.taken = 0
        self._parts: Iterator[bytes] = chain([first], repeat(then))
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            self._left = next(self._parts)
        part, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(part)] = part
        self.taken += len(part)
        return len(part)


@pytest.fixture(autouse=True)
def _little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST", MOST)
    monkeypatch.setattr(window, "_CHUNK", 1_000)


def begin(endless: Endless, count: int) -> list[Document]:
    return list(islice(iter_documents(io.BufferedReader(endless), name="huge"), count))


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (BROKEN + b"\n", BODY + b"\n"),
        (BODY + b"\n", BODY + b"\n"),
        (b"[" + BODY, b",\n" + BODY),
        (b"[\n" + PRETTY, b",\n" + PRETTY),
        (b"", PRETTY + b"\n"),
    ],
    ids=["first line broken", "lines", "array on one line", "pretty array", "one after another"],
)
def test_payloads_are_read_as_they_are_asked_for(first: bytes, then: bytes) -> None:
    endless = Endless(first, then)
    found = begin(endless, 30)
    assert len(found) == 30
    assert sum(document.payload is None for document in found) == first.startswith(BROKEN)
    assert all(document.payload == json.loads(BODY) for document in found[1:])
    assert endless.taken < 30 * len(then) + 3 * MOST


@pytest.mark.parametrize(
    ("first", "then", "kind"),
    [
        (b'{"timestamp": "', b"x" * 1_000, "too-long"),
        (b"", b"[" * 1_000, "syntax"),
        (b'[{"data": [', b"0, " * 1_000, "too-long"),
        (b"", b"\0" * 1_000, "syntax"),
        (b'{"data": nonsense, "more": "', b"x" * 1_000, "syntax"),
        (b"[1, \xff", b"x" * 1_000, "encoding"),
    ],
    ids=["text without end", "depth without end", "array without end", "no text", "broken at once", "no UTF-8"],
)
def test_a_first_line_without_end_is_a_violation(first: bytes, then: bytes, kind: str) -> None:
    endless = Endless(first, then)
    last = begin(endless, 3)[-1]
    assert [(fault.kind, fault.line) for fault in last.violations] == [(kind, 1)]
    assert endless.taken < 4 * MOST


def test_a_line_that_is_too_long_is_told_and_the_next_one_checked(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST", 1_000_000)
    done = run("validate", "-", stdin=b"\n".join([BODY, b'{"data": "' + b"x" * 3_000_000 + b'"}', BODY, BROKEN]))
    assert done.code == 1
    assert done.out.startswith(
        "line 2: $\n"
        "  expected: a payload of at most 1 MB\n"
        "  sent:     one that is longer, or has no end\n"
        "  next:     end it, or write each payload on a line of its own\n"
        "line 4: $\n"
    )
    assert done.err == "4 payloads, 2 violations\n"


def _told(content: bytes) -> list[tuple[Any, ...]]:
    found = iter_documents(io.BytesIO(content), name="x")
    return [(one.line, one.payload, [(fault.kind, fault.sent) for fault in one.violations]) for one in found]


@pytest.mark.parametrize("between", [b",\n", b" ,", b", \n\n "])
@pytest.mark.parametrize("last", [b"]", b", 5]", b', {"a": Infinity}]', b"\n]\n"])
def test_an_array_that_is_read_in_pieces_says_what_a_small_one_says(
    between: bytes, last: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b"\n[" + between.join(event.body for event in make_events(seed=7)) + last
    assert len(content) > MOST / 2
    monkeypatch.setattr(documents, "MOST", 10_000)
    in_pieces = _told(content)
    monkeypatch.setattr(documents, "MOST", 10_000_000)
    assert in_pieces == _told(content)


@pytest.mark.parametrize(
    ("last", "sent"),
    [
        (b"", "line 3, column 1: Expecting ',' delimiter, at the end of it"),
        (b"] x", "line 3, column 3: Extra data, before 'x'"),
        (b", ]", "line 3, column 3: Expecting value, before ']'"),
        (b" {}]", "line 3, column 2: Expecting ',' delimiter, before '{}]'"),
        (b", {'a': 1}]", "line 3, column 4: Expecting property name enclosed in double quotes, before \"'a': 1}]\""),
    ],
)
def test_what_breaks_a_long_array_is_told_where_it_stands(last: bytes, sent: str) -> None:
    found = _told(b"[" + b",".join([BODY] * 40) + b",\n" + BODY + b"\n" + last)
    assert [told[2] for told in found] == [[]] * 41 + [[("syntax", sent)]]


def test_the_text_is_read_once_for_all_violations_of_a_payload(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def counted(text: str) -> Iterator[json_places.JsonPlace]:
        read.append(len(text))
        return iterate(text)

    iterate = json_places.iter_places
    monkeypatch.setattr(json_places, "iter_places", counted)
    monkeypatch.setattr(documents, "MOST", 10_000_000)
    payload = {**json.loads(BODY), "data": {"items": [{}] * 200}}
    done = run("validate", "-", stdin=json.dumps(payload).encode())
    assert done.code == 1
    assert "1 payload, 20" in done.err
    assert len(read) == 1


def test_integers_of_any_length_are_integers(run: Any) -> None:
    text = BODY.replace(b'"timestamp":', b'"timestamp":' + b"9" * 5_000)
    done = run("validate", "--json", "-", stdin=text)
    (violation,) = done.json["violations"]
    assert (violation["kind"], violation["path"]) == ("range", "$.timestamp")
    assert violation["sent"] == "9" * 79 + "… (integer)"
