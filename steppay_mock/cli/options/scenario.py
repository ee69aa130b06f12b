"""The options that the commands about scenarios share, and how they run the scenario."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from random import SystemRandom
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.options.config_file import setting_option
from steppay_mock.cli.options.parameter_types import FilePath, Moment, ParameterType, Setting
from steppay_mock.cli.options.shared import Decorator
from steppay_mock.cli.show.terminal import say
from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.body import DEFAULT_FORM, BodyForm

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from steppay_mock.store.scenarios.definition import Scenario
    from steppay_mock.store.store import Store, Story


class ScenarioNameType(ParameterType):
    """The name of a scenario; the shell completes it and shows its summary."""

    name = "name"

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """The names with this beginning."""
        from click.shell_completion import CompletionItem

        from steppay_mock.store.scenarios.registry import all_scenarios

        found = all_scenarios().values()
        return [CompletionItem(one.name, help=one.summary) for one in found if one.name.startswith(incomplete)]


class SpeedType(ParameterType):
    """The speed of time: 0, ``real``, or a rate such as ``1d=1s``. Seconds to wait for one second of the story."""

    name = "speed"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number of seconds."""
        if isinstance(value, int | float):
            return float(value)
        from steppay_mock.delivery.speed import read_speed

        try:
            return read_speed(value)
        except SteppayMockError as error:
            self.fail(str(error), param, ctx)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """The options of a scenario, as the user wrote them."""

    files: tuple[str, ...]
    settings: tuple[tuple[str, str], ...]
    assumed: tuple[tuple[str, str], ...]
    seed: int | None
    start: datetime | float | None
    locale: str
    currency: str
    body: BodyForm = DEFAULT_FORM
    """Only the commands that deliver have the option ``--body``."""

    def find(self, name: str) -> Scenario:
        """The scenario of that name, also one of a package or of the files of ``--from``."""
        from steppay_mock.store.scenarios.registry import find_scenario

        load_files(self.files)
        return find_scenario(name)

    def open_store(self) -> Store:
        """A new store with these options."""
        from steppay_mock.store.store import Store

        return Store(
            seed=_random_seed() if self.seed is None else self.seed,
            start=self.start,
            locale=self.locale,
            currency=self.currency,
            body=self.body,
            assumptions=self._assumptions(),
        )

    def _assumptions(self) -> dict[str, Any]:
        return {key: _value(text) for key, text in self.assumed}

    def live(self, name: str, *, seed: int | None = None) -> Story:
        """The story of the scenario. A random seed is printed on standard error."""
        from steppay_mock.store.scenarios.parameters import OF_STORES, parse_parameters
        from steppay_mock.store.scenarios.scenario import scenario

        found = self.find(name)
        texts: dict[str, str] = {}
        for key, text in self.settings:
            if key in texts:
                raise click.UsageError(f"--set {key} is given twice. Leave one out.")
            texts[key] = text
        parameters = parse_parameters(found, texts)
        for taken in (*OF_STORES, "assumptions"):
            if taken in parameters:
                raise click.UsageError(
                    f"--set {taken} is not a parameter of a scenario. Use the option; `--help` lists the options."
                )
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


def _random_seed() -> int:
    """A random seed, which is printed on standard error."""
    seed = SystemRandom().randrange(10**9)
    say(f"seed {seed} (repeat with --seed {seed})")
    return seed


def speed_option(default: str | None, purpose: str) -> Decorator[Any]:
    """``--speed``: the speed of time between deliveries."""
    return setting_option(
        "--speed",
        setting="speed",
        metavar="SPEED",
        type=SpeedType(),
        default=default,
        show_default=default is not None,
        help=purpose,
    )


def load_files(files: tuple[str, ...]) -> None:
    """Load the scenarios of these files."""
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
        help="Load scenarios from this Python file. Repeatable.",
    )


def staging_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options to the command, which gets them as ``staging``."""

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
        help="Set a parameter of the scenario, such as customer_id=42. Repeatable. `scenario show` lists them.",
    ),
    click.option(
        "--assume",
        "assumed",
        metavar="NAME=VALUE",
        multiple=True,
        type=Setting("NAME=VALUE", "notice_days=3"),
        help="Change an assumption of the store, such as notice_days=3. Repeatable. docs/fidelity.md lists them.",
    ),
    click.option("--seed", metavar="S", type=click.INT, help="Same seed, same bytes."),
    click.option(
        "--start",
        metavar="MOMENT",
        type=Moment(),
        help="The start of the story: ISO 8601 with a zone, or epoch seconds. Default: 2025-01-15.",
    ),
    click.option(
        "--locale",
        metavar="L",
        default="ko_KR",
        show_default=True,
        help="The language of names and addresses. ko_KR and en_US are included, others need Faker.",
    ),
    click.option("--currency", metavar="C", default="KRW", show_default=True, help="The currency, an ISO 4217 code."),
    files_option(),
)


def _value(text: str) -> Any:
    """The value of the text: true or false, numbers separated by commas, or JSON; else the text itself."""
    if text.lower() in {"true", "false", "none"}:
        return {"true": True, "false": False}.get(text.lower())
    if "," in text and not text.startswith("["):
        text = f"[{text.strip('()')}]"
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return tuple(value) if isinstance(value, list) else value
