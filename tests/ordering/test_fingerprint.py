from __future__ import annotations

from typing import Any

import pytest

from steppay_mock.ordering.state.states import fingerprint


def test_it_is_small_however_large_a_state_is() -> None:
    printed = fingerprint({"rows": ["x" * 1_000] * 1_000}, None)
    assert printed is not None
    assert len(printed) == 16


@pytest.mark.parametrize("other", [{"a": 2}, {"a": 1.5}, {"b": 1}, [{"a": 1}], {"a": [1]}])
def test_other_data_has_another(other: Any) -> None:
    assert fingerprint({"a": 1}) == fingerprint({"a": 1})
    assert fingerprint(other) != fingerprint({"a": 1})


def test_what_is_not_plain_has_none() -> None:
    assert fingerprint(object()) is None
    assert fingerprint(iter([])) is None
