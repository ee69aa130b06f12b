"""How is a word read that says when a delivery is tried again?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.options.parameter_types import ParameterType
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Policy = str | tuple[float, ...]
"""The name of a policy, or seconds between attempts."""

_DELAYS = re.compile(r"\d+(\.\d+)?(,\d+(\.\d+)?)*")


class RetryPolicyType(ParameterType):
    """A policy's name, or delays in seconds with commas between."""

    name = "retries"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Policy:
        """The name, or the delays."""
        from steppay_mock.delivery.retries import read_retry_policy

        if isinstance(value, str) and _DELAYS.fullmatch(value):
            return tuple(map(float, value.split(",")))
        try:
            read_retry_policy(value, delays="delays in seconds such as 5,60")
        except SteppayMockError as error:
            self.fail(str(error), param, ctx)
        given: Policy = value
        return given

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """Every policy that begins so."""
        from click.shell_completion import CompletionItem

        from steppay_mock.delivery.retries import PRESETS

        return [CompletionItem(name) for name in PRESETS if name.startswith(incomplete)]
