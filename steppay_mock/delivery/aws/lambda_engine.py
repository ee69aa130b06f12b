"""The engine of a run to Lambda functions: threads that invoke each with the event of its gateway."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.aws.app import lambda_app
from steppay_mock.delivery.engine.threads import ThreadEngine
from steppay_mock.delivery.options.settings import resolve_options

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.aws.transport import LambdaTransport
    from steppay_mock.delivery.engine.engine import EngineSettings
    from steppay_mock.delivery.options.settings import SenderSettings


class LambdaEngine(ThreadEngine):
    """Threads, each invoking functions through transports of its own."""

    def __init__(self, settings: EngineSettings, *, gateway: Mapping[str, Any], options: SenderSettings) -> None:
        super().__init__(settings)
        self._options = options
        self._gateway = gateway

    def _transport(self, address: Address) -> LambdaTransport:
        settings = resolve_options(
            {
                "path": self._gateway["path"],
                "timeout": self._settings.timeout,
                "allow_hosts": self._options.allow_hosts,
                "clock": self._options.clock,
                **address.access.options,
            }
        )
        return lambda_app(address.url, kind=self._gateway["kind"]).transport(settings)
