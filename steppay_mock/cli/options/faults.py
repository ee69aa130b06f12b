"""What goes wrong with deliveries on purpose, and how is it told? The option ``--fault``, and words about faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.options.parameter_types import ParameterType
from steppay_mock.cli.options.shared import Decorator
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from steppay_mock.delivery.faults import Fault

_VERDICTS = {"accepted": "takes it", "refused": "refuses it", "either": "takes or refuses it"}


class FaultName(ParameterType):
    """The name of a fault; completed by the shell with what goes wrong."""

    name = "fault"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name, if there is such a fault."""
        from steppay_mock.delivery.faults import find_fault

        try:
            return find_fault(value).name
        except SteppayMockError as error:
            self.fail(str(error), param, ctx)

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """Every name that begins so."""
        from click.shell_completion import CompletionItem

        from steppay_mock.delivery.faults import FAULTS

        found = FAULTS.values()
        return [CompletionItem(one.name, help=one.description) for one in found if one.name.startswith(incomplete)]


def fault_option() -> Decorator[Any]:
    """``--fault``: what goes wrong with every delivery."""
    return click.option(
        "--fault",
        metavar="NAME",
        type=FaultName(),
        help="Let this go wrong with every delivery; `steppay-mock faults` lists what can. The exit code is 0 if the "
        "receiver does right with it.",
    )


def check_fault(name: str | None, *, unsigned: bool) -> None:
    """Refuse a fault of the signature where there is none to be wrong."""
    from steppay_mock.delivery.faults import find_fault

    if name is not None and unsigned and find_fault(name).needs_secret:
        raise click.UsageError(
            f"--fault {name} is one of the signature, and --unsigned leaves that out. Leave one of them out."
        )


def verdict_on(fault: Fault) -> str:
    """What a right receiver does with it, in words."""
    return _VERDICTS[fault.expects]


def told_of(name: str, *, right: int, count: int, plain: Mapping[str, str]) -> Iterator[str]:
    """What a right receiver does with the fault, how often this one did, and where nothing is known.

    ``count`` are the deliveries on which there is a verdict. ``plain`` has the event types that were not taken without
    the fault either, and what was answered to them.
    """
    from steppay_mock.delivery.explain import no_verdict
    from steppay_mock.delivery.faults import find_fault

    if count:
        verdict = verdict_on(find_fault(name))
        yield f"fault {name}: a right receiver {verdict}, and this one did right {right} of {count} times"
    for event, answer in plain.items():
        yield no_verdict(name, event, answer=answer)
