"""Which scenario is asked for, and how is it staged? The options that commands about scenarios share."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from random import SystemRandom
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.options.parameter_types import FilePath, Moment, ParameterType, Setting
from steppay_mock.cli.options.shared import Decorator
from steppay_mock.cli.show.terminal import say
from steppay_mock.payload.body import DEFAULT_FORM, BodyForm

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from steppay_mock.store.scenarios.definition import Scenario
    from steppay_mock.store.scenarios.story import Story
    from steppay_mock.store.store import Store


class ScenarioName(ParameterType):
    """The name of a scenario; completed by the shell with what it tells."""

    name = "name"

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """Every name that begins so."""
        from click.shell_completion import CompletionItem

        from steppay_mock.store.scenarios.registry import all_scenarios

        found = all_scenarios().values()
        return [CompletionItem(one.name, help=one.summary) for one in found if one.name.startswith(incomplete)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """What was said of a scenario, as it was written."""

    files: tuple[str, ...]
    settings: tuple[tuple[str, str], ...]
    assumed: tuple[tuple[str, str], ...]
    seed: int | None
    start: datetime | float | None
    locale: str
    currency: str
    body: BodyForm = DEFAULT_FORM
    """For those who deliver: they take ``--body`` as well."""

    def find(self, name: str) -> Scenario:
        """The scenario of that name, be it of the project, of a package, or of the user's files."""
        from steppay_mock.store.scenarios.registry import find_scenario

        load_files(self.files)
        return find_scenario(name)

    def open_store(self) -> Store:
        """A store that has lived nothing yet."""
        from steppay_mock.store.store import Store

        return Store(
            seed=_drawn() if self.seed is None else self.seed,
            start=self.start,
            locale=self.locale,
            currency=self.currency,
            body=self.body,
            assumptions=self._assumptions(),
        )

    def _assumptions(self) -> dict[str, Any]:
        return {key: _value(text) for key, text in self.assumed}

    def live(self, name: str, *, seed: int | None = None) -> Story:
        """The scenario, lived; a seed that had to be drawn is told on standard error."""
        from steppay_mock.store.scenarios.parameters import OF_STORES, parse_parameters
        from steppay_mock.store.scenarios.perform import scenario

        found = self.find(name)
        texts: dict[str, str] = {}
        for key, text in self.settings:
            if key in texts:
                raise click.UsageError(f"--set {key} is given twice. Leave one of them out.")
            texts[key] = text
        parameters = parse_parameters(found, texts)
        for taken in (*OF_STORES, "assumptions"):
            if taken in parameters:
                raise click.UsageError(f"--set {taken} is no parameter of a scenario. `--help` lists the options.")
        chosen = self.seed if self.seed is not None else seed
        story = scenario(
            name,
            seed=SystemRandom().randrange(10**9) if chosen is None else chosen,
            locale=self.locale,
            currency=self.currency,
            body=self.body,
            assumptions=self._assumptions(),
            start=self.start,
            **parameters,
        )
        if chosen is None:
            say(f"seed {story.seed} (repeat with --seed {story.seed})")
        return story


def _drawn() -> int:
    """A seed, told on standard error."""
    seed = SystemRandom().randrange(10**9)
    say(f"seed {seed} (repeat with --seed {seed})")
    return seed


def load_files(files: tuple[str, ...]) -> None:
    """Make the scenarios of these files known."""
    from steppay_mock.store.scenarios.registry import load_scenarios

    for file in files:
        load_scenarios(file)


def files_option() -> Decorator[Any]:
    """``--from``: files that define scenarios."""
    return click.option(
        "--from",
        "files",
        metavar="FILE",
        multiple=True,
        type=FilePath(exists=True, dir_okay=False),
        help="A Python file with scenarios of your own. Repeatable.",
    )


def staging_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What can be said of a scenario; the command gets it together, as ``staging``."""

    @wraps(command)
    def gathered(**options: Any) -> Any:
        staging = Staging(**{name: options.pop(name) for name in Staging.__dataclass_fields__ if name in options})
        return command(staging=staging, **options)

    for option in reversed(_STAGING):
        gathered = option(gathered)
    return gathered


_STAGING: tuple[Decorator[Any], ...] = (
    click.option(
        "--set",
        "settings",
        metavar="NAME=VALUE",
        multiple=True,
        type=Setting("NAME=VALUE", "customer_id=42"),
        help="A parameter of the scenario, as customer_id=42. Repeatable. `scenario show` lists them.",
    ),
    click.option(
        "--assume",
        "assumed",
        metavar="NAME=VALUE",
        multiple=True,
        type=Setting("NAME=VALUE", "notice_days=3"),
        help="What the store does where nobody knows what StepPay does, as notice_days=3. Repeatable.",
    ),
    click.option("--seed", metavar="S", type=click.INT, help="Same seed, same bytes."),
    click.option(
        "--start",
        metavar="MOMENT",
        type=Moment(),
        help="When it begins: ISO 8601 with a zone, or epoch seconds. Default: 2025-01-15.",
    ),
    click.option(
        "--locale",
        metavar="L",
        default="ko_KR",
        show_default=True,
        help="Whose names and addresses: ko_KR and en_US ship, others come from Faker.",
    ),
    click.option("--currency", metavar="C", default="KRW", show_default=True, help="A code of ISO 4217."),
    files_option(),
)


def _value(text: str) -> Any:
    """The value that the text means: true or false, numbers between commas, JSON; else the text itself."""
    if text.lower() in {"true", "false", "none"}:
        return {"true": True, "false": False}.get(text.lower())
    if "," in text and not text.startswith("["):
        text = f"[{text.strip('()')}]"
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return tuple(value) if isinstance(value, list) else value
