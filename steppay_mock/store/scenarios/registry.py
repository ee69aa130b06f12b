"""Which scenarios are there? Those of the project, those of installed packages, and those of the user's files."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, TypeVar

from steppay_mock.errors import SteppayMockError, did_you_mean
from steppay_mock.store.options import Billing
from steppay_mock.store.scenarios.definition import Scenario, Told, read_definition

ENTRY_POINTS = "steppay_mock.scenarios"
"""The entry point group whose modules define scenarios."""

_SHIPPED = (
    *("purchases", "refunds", "beginnings", "renewals", "arrears", "cancellations", "pauses", "changes", "usage"),
    *("invoices", "cover", "records"),
)

_known: dict[str, Scenario] = {}
_loaded: set[str] = set()

Function = TypeVar("Function", bound=Told)


def define_scenario(
    name: str,
    *,
    sells: Billing = "flat",
    quota: int | None = None,
    assumptions: Mapping[str, Any] | None = None,
    customer: Literal["known", "new"] = "known",
    product: Literal["known", "new"] = "known",
) -> Callable[[Function], Function]:
    """Make the decorated function a scenario of that name.

    The function takes a store, and its options behind a ``*``, each with a default; its docstring tells the story, and
    has a line ``option: what it means.`` for each. It yields how long time shall pass (a timedelta) or until when (a
    datetime). ``sells`` says what the price is like, ``assumptions`` what differs from the store's own. With
    ``customer="new"`` the story begins with customer.created, with ``product="new"`` with product.created. A name that
    is taken is a SteppayMockError.
    """

    def register(tell: Function) -> Function:
        check_option_names(tell, name)
        made = read_definition(
            tell,
            name=name,
            sells=sells,
            quota=quota,
            assumptions=assumptions or {},
            customer=customer,
            product=product,
        )
        before = _known.get(name)
        if before is not None and before.origin != made.origin:
            raise SteppayMockError(
                f"There is a scenario {name!r} already: {before.origin}. This one is {made.origin}. Rename it."
            )
        _known[name] = made
        return tell

    return register


def check_option_names(tell: Told, name: str) -> None:
    """Refuse an option that a parameter of every scenario, or an option of its store, would hide."""
    from steppay_mock.store.scenarios.parameters import OF_STORES, RESERVED

    for option in inspect.signature(tell).parameters:
        if option in RESERVED or option in OF_STORES or option == "assumptions":
            raise SteppayMockError(
                f"The scenario {name!r}: every scenario has {option!r} already, with a meaning. Rename yours."
            )


def find_scenario(name: object) -> Scenario:
    """The scenario of that name; an unknown one is a SteppayMockError that names the nearest."""
    if not isinstance(name, str) or name not in _known:
        known = all_scenarios()
        if name not in known:
            raise SteppayMockError(
                f"There is no scenario {name!r}.{did_you_mean(name, known)} `steppay-mock scenario list` shows all "
                f"{len(known)}; those of your own files need --from, or load_scenarios(file)."
            )
    return _known[str(name)]


def all_scenarios() -> dict[str, Scenario]:
    """Every scenario by its name, those of the project first."""
    for module in _SHIPPED:
        import_module(f"steppay_mock.store.scenarios.stories.{module}")
    _load_entry_points()
    return dict(_known)


def load_scenarios(path: str | Path) -> None:
    """Run a Python file that defines scenarios; SteppayMockError where it cannot be run, with the reason."""
    from importlib.util import module_from_spec, spec_from_file_location

    if not isinstance(path, str | Path):
        raise SteppayMockError(f"{path!r} is no path. Name a Python file that defines scenarios.")
    file = Path(path).resolve()
    spec = spec_from_file_location(f"steppay_mock_scenarios_{file.stem}", file)
    if spec is None or spec.loader is None or not file.is_file():
        raise SteppayMockError(f"{path} is no Python file. Give one that defines scenarios.")
    all_scenarios()  # a name that is taken is found where it is taken again
    before = {name: one for name, one in _known.items() if one.origin.startswith(f"{file}:")}
    for name in before:
        del _known[name]  # what the file says now counts
    found = len(_known)
    sys.path.insert(0, str(file.parent))  # as for `python file.py`
    try:
        spec.loader.exec_module(module_from_spec(spec))
    except SteppayMockError:
        raise
    except Exception as error:
        raise SteppayMockError(
            f"{path} cannot be run: {type(error).__name__}: {error}. Correct that: python {path}"
        ) from error
    finally:
        sys.path.remove(str(file.parent))
    if len(_known) == found:
        raise SteppayMockError(f"{path} defines no scenario. Decorate a function: @define_scenario('gift-then-regret')")


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
                "Mend or uninstall the package that brings them."
            ) from error
        _loaded.add(one.value)
