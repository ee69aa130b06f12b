"""Knows all scenarios: those of this project, of installed packages, and of the user's files."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, TypeVar

from steppay_mock.errors import SteppayMockError, did_you_mean
from steppay_mock.store.options import Billing
from steppay_mock.store.scenarios.definition import Scenario, ScenarioFunction, read_definition
from steppay_mock.store.v1 import V1Kinds

ENTRY_POINTS = "steppay_mock.scenarios"
"""The entry point group of packages with scenarios."""

_SHIPPED = (
    *("purchases", "subscription_starts", "renewals", "changes", "billing", "cover", "customers_and_products"),
    "migration",
)

_known: dict[str, Scenario] = {}
_loaded: set[str] = set()

Function = TypeVar("Function", bound=ScenarioFunction)


def define_scenario(
    name: str,
    *,
    sells: Billing = "flat",
    quota: int | None = None,
    assumptions: Mapping[str, Any] | None = None,
    customer: Literal["known", "new"] = "known",
    product: Literal["known", "new"] = "known",
    v1: V1Kinds | None = None,
) -> Callable[[Function], Function]:
    """Define the decorated function as a scenario of that name.

    The function takes a store, and keyword-only options with defaults. Its docstring describes the scenario; a line
    ``option: what it means.`` describes an option. The function yields its waits: a timedelta, or a datetime to wait
    until. ``sells`` is the billing of the price, ``assumptions`` change those of the store. With ``customer="new"``
    the first event is customer.created, with ``product="new"`` it is product.created. ``v1`` adds webhooks v1 as in a
    :class:`~steppay_mock.Store` (fact 52). SteppayMockError if another scenario has the name.
    """

    def register(function: Function) -> Function:
        check_option_names(function, name)
        made = read_definition(
            function,
            name=name,
            sells=sells,
            quota=quota,
            assumptions=assumptions or {},
            customer=customer,
            product=product,
            v1=v1,
        )
        before = _known.get(name)
        if before is not None and before.origin != made.origin:
            raise SteppayMockError(f"Two scenarios are named {name!r}: {before.origin} and {made.origin}. Rename one.")
        _known[name] = made
        return function

    return register


def check_option_names(function: ScenarioFunction, name: str) -> None:
    """Raise SteppayMockError for an option with the name of a common parameter, or of an option of the store."""
    from steppay_mock.store.scenarios.parameters import OF_STORES, RESERVED

    for option in inspect.signature(function).parameters:
        if option in RESERVED or option in OF_STORES or option == "assumptions":
            raise SteppayMockError(f"The scenario {name!r}: {option!r} is a parameter of every scenario. Rename yours.")


def find_scenario(name: object) -> Scenario:
    """The scenario of that name; SteppayMockError for an unknown one, with the nearest name."""
    if not isinstance(name, str) or name not in _known:
        known = all_scenarios()
        if not isinstance(name, str) or name not in known:
            raise SteppayMockError(
                f"Unknown scenario {name!r}.{did_you_mean(name, known)} `steppay-mock scenario list` shows all "
                f"{len(known)}; for a scenario in a file of your own use --from, or load_scenarios(file)."
            )
    return _known[str(name)]


def all_scenarios() -> dict[str, Scenario]:
    """All scenarios by name, those of this project first."""
    for module in _SHIPPED:
        import_module(f"steppay_mock.store.scenarios.stories.{module}")
    _load_entry_points()
    return dict(_known)


def load_scenarios(path: str | Path) -> None:
    """Load the scenarios of a Python file; SteppayMockError if it cannot be run, with the reason."""
    from importlib.util import module_from_spec, spec_from_file_location

    if not isinstance(path, str | Path):
        raise SteppayMockError(f"{path!r} is not a path. Give a Python file that defines scenarios.")
    file = Path(path).resolve()
    spec = spec_from_file_location(f"steppay_mock_scenarios_{file.stem}", file)
    if spec is None or spec.loader is None or not file.is_file():
        raise SteppayMockError(f"{path} is not a Python file. Give one that defines scenarios.")
    all_scenarios()  # first, so that a name used twice is reported for the user's file
    before = _defined_in(file)
    forget_scenarios(file)  # it may be loaded again after an edit
    found = len(_known)
    sys.path.insert(0, str(file.parent))  # as for `python file.py`
    try:
        spec.loader.exec_module(module_from_spec(spec))
    except Exception as error:
        forget_scenarios(file)  # it stopped halfway
        _known.update(before)
        if isinstance(error, SteppayMockError):
            raise
        raise SteppayMockError(
            f"{path} cannot be run: {type(error).__name__}: {error}. Correct it, and try: python {path}"
        ) from error
    finally:
        sys.path.remove(str(file.parent))
    if len(_known) == found:
        raise SteppayMockError(f"{path} defines no scenario. Decorate a function: @define_scenario('gift-then-regret')")


def forget_scenarios(path: str | Path) -> None:
    """Forget the scenarios that this Python file defines; another file may give their names to its own then."""
    for name in _defined_in(Path(path).resolve()):
        del _known[name]


def _defined_in(file: Path) -> dict[str, Scenario]:
    return {name: one for name, one in _known.items() if Path(one.origin.rpartition(":")[0]).resolve() == file}


def _load_entry_points() -> None:
    from importlib.metadata import entry_points

    for one in entry_points(group=ENTRY_POINTS):
        if one.value in _loaded:
            continue
        try:
            one.load()
        except SteppayMockError:
            raise
        except Exception as error:
            raise SteppayMockError(
                f"The scenarios {one.name!r} ({one.value}) cannot be loaded: {type(error).__name__}: {error}. "
                "Repair or uninstall the package that has them."
            ) from error
        _loaded.add(one.value)
