"""The face: names, what is promised of every fault, the same bytes each time, no secret to be seen."""

from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
from dataclasses import FrozenInstanceError, asdict, replace
from typing import Any

import pytest
from delivery.wiretap import BODY, MOMENT, SECRET, draft, endpoint_of
from hypothesis import given, settings
from hypothesis import strategies as st

from steppay_mock import SteppayMockError, make_event
from steppay_mock.delivery.faults import FAULTS, Fault, RequestDraft, find_fault, make_draft
from steppay_mock.delivery.faults.json_forms import escaped, padded, reordered, spaced
from steppay_mock.delivery.http.raw.send import render
from steppay_mock.delivery.request import Writing, refuse_socket_only

ENDPOINT = endpoint_of("http://localhost:8000")
EVERY = pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: fault.name)


@EVERY
def test_a_fault_is_described_for_people_and_programs(fault: Fault) -> None:
    assert find_fault(fault.name) is fault
    assert re.fullmatch(r"[a-z0-9]+([-.][a-z0-9]+)*", fault.name)
    for text in (fault.description, fault.reason):
        assert text.endswith(".")
        assert "|" not in text
    assert fault.needs_secret == (fault.family == "signature")
    assert fault.answered or fault.needs_socket


def test_the_families_come_one_after_the_other() -> None:
    families = [fault.family for fault in FAULTS.values()]
    assert families == sorted(families, key=["signature", "header", "body", "connection"].index)
    assert len(FAULTS) == 40


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("wrong-secrt", " Did you mean 'wrong-secret'?"),
        ("Chunked", " Did you mean 'chunked'?"),
        ("zzzzzz", ""),
        (None, ""),
        (7, ""),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(name: Any, near: str) -> None:
    with pytest.raises(SteppayMockError) as caught:
        find_fault(name)
    assert str(caught.value) == (f"Unknown fault {str(name)!r}.{near} `steppay-mock faults` lists them.")


@EVERY
def test_the_same_draft_gives_the_same_bytes(fault: Fault) -> None:
    first, second = fault.apply(draft()), fault.apply(draft())
    assert first == second
    assert list(render(first, ENDPOINT)) == list(render(second, ENDPOINT))
    assert first.fault == fault.name


@EVERY
def test_a_fault_leaves_the_draft_as_it_is_and_changes_something(fault: Fault) -> None:
    drafted = draft()
    faulty = fault.apply(drafted)
    assert drafted == draft()
    assert (faulty.body, faulty.headers, faulty.writing) != (drafted.body, drafted.headers, Writing())
    assert faulty.needs_socket == fault.needs_socket


@EVERY
def test_only_a_fault_that_needs_a_socket_is_refused_in_process(fault: Fault) -> None:
    faulty = fault.apply(draft())
    if not fault.needs_socket:
        refuse_socket_only(faulty)
        return
    with pytest.raises(SteppayMockError) as caught:
        refuse_socket_only(faulty)
    assert str(caught.value) == (
        f"The fault {fault.name!r} shows only on a socket, and neither an app in process nor a function of AWS "
        "Lambda has one. Serve the app, or what lambda_app() gives, and deliver to its URL."
    )


@EVERY
def test_without_a_secret_only_the_signature_cannot_be_wrong(fault: Fault) -> None:
    unsigned = make_draft(BODY, timestamp=MOMENT, trace_seed=7)
    if not fault.needs_secret:
        assert "steppay-signature" not in dict(fault.apply(unsigned).headers)
        return
    with pytest.raises(SteppayMockError) as caught:
        fault.apply(unsigned)
    assert str(caught.value) == (
        f"The fault {fault.name!r} is one of the signature, and this delivery is not signed. Pass secret="
    )


@EVERY
def test_no_secret_is_in_anything_that_is_shown(fault: Fault) -> None:
    drafted = draft()
    faulty = fault.apply(drafted)
    shown = f"{drafted!r} {drafted} {faulty!r} {asdict(faulty)} {fault!r} {asdict(drafted)}"
    assert SECRET not in shown
    assert b"somebody else" not in b"".join(piece for piece in render(faulty, ENDPOINT) if isinstance(piece, bytes))


def test_a_secret_given_as_text_is_hidden_all_the_same() -> None:
    assert SECRET not in repr(RequestDraft(BODY, (), SECRET, MOMENT))  # type: ignore[arg-type]


def test_drafts_and_faulty_requests_are_values() -> None:
    faulty = FAULTS["chunked"].apply(draft())
    assert pickle.loads(pickle.dumps(faulty)) == faulty
    assert len({faulty, FAULTS["chunked"].apply(draft())}) == 1
    for thing, name in ((draft(), "body"), (faulty, "writing"), (faulty.writing, "drip"), (FAULTS["chunked"], "name")):
        with pytest.raises(FrozenInstanceError):
            setattr(thing, name, None)


@pytest.mark.parametrize(
    ("headers", "timestamp", "message"),
    [
        ((("a b", "c"),), 0, "The header 'a b' cannot be sent: "),
        ((("a", "b\r\nc: d"),), 0, "The header 'a' cannot be sent: "),
        ((("a", "비밀"),), 0, "The header 'a' cannot be sent: "),
        ((), -1, "A draft is signed at a time in seconds since the epoch, 0 to 999999999999999, not -1. "),
        ((), 10**15, "A draft is signed at a time in seconds since the epoch"),
    ],
)
def test_a_draft_that_cannot_be_sent_is_misuse(
    headers: tuple[tuple[str, str], ...], timestamp: int, message: str
) -> None:
    with pytest.raises(SteppayMockError) as caught:
        RequestDraft(BODY, headers, None, timestamp)
    assert str(caught.value).startswith(message)
    assert "비밀" not in str(caught.value)


@pytest.mark.parametrize("secret", ["", [], [b"x"], ["whsec_test", ""]])
def test_a_secret_that_is_none_is_misuse(secret: Any) -> None:
    with pytest.raises(SteppayMockError) as caught:
        make_draft(BODY, secret=secret)
    assert "whsec_test" not in str(caught.value)


@pytest.mark.parametrize("wrong", [{"pieces": 0}, {"drip": -1}, {"drip": float("nan")}, {"truncate_to": -1}])
def test_a_wire_that_cannot_be_is_misuse(wrong: dict[str, Any]) -> None:
    with pytest.raises(SteppayMockError, match="Correct the Writing"):
        Writing(**wrong)


@pytest.mark.parametrize("door", ["deliver", "sender.sender"])
def test_a_delivery_without_a_fault_loads_no_fault(door: str) -> None:
    script = f"import sys, steppay_mock.delivery.{door}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "steppay_mock.delivery.faults" not in done.stdout.split()


def test_listing_the_faults_loads_no_client() -> None:
    script = "import sys, steppay_mock.delivery.faults; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {"http.client", "ssl", "urllib3", "asyncio", "werkzeug", "jsonschema"}


NAMES = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ-", min_size=1, max_size=20)
VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF).filter(lambda c: not 0x7F <= ord(c) < 0xA0))
FRAMING = st.sampled_from(["Content-Length", "transfer-encoding", "Steppay-Signature", "content-type", "host"])
HEADERS = st.lists(st.tuples(NAMES | FRAMING, VALUES), max_size=8).map(tuple)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
BODIES = st.binary(max_size=300) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass"))
WIRES = st.builds(
    Writing,
    http_version=st.sampled_from(["1.1", "1.0"]),
    framing=st.sampled_from(["length", "chunked", "none"]),
    names=st.sampled_from(["lower", "title"]),
    truncate_to=st.none() | st.integers(0, 400),
    pieces=st.integers(1, 500),
    drip=st.just(0.0) | st.floats(0, 1e9),
)


@settings(max_examples=60, deadline=None)
@given(
    body=BODIES | JSON.map(lambda value: json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")),
    headers=HEADERS,
    secrets=st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=9), min_size=1, max_size=3),
    timestamp=st.integers(0, 10**15 - 1),
    writing=WIRES,
)
def test_every_fault_of_every_draft_can_be_written(
    body: bytes, headers: tuple[tuple[str, str], ...], secrets: Any, timestamp: int, writing: Writing
) -> None:
    drafted = RequestDraft(body, headers, secrets, timestamp)
    for fault in FAULTS.values():
        if fault.name == "body-large":
            continue  # 5 MB sixty times over prove nothing more; `padded` has its own test below
        faulty = fault.apply(drafted)
        for written in (faulty, replace(faulty, writing=writing)):
            assert written.writing is not None
            pieces = [piece for piece in render(written, ENDPOINT) if isinstance(piece, bytes)]
            head, *rest = pieces
            assert head.endswith(b"\r\n\r\n")
            assert head.count(b"\r\n\r\n") == 1
            assert b"" not in rest
            if written.writing.framing != "chunked":
                assert b"".join(rest) == faulty.body[: written.writing.truncate_to]


@given(JSON.map(lambda value: json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")))
def test_another_form_is_the_same_json_in_other_bytes(body: bytes) -> None:
    def parsed(text: bytes) -> str:
        return json.dumps(json.loads(text.decode("utf-8", "surrogatepass")), sort_keys=True)

    assert parsed(spaced(body)) == parsed(escaped(body)) == parsed(reordered(body)) == parsed(body)
    assert spaced(body) != body
    if isinstance(json.loads(body.decode("utf-8", "surrogatepass")), dict):
        large = json.loads(padded(body, 5000).decode("utf-8", "surrogatepass"))
        large.pop("padding", None)
        assert json.dumps(large, sort_keys=True) == parsed(body) or "padding" in body.decode("utf-8", "replace")


@pytest.mark.parametrize("body", [b"", b"[1]", b"{}", b' {"a": 1} \n', b"\xff", b"{", b'{"a":"}"}'])
def test_a_padded_body_has_its_length(body: bytes) -> None:
    assert len(padded(body, 100)) == 100
    assert padded(body, 3).strip() == body.strip()


def test_a_reordered_event_is_the_last_member_first() -> None:
    body = make_event("payment.completed", seed=7).body
    assert list(json.loads(reordered(body))) == list(reversed(json.loads(body)))
    assert json.loads(reordered(body)) == json.loads(body)
    assert (
        reordered(b'{ "a": [1, {"b": 2, "c": 3}], "d,": "e,\\"," }')
        == b'{ "d,": "e,\\",", "a": [1, {"b": 2, "c": 3}] }'
    )
