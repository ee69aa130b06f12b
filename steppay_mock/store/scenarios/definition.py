"""The definition of a scenario, read from the decorated function: its docstring, options and annotations."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from steppay_mock.errors import SteppayMockError, choices
from steppay_mock.store.assumptions import Assumptions, read_assumptions
from steppay_mock.store.options import Billing
from steppay_mock.store.scenarios.docstring import IS_DROPPED, docstring_of
from steppay_mock.store.v1 import V1_KINDS, V1Kinds
from steppay_mock.values import WholeValue, check_choice

Wait = timedelta | datetime
"""A wait: how long time passes, or until when. A datetime without a zone is UTC, as the records of the store have."""

StoryWaits = Iterator[Wait]
"""The return type of a scenario's function that yields its waits."""

# An option of these types has bounds: a story of 10**30 renewals has no end, and such a wait is no time at all.
Times = Annotated[int, WholeValue(least=0, most=1_000)]
"""How often something happens in a scenario."""
Failures = Annotated[int, WholeValue(least=1, most=1_000)]
Minutes = Annotated[int, WholeValue(least=0, most=100_000)]
Hours = Annotated[int, WholeValue(least=0, most=10_000)]
Days = Annotated[int, WholeValue(least=0, most=1_000)]

ScenarioFunction = Callable[..., "StoryWaits | None"]

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DOCUMENTED = re.compile(r"^(\w+): +(.+(?:\n +.+)*)", re.MULTILINE)
_TYPES = {int: "a whole number", str: "a text", bool: "true or false", float: "an amount"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of a scenario."""

    name: str
    description: str
    type: type
    default: Any = None
    values: tuple[Any, ...] = ()
    """The allowed values; empty: all of its type."""
    bounds: WholeValue | None = None
    """The range of a whole number; None: it has no bounds."""

    @property
    def wanted(self) -> str:
        """The allowed values in words."""
        if self.bounds is not None:
            return self.bounds.expected
        return f"one of {', '.join(map(str, self.values))}" if self.values else _TYPES[self.type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A scenario: a named function that runs actions in a store."""

    name: str
    description: str
    function: ScenarioFunction = field(repr=False)
    options: tuple[Parameter, ...]
    """The parameters of its function, without the store."""
    sells: Billing
    quota: int | None
    assumptions: Assumptions
    customer: Literal["known", "new"]
    """``known``: the customer exists before the first event; ``new``: the first event is customer.created."""
    product: Literal["known", "new"]
    v1: V1Kinds | None
    """The webhooks v1 of its store beside those of v2 (fact 52), unless the caller says otherwise."""
    origin: str
    """Where its function is defined, as ``file:line``."""

    @property
    def summary(self) -> str:
        """The first sentence of the description."""
        return self.description.split(". ")[0].rstrip(".") + "."

    @property
    def yields(self) -> bool:
        """Whether it yields its waits, so that another scenario can run in the same store."""
        return inspect.isgeneratorfunction(self.function)


def read_definition(
    function: ScenarioFunction,
    *,
    name: str,
    sells: Billing,
    quota: int | None,
    assumptions: Mapping[str, Any],
    customer: Literal["known", "new"],
    product: Literal["known", "new"],
    v1: V1Kinds | None = None,
) -> Scenario:
    """The scenario that the function defines; SteppayMockError if the definition is wrong."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise SteppayMockError(
            f"{name!r} cannot be the name of a scenario. Write lower-case words with hyphens, such as gift-then-regret."
        )
    plain = inspect.unwrap(function)
    if inspect.iscoroutinefunction(plain) or inspect.isasyncgenfunction(plain):
        raise SteppayMockError(
            f"The function of the scenario {name!r} is asynchronous. Write def, and yield its waits."
        )
    origin = f"{inspect.getsourcefile(plain)}:{plain.__code__.co_firstlineno}"
    text = docstring_of(function)
    paragraphs = text.split("\n\n")
    if not paragraphs[0]:
        kept = ", in a source file that exists when it runs: python -OO drops docstrings" if IS_DROPPED else ""
        raise SteppayMockError(f"The scenario {name!r} has no description. Give its function a docstring{kept}.")
    check_choice("sells", sells, get_args(Billing))
    check_choice("customer", customer, ("known", "new"))
    check_choice("product", product, ("known", "new"))
    return Scenario(
        name=name,
        description=" ".join(paragraphs[0].split()),
        function=function,
        options=tuple(_read_options(function, name, text)),
        sells=sells,
        quota=quota,
        assumptions=read_assumptions(dict(assumptions)),
        customer=customer,
        product=product,
        v1=V1_KINDS.check("v1", v1),
        origin=origin,
    )


def _read_options(function: ScenarioFunction, name: str, text: str) -> Iterator[Parameter]:
    documented = {found: " ".join(words.split()) for found, words in _DOCUMENTED.findall(text)}
    listed = list(inspect.signature(function).parameters.values())
    if not listed or listed[0].kind not in {listed[0].POSITIONAL_ONLY, listed[0].POSITIONAL_OR_KEYWORD}:
        raise SteppayMockError(f"The function of the scenario {name!r} takes a store first: def story(store): ...")
    hints = _hints(function, name)
    for one in listed[1:]:
        if one.kind is not one.KEYWORD_ONLY or one.default is one.empty:
            raise SteppayMockError(
                f"The scenario {name!r}: {one.name} must be keyword-only and have a default, as in "
                f"def story(store, *, {one.name}: int = 1): ..."
            )
        hint = hints.get(one.name, type(one.default))
        kind, values = _kind(hint)
        if kind not in _TYPES:
            raise SteppayMockError(
                f"The scenario {name!r}: {one.name} is annotated as {hints.get(one.name)!r}. "
                f"Use {choices(known.__name__ for known in _TYPES)}, or a Literal of them."
            )
        yield Parameter(
            name=one.name,
            description=documented.get(one.name, ""),
            type=kind,
            default=one.default,
            values=values,
            bounds=next((word for word in getattr(hint, "__metadata__", ()) if isinstance(word, WholeValue)), None),
        )


def _hints(function: ScenarioFunction, name: str) -> dict[str, Any]:
    try:
        return get_type_hints(function, include_extras=True)
    except NameError as error:  # such as Store, imported for the type checker alone
        known = {**getattr(function, "__globals__", {}), str(error.name): object}
        try:
            return get_type_hints(function, globalns=known, include_extras=True)
        except NameError:
            raise SteppayMockError(
                f"The scenario {name!r}: its annotations use {error.name}, which is not imported. Import it."
            ) from None


def _kind(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    if get_origin(hint) is Annotated:
        return _kind(get_args(hint)[0])
    if get_origin(hint) is Literal:
        values = get_args(hint)
        return type(values[0]), values
    inner = [one for one in get_args(hint) if one is not type(None)]
    if get_origin(hint) in {Union, UnionType} and len(inner) == 1:  # such as `int | None`
        return _kind(inner[0])
    return hint, ()
