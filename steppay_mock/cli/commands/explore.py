"""``steppay-mock explore``: proves that a receiver does not depend on the order of delivery, or shows where it does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.options.config_file import body_option
from steppay_mock.cli.options.epilog import epilog
from steppay_mock.cli.options.late_by import LateByType
from steppay_mock.cli.options.option_table import table_option
from steppay_mock.cli.options.probe import Probing, probing_options
from steppay_mock.cli.options.report_file import ReportFileType, refuse_same_file
from steppay_mock.cli.options.scenario import ScenarioNameType, Staging, staging_options
from steppay_mock.cli.options.served_api import ServedApi, served_api_options
from steppay_mock.cli.options.shared import json_option
from steppay_mock.ordering.face import speaking

if TYPE_CHECKING:
    from steppay_mock.cli.story_candidates import Candidate
    from steppay_mock.delivery.receiver import Receiver

_URLS = (
    "--to http://localhost:8000 --state-url http://localhost:8000/test/state "
    "--reset-url http://localhost:8000/test/reset"
)


@click.command(
    "explore",
    epilog=epilog(
        f"steppay-mock explore --scenario refund-in-full {_URLS}",
        f"steppay-mock explore --scenario subscription-renews --set renewals=2 --ties {_URLS} --ignore received_at",
        f"steppay-mock explore --scenario subscription-renews --set renewals=11 --late-by 10m {_URLS}",
        f"steppay-mock explore --scenario invoice-paid {_URLS} --report orders.html --junit orders.xml",
        f"steppay-mock explore --all-scenarios --events order.created,payment.completed {_URLS}",
        f"steppay-mock explore --scenario refund-in-full --serve-api --api-port 8090 --token token_example {_URLS}",
        "steppay-mock explore --scenario refund-in-full --to http://localhost:8000 "
        "--state-url http://localhost:8000/test/customers/{customer_id}",
        exit_codes="0 every order that was tried ends in the same state, 1 the receiver is wrong or nothing was "
        "tested, 2 wrong usage, 3 the receiver was not reached. Several scenarios: the largest code.",
    ),
)
@click.option(
    "--scenario",
    "names",
    metavar="NAME",
    multiple=True,
    type=ScenarioNameType(),
    help="Explore the events of this scenario. Repeatable.",
)
@click.option(
    "--all-scenarios",
    "every",
    is_flag=True,
    help="Explore every scenario, one after the other. Those with webhooks v1 need --v1.",
)
@click.option(
    "--seeds",
    metavar="N",
    type=click.IntRange(1, 1_000),
    default=1,
    show_default=True,
    help="Explore each scenario with this many seeds. Each seed makes other ids, and a customer id of another length "
    "and parity.",
)
@probing_options
@served_api_options
@click.option(
    "--budget",
    metavar="N",
    type=click.IntRange(1, 100_000_000),
    default=20_000,
    show_default=True,
    help="The largest number of deliveries that the search makes.",
)
@click.option(
    "--strength",
    metavar="T",
    type=click.IntRange(2, 4),
    default=3,
    show_default=True,
    help="If the budget is too small for all orders, try every order of any T events.",
)
@click.option(
    "--late-by",
    metavar="TIME",
    type=LateByType(),
    help="Prove the orders in which no event is overtaken by more than this: 90s, 10m, 2h or 1d. It costs far less.",
)
@click.option(
    "--distance",
    metavar="PLACES",
    type=click.IntRange(1, 100_000),
    help="Prove only the orders in which no event is overtaken by an event that happened more than this many places "
    "after it.",
)
@click.option(
    "--independent",
    is_flag=True,
    help="Prove the events of each customer alone, then check pairs of customers for interference.",
)
@click.option("--no-duplicates", is_flag=True, help="Do not repeat any event. StepPay may repeat events (fact 22).")
@click.option(
    "--ties", is_flag=True, help="After that, explore again with one timestamp for all events of each burst (fact 6)."
)
@table_option(
    "retries",
    help_text="The retry policy. Only its number of attempts counts for a refused event: the search does not wait.",
)
@click.option(
    "--overlap",
    metavar="N",
    type=click.IntRange(1, 10_000),
    help="After that, also deliver events at the same time: each event and its copy, neighbours, related events, and "
    "the events of one second, at most N times each.",
)
@click.option("--first", is_flag=True, help="Stop at the first counterexample. Default: stop after five.")
@click.option(
    "--only-effective",
    is_flag=True,
    help="Explore only the events that change the state. A few orders are tried first to find them.",
)
@click.option(
    "--paranoid",
    is_flag=True,
    help="After a proof, also deliver complete orders, without the assumption that equal states behave alike.",
)
@body_option()
@staging_options
@click.option(
    "--report",
    "reports",
    metavar="FILE",
    multiple=True,
    type=ReportFileType(".html", ".json", ".xml", example="report.html"),
    help="Also write the report to this file: a web page (.html), JSON (.json) or JUnit XML (.xml). Repeatable.",
)
@click.option(
    "--junit",
    "junits",
    metavar="FILE",
    multiple=True,
    type=ReportFileType(example="report.xml"),
    help="Write JUnit XML to this file. Repeatable.",
)
@json_option("the report")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    names: tuple[str, ...],
    every: bool,
    seeds: int,
    probing: Probing,
    served_api: ServedApi,
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
    retries: str | tuple[float, ...] | None,
    overlap: int | None,
    first: bool,
    only_effective: bool,
    paranoid: bool,
) -> None:
    """Prove that a receiver ends in the same state in every order.

    Delivers the events of a scenario in every order, each time to an empty receiver, and reads the state of the
    receiver after each delivery. If the state depends on the order, the report shows the smallest order that fails and
    the command that replays it. Ten events need 17,720 deliveries. For a longer story use --late-by, or a larger
    --budget. With --reset-url use a receiver that has test data only: the command deletes all of its data many times.
    """
    from steppay_mock.cli.story_candidates import chosen_names, find_candidates

    chosen = chosen_names(names, every=every, staging=staging)
    receiver, options = probing.open()
    served_api.check(fresh=options["fresh"])
    candidates = find_candidates(chosen, seeds=seeds, staging=staging, types=options["types"])
    how = {"strength": strength, "duplicates": not no_duplicates, "ties": ties, "paranoid": paranoid}
    which = {"first": first, "only_effective": only_effective}
    bound = {"late_by": late_by, "distance": distance, "independent": independent}
    over_time = {"retries": retries or "none", "overlap": overlap or False}
    served_api = served_api.settled()
    search = {
        "budget": budget,
        "served_api": served_api,
        "options": {**how, **which, **bound, **over_time, **options},
    }
    refuse_same_file({"--report": reports, "--junit": junits})
    files = {"reports": reports, "junits": junits}
    with speaking(probing.face(files=staging.files, also=served_api.words)):
        if len(candidates) == 1:
            ctx.exit(_explore_one(candidates[0], receiver, search, files, as_json=as_json))
        ctx.exit(_explore_several(candidates, receiver, search, files, as_json=as_json))


def _explore_one(
    candidate: Candidate, receiver: Receiver, search: dict[str, Any], files: dict[str, Any], *, as_json: bool
) -> int:
    from steppay_mock.cli.explore_stories import explore_one
    from steppay_mock.cli.show.exploration import is_worth_showing, show, write_files, xml_of

    outcome = explore_one(candidate, receiver, **search)
    found = outcome.found
    if found is not None:
        name = f"steppay-mock explore {candidate.name}"
        write_files(page=found.as_html, data=found.as_dict, xml=lambda: xml_of(found, name=name), **files)
        if is_worth_showing(found):
            show(found, as_json=as_json)
    return outcome.code


def _explore_several(
    candidates: list[Candidate], receiver: Receiver, search: dict[str, Any], files: dict[str, Any], *, as_json: bool
) -> int:
    from steppay_mock.cli.explore_overview import overview_data, overview_page, overview_xml, show_overview, worst
    from steppay_mock.cli.explore_stories import explore_each
    from steppay_mock.cli.show.exploration import write_files

    outcomes = explore_each(candidates, receiver, **search)
    write_files(
        page=lambda: overview_page(outcomes),
        data=lambda: overview_data(outcomes),
        xml=lambda: overview_xml(outcomes),
        **files,
    )
    show_overview(outcomes, as_json=as_json)
    return worst(outcomes)
