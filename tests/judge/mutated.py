"""The members that are right receivers with one automatic mistake."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from conformance.checked import TYPES, no_wait
from conformance.zoo.shop import SECRET
from examples.conftest import SECRET as SECRET_OF_EXAMPLES
from examples.conftest import opened
from judge.member import Member, NotAReceiverError
from judge.mistakes import Mistake, mistakes_in, read

from steppay_mock import Clock, Scorecard, check_receiver

Modules = Mapping[str, ModuleType]
Options = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A right receiver: its files in the order of their imports, and what a check needs of it.

    ``left_out`` are functions, each behind its module, that belong to the test or to the start of a server. ``allowed``
    are the findings that it has without a mistake.
    """

    name: str
    files: tuple[str, ...]
    open: Callable[[Modules], AbstractContextManager[Options]]
    left_out: tuple[str, ...] = ()
    allowed: frozenset[str] = frozenset()


@contextmanager
def _shop(modules: Modules) -> Iterator[Options]:
    shop = modules["shop"].Shop()
    yield {
        "receiver": shop,
        "secret": SECRET,
        "state": shop.state,
        "reset": shop.reset,
        "effects": shop.effects,
        "types": TYPES,
    }


@contextmanager
def _flask(modules: Modules) -> Iterator[Options]:
    with tempfile.TemporaryDirectory() as folder, opened(modules["flask_app"], f"{folder}/rows.sqlite3") as one:
        yield {
            "receiver": one.app,
            "secret": SECRET_OF_EXAMPLES,
            "state": lambda: {table: one.rows(table) for table in ("subscriptions", "payments")},
            "reset": one.clear,
            "types": ("payment.*", "subscription.created", "subscription.updated"),
        }


ORIGINALS = (
    Original(
        name="shop",
        files=("tests/conformance/zoo/shop.py",),
        open=_shop,
        left_out=(
            *("shop:Shop.state", "shop:Shop.effects", "shop:Shop.reset", "shop:Shop.__init__"),
            *("shop:Shop", "shop:RefusedError.__init__"),
        ),
    ),
    Original(
        name="flask",
        files=tuple(f"examples/receivers/{name}.py" for name in ("steppay_webhook", "sqlite_store", "flask_app")),
        open=_flask,
        left_out=("flask_app:main", "flask_app:"),
    ),
)


def mutant_members() -> list[Member]:
    """Each original with each mistake in its files."""
    return [
        Member(
            group="mutants",
            name=f"{original.name}/{mistake.name}",
            card=partial(_card, original, mistake),
            allowed=original.allowed,
            change=mistake.change,
        )
        for original in ORIGINALS
        for path in original.files
        for mistake in mistakes_in(path)
        if f"{Path(path).stem}:{mistake.within}" not in original.left_out
    ]


def unchanged(original: Original) -> Scorecard:
    """The card of an original without a mistake."""
    return _card(original, None)


def _card(original: Original, mistake: Mistake | None) -> Scorecard:
    """A quick card; where that has no finding, one with the searches through orders too."""
    texts = {path: read(path) for path in original.files}
    if mistake is not None:
        texts[mistake.path] = mistake.make(texts[mistake.path])
    with ExitStack() as stack:
        try:
            modules = stack.enter_context(_loaded(texts))
            options = stack.enter_context(original.open(modules))
        except Exception as error:
            raise NotAReceiverError(type(error).__name__) from error
        common: Options = {"clock": Clock(sleep=no_wait), **options}
        receiver = common.pop("receiver")
        quick = check_receiver(receiver, quick=True, **common)
        if any(one.full_name not in original.allowed for one in quick.findings):
            return quick
        return check_receiver(receiver, **common)


@contextmanager
def _loaded(texts: Mapping[str, str]) -> Iterator[Modules]:
    """The modules of these files with these texts, by name; meanwhile they can import each other."""
    before = {Path(path).stem: sys.modules.get(Path(path).stem) for path in texts}
    modules: dict[str, ModuleType] = {}
    try:
        for path, text in texts.items():
            name = Path(path).stem
            module = modules[name] = ModuleType(name)
            module.__file__ = path
            sys.modules[name] = module
            exec(compile(text, path, "exec", dont_inherit=True), module.__dict__)
        yield modules
    finally:
        for name, module_before in before.items():
            sys.modules.pop(name, None)
            if module_before is not None:
                sys.modules[name] = module_before
