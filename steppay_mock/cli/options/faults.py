"""The option ``--fault``, and how faults and their verdicts are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.options.gathering import Decorator
from steppay_mock.cli.options.parameter_types import CompletedType
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.delivery.faults import Fault

_VERDICTS = {"accepted": "takes it", "refused": "refuses it", "either": "takes or refuses it"}


class FaultNameType(CompletedType):
    """The name of a fault. The shell completes it and shows its description."""

    name = "fault"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name, if there is such a fault."""
        from steppay_mock.delivery.faults import find_fault

        try:
            return find_fault(value).name
        except SteppayMockError as error:
            self.fail(str(error), param, ctx)

    def words(self) -> dict[str, str | None]:
        """The faults with their descriptions."""
        from steppay_mock.delivery.faults import FAULTS

        return {one.name: one.description for one in FAULTS.values()}


def fault_option() -> Decorator[Any]:
    """``--fault``: the fault of every delivery."""
    return click.option(
        "--fault",
        metavar="NAME",
        type=FaultNameType(),
        help="Send every delivery with this fault; `steppay-mock faults` lists them. The exit code is 0 if the "
        "receiver handles it rightly.",
    )


def check_fault(name: str | None, *, unsigned: bool) -> None:
    """Refuse a fault of the signature if no signature is sent."""
    from steppay_mock.delivery.faults import find_fault

    if name is not None and unsigned and find_fault(name).needs_secret:
        raise click.UsageError(
            f"--fault {name} changes the signature, and --unsigned sends none. Leave out one of them."
        )


def verdict_on(fault: Fault) -> str:
    """What a right receiver does with the fault, in words."""
    return _VERDICTS[fault.expects]


def told_of(name: str, *, right: int, count: int, plain: Mapping[str, str]) -> Iterator[str]:
    """What a right receiver does with the fault, how often this receiver did so, and which types have no verdict.

    ``count`` is the number of deliveries with a verdict. ``plain`` has the event types that the receiver did not accept
    without the fault either, and its answers to them.
    """
    from steppay_mock.delivery.explain import no_verdict
    from steppay_mock.delivery.faults import find_fault

    if count:
        verdict = verdict_on(find_fault(name))
        yield f"fault {name}: a right receiver {verdict}, and this one did right {right} of {count} times"
    for event, answer in plain.items():
        yield no_verdict(name, event, answer=answer)
