"""Tells when a tool such as pytest-socket forbids a socket of ours: that says nothing about the receiver."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from steppay_mock.errors import SteppayMockError, raised_by

_FORBIDS = "pytest_socket"
THIS_MACHINE = "127.0.0.1,::1,localhost"
"""The hosts that have to be allowed for servers on this machine."""


@contextmanager
def own_socket(what_for: str, *, allow: str) -> Iterator[None]:
    """Within it, a socket that pytest-socket forbids is a SteppayMockError. ``allow`` is the option that allows it."""
    try:
        yield
    except Exception as error:
        if is_forbidden(error):
            raise forbidden(what_for, allow=allow) from error
        raise


def is_forbidden(error: BaseException) -> bool:
    """Whether pytest-socket raised it: what is raised differs, for with -W error its warning is."""
    return raised_by(error) == _FORBIDS


def forbidden(what_for: str, *, allow: str) -> SteppayMockError:
    """The error that says which option allows the socket."""
    return SteppayMockError(
        f"pytest-socket forbids the socket that is needed to {what_for}. Allow it: run pytest with {allow}, or "
        "mark the test with @pytest.mark.enable_socket"
    )
