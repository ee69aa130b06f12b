"""A socket that pytest-socket forbids is told with the option that allows it; any other error stays what it is."""

from __future__ import annotations

import pytest

from steppay_mock import SteppayMockError
from steppay_mock.wire.own_sockets import is_forbidden, own_socket


def forbid() -> None:
    """Raise as pytest-socket does: from a function of its module."""
    exec("raise RuntimeError('no sockets')", {"__name__": "pytest_socket.plugin"})


def test_a_forbidden_socket_says_which_option_allows_it() -> None:
    with pytest.raises(SteppayMockError) as failed, own_socket("reach the receiver", allow="--allow-hosts=h"):
        forbid()
    assert str(failed.value) == (
        "pytest-socket forbids the socket that is needed to reach the receiver. Allow it: run pytest with "
        "--allow-hosts=h, or mark the test with @pytest.mark.enable_socket"
    )
    assert isinstance(failed.value.__cause__, RuntimeError)
    assert is_forbidden(failed.value.__cause__)


def test_another_error_stays_what_it_is() -> None:
    with pytest.raises(ValueError, match="other") as failed, own_socket("x", allow="y"):
        raise ValueError("other")
    assert not is_forbidden(failed.value)
    with own_socket("x", allow="y"):
        pass
