"""``validate`` takes any bytes: it ends with an exit code and never fails by itself."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from steppay_mock import SteppayMockError, make_event
from steppay_mock.cli.read.documents import iter_documents
from steppay_mock.contract import validate

BODY = make_event("order.created", seed=7).body
PRETTY = json.dumps(json.loads(BODY), indent=2).encode()

JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["timestamp", "version", "event", "data", "isTest", "x"]) | st.text(), inner)
    ),
    max_leaves=15,
).map(lambda value: json.dumps(value).encode())


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A payload, or some lines of them, with some bytes replaced by others."""
    whole = draw(st.sampled_from([BODY, PRETTY, BODY + b"\n" + BODY, b"[" + BODY + b"]", PRETTY + b"\n" + PRETTY]))
    at, length = draw(st.integers(0, len(whole))), draw(st.integers(0, 40))
    return whole[:at] + draw(st.binary(max_size=10) | JSONISH) + whole[at + length :]


@given(st.binary() | JSONISH | damaged() | st.lists(JSONISH | damaged(), max_size=4).map(b"\n".join))
@example(b"\xff\xfe{\x00}\x00")
@example(b'{"a": 1e999, "event": "order.created", "timestamp": 1E400}')
@example(b'{"timestamp": ' + b"9" * 5000 + b"}")
@example(b'{"\\ud800": "\\udfff", "event": "\\ud800"}')
@example(b"\x00")
@example(b'{"event": {}}\n{"event": []}')
@example(b"[" * 900 + b"]" * 900)
@example(b'{"data":' * 900 + b"1" + b"}" * 900)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_end_with_an_exit_code(run: Any, content: bytes) -> None:
    for mode in ([], ["--json", "--strict"]):
        done = run("validate", *mode, "-", stdin=content)
        assert done.code in {0, 1, 2}
        assert "itself failed" not in done.err
        assert (done.code == 0) == (", 0 violations" in done.err)
        assert done.code != 2 or done.err.startswith("Error: Standard input has no payload.")


@pytest.mark.parametrize("depth", [100, 500, 900, 930, 950, 1_000, 5_000])
def test_depth_is_refused_or_checked_but_never_an_accident(depth: int, run: Any) -> None:
    nested = b'{"timestamp":1,"version":"v1","event":"order.created","data":' + b'{"a":' * depth + b"1" + b"}" * depth
    for mode in ([], ["--strict"]):
        done = run("validate", *mode, "-", stdin=nested + b"}")
        assert done.code == 1
        assert done.err.startswith("1 payload, ")


def test_what_exhausts_the_validator_is_a_violation(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_arguments: object, **_options: object) -> Iterator[None]:
        raise RecursionError
        yield

    monkeypatch.setattr(validate, "iter_errors", exhausted)
    done = run("validate", "-", stdin=BODY)
    assert done.code == 1
    assert "sent:     lists or objects nested so deeply that a parser gives up" in done.out


def test_a_source_that_breaks_off_is_told() -> None:
    class Broken(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, _buffer: Any) -> int:
            raise OSError(5, "Input/output error")

    with pytest.raises(SteppayMockError, match=r"^x.json: Input/output error\. Give a file that can be read"):
        list(iter_documents(io.BufferedReader(Broken()), name="x.json"))
