"""``steppay-mock scenario``: list the stories that a store can live, show one, deliver one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from steppay_mock.cli.options.config_file import body_option
from steppay_mock.cli.options.delivery import Sending, sending_options, to_option
from steppay_mock.cli.options.epilog import epilog
from steppay_mock.cli.options.option_table import table_option
from steppay_mock.cli.options.scenario import (
    ScenarioNameType,
    Staging,
    files_option,
    load_files,
    staging_options,
)
from steppay_mock.cli.options.shared import json_option
from steppay_mock.cli.run import route_to
from steppay_mock.cli.show.terminal import counted, say, write_json, write_table, write_text

if TYPE_CHECKING:
    from steppay_mock.delivery.schedule.schedule import Schedule
    from steppay_mock.store.scenarios.definition import Parameter, Scenario
    from steppay_mock.store.store import Story

_SHOWN_SEED = 0


@click.group(
    "scenario",
    epilog=epilog(
        "steppay-mock scenario list",
        "steppay-mock scenario show subscription-renewal-fails-then-recovers",
        "steppay-mock scenario run refund-in-parts --to http://localhost:8000 --set customer_id=42 --order shuffled",
        exit_codes="0 fine, 1 the receiver is wrong, 2 wrong usage, 3 the receiver was not reached.",
    ),
)
def command() -> None:
    """List scenarios, show one, or deliver its events.

    A scenario is a series of actions between a shop and a customer. Its events agree with each other.
    """


@command.command("list", epilog=epilog("steppay-mock scenario list --json", exit_codes="0 fine, 2 wrong usage."))
@files_option()
@json_option("the list")
def list_scenarios(*, files: tuple[str, ...], as_json: bool) -> None:
    """List the scenarios, with a summary of each."""
    from steppay_mock.store.scenarios.registry import all_scenarios

    load_files(files)
    found = all_scenarios().values()
    if as_json:
        write_json([_as_dict(one) for one in found])
        return
    rows = [(one.name, one.summary) for one in found]
    write_table(("Scenario", "What happens"), rows, wraps=frozenset({"What happens"}))


@command.command(
    "show",
    epilog=epilog(
        "steppay-mock scenario show usage-quota-topped-up",
        "steppay-mock scenario show subscription-renews --set renewals=3 --set interval=WEEK",
        exit_codes="0 fine, 2 wrong usage.",
    ),
)
@click.argument("name", metavar="NAME", type=ScenarioNameType())
@staging_options
@json_option("it, payloads included,")
def show(*, name: str, staging: Staging, as_json: bool) -> None:
    """Show what a scenario tells, its parameters, and its timeline.

    Offsets count from the first event. What shares an offset has the same timestamp, and comes in any order.
    """
    found = staging.find(name)
    story = staging.live(name, seed=_SHOWN_SEED)
    if as_json:
        write_json({**_as_dict(found), **_as_dict_of(story)})
        return
    write_text(f"{found.name}\n\n{found.description}\n")
    write_table(
        ("Parameter", "Default", "Meaning"),
        [(one.name, _default(one), _meaning(one)) for one in _parameters(found)],
        wraps=frozenset({"Meaning"}),
    )
    write_text("")
    write_table(
        ("When", "Event type", "Of", "Id", "Status"),
        [(row.when, row.event, row.entity, str(row.id), row.status) for row in story.timeline().rows],
        right=frozenset({"When", "Id"}),
    )
    say(f"{counted(len(story), 'event')}; seed {story.seed}")


@command.command(
    "run",
    epilog=epilog(
        "steppay-mock scenario run subscription-renews --to http://localhost:8000 --order shuffled --seed 7",
        "steppay-mock scenario run refund-in-full --to http://localhost:8000 --set email=kim@example.com --speed 1d=1s",
        "steppay-mock scenario run invoice-paid --to http://localhost:8000 --dry-run --secret whsec_example",
        exit_codes="0 every answer was 2xx, 1 some were not, 2 wrong usage, 3 nothing could be reached.",
    ),
)
@click.argument("name", metavar="NAME", type=ScenarioNameType())
@to_option()
@table_option("order")
@table_option("speed", default="0", default_words="0, no waiting")
@body_option()
@staging_options
@sending_options
@click.pass_context
def run(ctx: click.Context, *, name: str, url: str | None, speed: float, staging: Staging, sending: Sending) -> None:
    """Run a scenario and deliver its events to a receiver.

    Each webhook is signed when it is sent, whenever it happened.
    """
    in_order = sending.order == "occurrence"
    paces = in_order or sending.tries_again
    if speed and not paces and ctx.get_parameter_source("speed") is ParameterSource.COMMANDLINE:
        raise click.UsageError("--speed waits as long as it took, which has a meaning in --order occurrence alone.")
    route = route_to(url, sending, title=f"steppay-mock scenario run {name}")
    story = staging.live(name)
    if speed and in_order:
        ctx.exit(route.send(_paced(story, sending), count=len(story), seed=int(story.seed), speed=speed))
    ctx.exit(route.send(story, count=len(story), seed=int(story.seed), speed=speed or 1.0))


def _paced(story: Story, sending: Sending) -> Schedule:
    """The story with its waits, which are compressed when they are waited for; no payload is."""
    from steppay_mock.delivery.schedule.makers import duplicate
    from steppay_mock.delivery.schedule.schedule import plan
    from steppay_mock.delivery.schedule.steps import Deliver, Step, Wait

    steps: list[Step] = []
    events = list(story)
    for place, event in enumerate(events):
        gap = event.timestamp - events[place - 1].timestamp if place else 0
        steps += [*([Wait(seconds=gap)] if gap > 0 else []), Deliver(event=place)]
    made = plan(events, steps, made_by=sending.order)
    return duplicate(made, share=sending.duplicates, seed=int(story.seed)) if sending.duplicates else made


def _parameters(found: Scenario) -> list[Parameter]:
    from steppay_mock.store.scenarios.parameters import parameters_of

    return list(parameters_of(found).values())


def _default(parameter: Parameter) -> str:
    return "" if parameter.default in {None, ""} else str(parameter.default)


def _meaning(parameter: Parameter) -> str:
    values = f" ({', '.join(map(str, parameter.values))})" if parameter.values else ""
    return parameter.description.rstrip(".") + values


def _as_dict(found: Scenario) -> dict[str, Any]:
    parameters = [
        {
            "name": one.name,
            "type": {int: "integer", float: "number", bool: "boolean"}.get(one.type, "string"),
            "default": one.default,
            "values": list(one.values) or None,
            "description": one.description,
        }
        for one in _parameters(found)
    ]
    return {"name": found.name, "description": found.description, "parameters": parameters}


def _as_dict_of(story: Story) -> dict[str, Any]:
    return {
        "seed": story.seed,
        "timeline": story.timeline().as_dicts(),
        "payloads": [event.payload for event in story],
        "state": story.state(),
    }
