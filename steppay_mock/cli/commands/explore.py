"""``steppay-mock explore``: prove that a receiver does not depend on the order of delivery, or show why it does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.bounding import LateBy
from steppay_mock.cli.closing import closing
from steppay_mock.cli.options import json_option
from steppay_mock.cli.output import say
from steppay_mock.cli.probing import Probing, probing_options
from steppay_mock.cli.reports import ReportFile
from steppay_mock.cli.sending import retries_option
from steppay_mock.cli.staging import ScenarioName, Staging, staging_options

if TYPE_CHECKING:
    from steppay_mock.cli.retrying import Policy
    from steppay_mock.ordering.exploration import Exploration
    from steppay_mock.store.scenarios.story import Story

_URLS = (
    "--to http://localhost:8000 --state-url http://localhost:8000/test/state "
    "--reset-url http://localhost:8000/test/reset"
)


@click.command(
    "explore",
    epilog=closing(
        f"steppay-mock explore --scenario refund-in-full {_URLS}",
        f"steppay-mock explore --scenario subscription-renews --set renewals=2 --ties {_URLS} --ignore received_at",
        f"steppay-mock explore --scenario subscription-renews --set renewals=11 --late-by 10m {_URLS}",
        f"steppay-mock explore --scenario invoice-paid {_URLS} --report orders.html --junit orders.xml",
        "steppay-mock explore --scenario refund-in-full --to http://localhost:8000 "
        "--state-url http://localhost:8000/test/customers/{customer_id}",
        exit_codes="0 every order that was tried ends the same, 1 the receiver is wrong or nothing was tested, 2 wrong "
        "usage, 3 it could not be reached.",
    ),
)
@click.option("--scenario", "name", metavar="NAME", required=True, type=ScenarioName(), help="What happens.")
@probing_options
@click.option(
    "--budget",
    metavar="N",
    type=click.IntRange(1, 100_000_000),
    default=20_000,
    show_default=True,
    help="How many deliveries the search may make.",
)
@click.option(
    "--strength",
    metavar="T",
    type=click.IntRange(2, 4),
    default=3,
    show_default=True,
    help="Where all orders are too many: every order of any T events is tried; 2, 3 or 4.",
)
@click.option(
    "--late-by",
    metavar="TIME",
    type=LateBy(),
    help="Prove the orders in which no event is overtaken by more than this: 90s, 10m, 2h or 1d. It costs far less.",
)
@click.option(
    "--distance",
    metavar="PLACES",
    type=click.IntRange(1, 100_000),
    help="The same by places: no event is overtaken by one that stands further behind it.",
)
@click.option(
    "--independent",
    is_flag=True,
    help="Prove the events of each customer alone, and check pairs of customers for interference.",
)
@click.option("--no-duplicates", is_flag=True, help="Deliver no event once more. StepPay may (fact 22).")
@click.option(
    "--ties", is_flag=True, help="Then explore once more with the seconds of each burst collapsed to one (fact 6)."
)
@retries_option("Only how often counts, nothing is waited for. Default: none. The vendor documents none.")
@click.option(
    "--overlap",
    metavar="N",
    type=click.IntRange(1, 10_000),
    help="Then also deliver at once: each event beside its copy, neighbours, related events, and the events of one "
    "second, each N times at most.",
)
@click.option("--paranoid", is_flag=True, help="After a proof, also deliver whole orders without merging equal states.")
@staging_options
@click.option(
    "--report",
    "reports",
    metavar="FILE",
    multiple=True,
    type=ReportFile(".html", ".json", ".xml"),
    help="Write the report to this file too: a page if it ends in .html, JSON if in .json, JUnit's XML if in .xml. "
    "Repeatable.",
)
@click.option(
    "--junit", "junits", metavar="FILE", multiple=True, type=ReportFile(), help="Write JUnit's XML to this file."
)
@json_option("the report")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    name: str,
    probing: Probing,
    staging: Staging,
    reports: tuple[Path, ...],
    junits: tuple[Path, ...],
    as_json: bool,
    budget: int,
    strength: int,
    late_by: float | None,
    distance: int | None,
    independent: bool,
    no_duplicates: bool,
    ties: bool,
    retries: Policy | None,
    overlap: int | None,
    paranoid: bool,
) -> None:
    """Prove that every order ends the same, or show which does not.

    A scenario's events are delivered in every order, each to an emptied receiver, whose state is asked for after each
    delivery. Where it depends on the order, the report has the smallest order that shows it, and a token that `replay`
    takes. Ten events take 17,720 deliveries; of a longer story prove a part with --late-by, or give a larger --budget.
    With --reset-url run it against a receiver with test data alone: all of that is deleted, many times.
    """
    from steppay_mock.cli.findings import is_worth_showing, show, write_files

    url, options = probing.open()
    story = staging.live(name)
    how = {"strength": strength, "duplicates": not no_duplicates, "ties": ties, "paranoid": paranoid}
    bound = {"late_by": late_by, "distance": distance, "independent": independent}
    over_time = {"retries": retries or "none", "overlap": overlap or False}
    found, code = _search(story, url, budget=budget, **how, **bound, **over_time, **options)
    if found is not None:
        write_files(found, reports=reports, junits=junits, name=f"steppay-mock explore {name}")
    if found is not None and is_worth_showing(found):
        show(found, as_json=as_json)
        if found.counterexample is not None:
            say("replay it with:")
            say(f"  {probing.replaying(found.counterexample.token, files=staging.files)}")
    ctx.exit(code)


def _search(story: Story, url: str, *, budget: int, **options: Any) -> tuple[Exploration | None, int]:
    """What was found, be it to the end or not, and the exit code."""
    from steppay_mock.cli.findings import exit_code, tell_cut_off
    from steppay_mock.cli.searching import searching
    from steppay_mock.ordering.explore import explore
    from steppay_mock.ordering.failure import ExplorationError

    try:
        with searching(budget=budget) as watch:
            found = explore(story, url, seed=int(story.seed), budget=budget, watch=watch, **options)
    except ExplorationError as error:
        return error.exploration, tell_cut_off(error)
    return found, exit_code(found)
