"""A sender to Lambda functions: each URL is that of a runtime that emulates Lambda."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.address import DEFAULT_PATH
from steppay_mock.delivery.sender.sender import Sender

if TYPE_CHECKING:
    from steppay_mock.delivery.aws.call import Kind
    from steppay_mock.delivery.endpoint import Endpoint


class LambdaSender(Sender):
    """Delivers to Lambda functions as :class:`Sender` does to URLs.

    ``kind`` is the gateway that calls the functions, ``path`` the path in its events. A journal has both, so any sender
    can resume its runs.
    """

    def __init__(self, to: Iterable[Endpoint], *, kind: Kind, path: str | None = None, **options: Any) -> None:
        super().__init__(to, **options)
        self._gateway = {"kind": kind, "path": path or DEFAULT_PATH}
