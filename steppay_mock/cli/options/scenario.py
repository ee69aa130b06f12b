"""The options that commands about scenarios share, and the story that they ask for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, cast, get_args, get_type_hints

import click

from steppay_mock.cli.options.gathering import Decorator, fields_of, gather
from steppay_mock.cli.options.parameter_types import (
    CompletedType,
    CurrencyType,
    FilePathType,
    MomentType,
    SetValueType,
)
from steppay_mock.cli.options.seeds import drawn_seed, say_seed, told_seed
from steppay_mock.errors import SteppayMockError, choices, did_you_mean
from steppay_mock.payload.body import DEFAULT_FORM, BodyForm
from steppay_mock.payload.v1_body import DEFAULT_V1_FORM, V1Form

if TYPE_CHECKING:
    from steppay_mock.store.scenarios.definition import Scenario
    from steppay_mock.store.store import Store, Story
    from steppay_mock.store.v1 import V1Kinds


class V1Options(TypedDict, total=False):
    """The options of a store about webhook v1."""

    v1: V1Kinds | None
    v1_form: V1Form


class ScenarioNameType(CompletedType):
    """The name of a scenario. The shell completes it and shows its summary."""

    name = "name"

    def words(self) -> dict[str, str | None]:
        """The scenarios with their summaries."""
        from steppay_mock.store.scenarios.registry import all_scenarios

        return {one.name: one.summary for one in all_scenarios().values()}


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
    v1: str | None = None
    v1_form: V1Form = DEFAULT_V1_FORM
    body: BodyForm = DEFAULT_FORM
    """Only the commands that deliver have the option ``--body``."""

    def find(self, name: str) -> Scenario:
        """The scenario of that name: of the project, of an installed package, or of the user's files."""
        from steppay_mock.store.scenarios.registry import all_scenarios

        load_files(self.files)
        known = all_scenarios()
        if name not in known:
            raise click.UsageError(
                f"Unknown scenario {name!r}.{did_you_mean(name, known)} `steppay-mock scenario list` shows all "
                f"{len(known)}. For scenarios of your own files add --from FILE."
            )
        return known[name]

    def open_store(self) -> Store:
        """A new store, in which nothing has happened yet."""
        from steppay_mock.store.store import Store

        return Store(
            seed=told_seed() if self.seed is None else self.seed,
            start=self.start,
            locale=self.locale,
            currency=self.currency,
            body=self.body,
            assumptions=self._assumptions(),
            **self._v1_options(),
        )

    def _v1_options(self) -> V1Options:
        """The options about webhook v1 that were given: the others are those of the scenario."""
        options: V1Options = {}
        if self.v1 is not None:
            options["v1"] = None if self.v1 == "none" else cast("V1Kinds", self.v1)
        if self.v1_form != DEFAULT_V1_FORM:
            options["v1_form"] = self.v1_form
        return options

    def chosen_options(self) -> dict[str, Any]:
        """The options of a store that differ from their defaults."""
        options = {"locale": self.locale, "currency": self.currency, "assumptions": self._assumptions()}
        differing = {name: value for name, value in options.items() if value not in ("ko_KR", "KRW", {})}
        return {**differing, **self._v1_options()}

    def _assumptions(self) -> dict[str, Any]:
        from steppay_mock.store.assumptions import Assumptions, read_assumptions

        found: dict[str, Any] = {}
        for key, text in self.assumed:
            if key in found:
                raise click.UsageError(f"--assume {key} is given twice. Leave out one of them.")
            found[key] = _value(text)
            if key in _LISTS and isinstance(found[key], int):
                found[key] = (found[key],)  # one number is a list too
            if key not in Assumptions.__dataclass_fields__:
                continue  # the store names the nearest one
            try:
                read_assumptions({key: found[key]})
            except SteppayMockError:
                raise click.UsageError(
                    f"--assume {key}={text[:80]}: expected {expected_of_assumption(key)}. docs/fidelity.md describes "
                    "each assumption."
                ) from None
        return found

    def parameters(self, name: str) -> dict[str, Any]:
        """The values of ``--set`` for this scenario. A value that the parameter cannot have is a usage error."""
        from steppay_mock.store.scenarios.parameters import OF_STORES, parameters_of, parse_parameters, read_parameters

        found: dict[str, Any] = {}
        scenario = self.find(name)
        known = parameters_of(scenario)
        for key, text in self.settings:
            if key in found:
                raise click.UsageError(f"--set {key} is given twice. Leave out one of them.")
            if key in {*OF_STORES, "assumptions"}:
                raise click.UsageError(f"--set {key} is no parameter of a scenario. `--help` lists the options.")
            try:
                found |= parse_parameters(scenario, {key: text})
                read_parameters(scenario, {key: found[key]})
            except SteppayMockError:
                if key not in known:
                    raise  # it names the nearest one
                meaning = known[key].description.rstrip(".")
                raise click.UsageError(
                    f"--set {key}={text[:80]}: expected {known[key].wanted}{meaning and f' ({meaning})'}. "
                    "`steppay-mock scenario show NAME` lists the parameters."
                ) from None
        return found

    def live(self, name: str, *, seed: int | None = None) -> Story:
        """The story of the scenario. A seed that was drawn is shown on standard error."""
        from steppay_mock.store.scenarios.scenario import scenario

        parameters = self.parameters(name)
        chosen = self.seed if self.seed is not None else seed
        story = scenario(
            name,
            seed=drawn_seed() if chosen is None else chosen,
            locale=self.locale,
            currency=self.currency,
            body=self.body,
            assumptions=self._assumptions(),
            start=self.start,
            **self._v1_options(),
            **parameters,
        )
        if chosen is None:
            say_seed(story.seed)
        return story


def load_files(files: tuple[str, ...]) -> None:
    """Load the scenarios of these files, until the command ends: another one in this process has others."""
    from steppay_mock.store.scenarios.registry import forget_scenarios, load_scenarios

    for file in files:
        load_scenarios(file)
        click.get_current_context().call_on_close(partial(forget_scenarios, file))


def files_option() -> Decorator[Any]:
    """``--from``: files that define scenarios."""
    return click.option(
        "--from",
        "files",
        metavar="FILE",
        multiple=True,
        type=FilePathType(exists=True, dir_okay=False),
        help="A Python file with scenarios of your own. Repeatable.",
    )


def staging_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options to the command, which gets them as ``staging``."""
    return gather(command, "staging", take=fields_of(Staging), options=_staging(start="2025-01-15"))


def sandbox_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same for a store whose clock may run."""
    options = _staging(start="now, or 2025-01-15 with --clock still")
    return gather(command, "staging", take=fields_of(Staging), options=options)


def _staging(*, start: str) -> tuple[Decorator[Any], ...]:
    return (*_BEFORE_START, _start_option(start), *_AFTER_START)


def _start_option(default: str) -> Decorator[Any]:
    return click.option(
        "--start",
        metavar="MOMENT",
        type=MomentType(of_event=True),
        help=f"The time of the first event: ISO 8601 with a zone, or epoch seconds. Default: {default}.",
    )


_BEFORE_START: tuple[Decorator[Any], ...] = (
    click.option(
        "--set",
        "settings",
        metavar="NAME=VALUE",
        multiple=True,
        type=SetValueType("NAME=VALUE", "customer_id=42"),
        help="A parameter of the scenario, as customer_id=42. Repeatable. `scenario show` lists them.",
    ),
    click.option(
        "--assume",
        "assumed",
        metavar="NAME=VALUE",
        multiple=True,
        type=SetValueType("NAME=VALUE", "notice_days=3"),
        help="Change what the store assumes where the vendor documents nothing, as notice_days=3. Repeatable.",
    ),
    click.option(
        "--seed", metavar="S", type=click.INT, help="The seed of all chance: the same seed makes the same bytes."
    ),
)
_AFTER_START: tuple[Decorator[Any], ...] = (
    click.option(
        "--locale",
        metavar="L",
        default="ko_KR",
        show_default=True,
        help="The locale of names and addresses. ko_KR and en_US are built in, the others need Faker.",
    ),
    click.option(
        "--currency",
        metavar="C",
        default="KRW",
        show_default=True,
        type=CurrencyType(),
        help="The currency of all prices: a code of ISO 4217.",
    ),
    click.option(
        "--v1",
        type=click.Choice(["none", "order", "subscription", "both"]),
        help="Send webhooks v1 beside those of v2, of these kinds. Default: none, unless the scenario has them.",
    ),
    click.option(
        "--v1-form",
        type=click.Choice(get_args(V1Form)),
        default=DEFAULT_V1_FORM,
        show_default=True,
        help="How the bodies of webhooks v1 are written. The default is assumed.",
    ),
    files_option(),
)


_LISTS = ("retry_days", "order_updated_again")
_DAYS = "a whole number from 1 to 3650"
_EXPECTED = {
    "retry_days": "days in rising order, from 1 to 3650, such as 1,3,5",
    "order_updated_again": "seconds in rising order, from 1 to 3600, such as 10,20",
    "seconds_to_pay": "a whole number from 0 to 3600",
    "cover_days": "days in rising order, from 1 to 3650, such as 3,5,7,11, or one number between two messages",
    "notice_days": f"{_DAYS}, or none",
    "cover_messages": "a whole number from 1 to 4 (fact 28)",
}


def expected_of_assumption(name: str) -> str:
    """What the assumption takes, in the words of the command line."""
    from steppay_mock.store.assumptions import Assumptions

    kind = get_type_hints(Assumptions)[name]
    if name in _EXPECTED:
        return _EXPECTED[name]
    return "true or false" if kind is bool else choices(get_args(kind)) if get_args(kind) else _DAYS


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
