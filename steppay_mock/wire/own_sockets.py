"""Reports a socket of this toolkit that pytest-socket forbids: such an error says nothing about the receiver."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from steppay_mock.errors import SteppayMockError, raised_by

_FORBIDS = "pytest_socket"
THIS_MACHINE = "127.0.0.1,::1,localhost"
"""The hosts to allow for servers on this machine, as pytest-socket takes them."""


@contextmanager
def own_socket(what_for: str, *, allow: str) -> Iterator[None]:
    """Turn an error of pytest-socket within the block into a SteppayMockError. ``allow`` is the option to run with."""
    try:
        yield
    except Exception as error:
        if is_forbidden(error):
            raise forbidden(what_for, allow=allow) from error
        raise


def is_forbidden(error: BaseException) -> bool:
    """Whether pytest-socket raised it. Its type differs: with ``-W error`` the tool's warning is raised."""
    return raised_by(error) == _FORBIDS


def forbidden(what_for: str, *, allow: str) -> SteppayMockError:
    """The error that says which option allows the socket."""
    return SteppayMockError(
        f"pytest-socket forbids the socket that is needed to {what_for}. Allow it: run pytest with {allow}, or "
        "mark the test with @pytest.mark.enable_socket"
    )
