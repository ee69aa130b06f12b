"""``steppay-mock check``: checks a receiver in every respect, and prints its scorecard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.exit_codes import INTERRUPTED, UNREACHED, WRONG
from steppay_mock.cli.options.card_files import CardFiles, card_file_options
from steppay_mock.cli.options.checking import Checking, checking_options, refuse_unknown_scenarios
from steppay_mock.cli.options.epilog import epilog
from steppay_mock.cli.options.gathering import is_typed
from steppay_mock.cli.options.mutating import Mutating, mutating_options
from steppay_mock.cli.options.parameter_types import FilePathType
from steppay_mock.cli.options.scenario import ScenarioNameType
from steppay_mock.cli.options.served_api import ServedApi, served_api_options
from steppay_mock.cli.options.shared import json_option
from steppay_mock.ordering.face import speaking

if TYPE_CHECKING:
    from steppay_mock.conformance.baseline import Baseline
    from steppay_mock.conformance.scorecard import Scorecard

_URLS = (
    "--to http://localhost:8000 --state-url http://localhost:8000/test/state "
    "--reset-url http://localhost:8000/test/reset"
)
_NO_OPTION = frozenset({"fresh", "given", "truth"})
"""What ``explore`` takes and ``check`` does not."""


@click.command(
    "check",
    epilog=epilog(
        "steppay-mock check --to http://localhost:8000/webhooks/steppay",
        f"steppay-mock check {_URLS} --quick",
        f"steppay-mock check {_URLS} --only signature --only replay",
        f"steppay-mock check {_URLS} --json > card.json",
        f"steppay-mock check {_URLS} --baseline card.json",
        f"steppay-mock check {_URLS} --html card.html --junit card.xml --sarif card.sarif",
        f"steppay-mock check {_URLS} --serve-api --api-port 8090 --token token_example",
        "steppay-mock check --mutate shop.webhooks",
        "steppay-mock check --mutate shop/webhooks.py --mutate-tests tests/test_webhooks.py --jobs 4",
        exit_codes="0 nothing that a receiver must do is wrong, 1 something is, or nothing could be checked, 2 wrong "
        "usage, 3 the receiver was not reached, 130 it was interrupted: the card has what was found so far. With "
        "--mutate: 0 every mistake is noticed, 1 one would not be, 2 wrong usage, or the tests do not pass without any "
        "mistake.",
    ),
)
@checking_options
@served_api_options
@click.option(
    "--only",
    metavar="NAME",
    multiple=True,
    help="Make only the checks of this family, or this check, such as signature/key-missing. Repeatable.",
)
@click.option(
    "--skip",
    metavar="NAME",
    multiple=True,
    help="Leave out the checks of this family, or this check. Repeatable.",
)
@click.option("--quick", is_flag=True, help="Make no searches through orders: they take most of the time.")
@click.option(
    "--scenario",
    "scenarios",
    metavar="NAME",
    multiple=True,
    type=ScenarioNameType(),
    help="Search the orders of this scenario. Repeatable. Default: some that fit what the receiver reacts to.",
)
@click.option(
    "--budget",
    metavar="N",
    type=click.IntRange(1, 100_000_000),
    default=12_000,
    show_default=True,
    help="The largest number of deliveries of all searches together.",
)
@click.option(
    "--seed",
    metavar="N",
    type=click.IntRange(0),
    default=7,
    show_default=True,
    help="The seed of all events.",
)
@click.option(
    "--baseline",
    metavar="FILE",
    type=FilePathType(dir_okay=False),
    help="The JSON of an older card: its findings do not fail, new ones do.",
)
@card_file_options
@json_option("the card")
@mutating_options
@click.pass_context
def command(
    ctx: click.Context,
    *,
    checking: Checking,
    served_api: ServedApi,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    quick: bool,
    scenarios: tuple[str, ...],
    budget: int,
    seed: int,
    baseline: Path | None,
    files: CardFiles,
    as_json: bool,
    mutating: Mutating,
) -> None:
    """Check a receiver in every respect, and print its scorecard.

    Sends forged and malformed webhooks, ones that StepPay may send tomorrow, copies, and scenarios in every order. The
    card says what is wrong, the dearest first, with the request that shows it and the cure. Without --state-url it
    checks what answers can tell. With --reset-url use a receiver that has test data only: the command deletes all of
    its data many times.

    With --mutate no receiver is checked, but your tests: it makes small mistakes in a copy of your handler, and tells
    which of them no test would notice.
    """
    mutating.refuse_others(ctx)
    if mutating.mutated:
        from steppay_mock.cli.handler_mistakes import try_handler

        ctx.exit(try_handler(mutating, seed=seed, as_json=as_json))
    from steppay_mock.cli.show.exploration import tell_cut_off
    from steppay_mock.cli.show.search_progress import checking as watching
    from steppay_mock.conformance.baseline import read_baseline
    from steppay_mock.conformance.check_receiver import check_receiver
    from steppay_mock.ordering.failure import ExplorationError

    if baseline is not None:
        files.refuse_input("--baseline", Path(baseline))
    known = None if baseline is None else read_baseline(Path(baseline))
    searching: dict[str, Any] = {"scenarios": scenarios} if scenarios else {}
    searching |= {"budget": budget} if is_typed(ctx, "budget") else {}
    if searching and not quick:  # beside --quick the checks refuse them
        checking.refuse_searches(searching)
    refuse_unknown_scenarios(scenarios)
    receiver, options = checking.open()
    served_api.check(fresh=False)
    served_api = served_api.settled()
    wanted: dict[str, Any] = {name: value for name, value in options.items() if name not in _NO_OPTION}
    if options["state"] is None:
        wanted = {name: value for name, value in wanted.items() if name not in {"ignore", "settle"}}
    with speaking(checking.face(also=served_api.words)):
        how: dict[str, Any] = {"only": only, "skip": skip, "quick": quick, "seed": seed, **searching}
        try:
            with served_api.serving_no_store() as api, watching() as watch:
                card = check_receiver(receiver, **wanted, **how, **api, watch=watch)
        except ExplorationError as error:  # the state or the reset does not work
            ctx.exit(tell_cut_off(error))
        files.write(card)
        ctx.exit(_show(card, known, as_json=as_json))


def _show(card: Scorecard, known: Baseline | None, *, as_json: bool) -> int:
    """Print the card, and give the exit code."""
    from steppay_mock.cli.show.terminal import say, write_json, write_text
    from steppay_mock.conformance.baseline import compare

    beside = None if known is None else compare(card, known)
    if as_json:
        write_json(card.as_dict() if beside is None else {**card.as_dict(), "baseline": beside.as_dict()})
    else:
        write_text(card.report())
    say(card.headline if beside is None else str(beside))
    if card.interrupted:
        return INTERRUPTED
    if not card.is_reached:
        return UNREACHED
    return 0 if (card.ok if beside is None else beside.ok) else WRONG
