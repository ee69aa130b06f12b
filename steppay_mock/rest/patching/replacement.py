"""Replaces a function of another library for a while. Replacements may end in any order, also those of others.

Mocks do the same: each stores the function that it finds, and puts that back when it ends. Three cases follow:

- We start and end inside a mock, or around it: the last one to start ends first, and all is simple.
- A mock starts after us and ends after us. At our end the attribute is the mock's, so we leave it. When the mock ends,
  it puts our function back, which nobody removes. So our function knows that it has ended, and calls the one before.
- The next replacement then finds an ended function of ours, and steps over it. So ended functions do not pile up.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial, wraps
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from inspect import getattr_static
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

_MARK = "__steppay_mock_replacement__"


@dataclass(slots=True)
class _Replacement:
    """What one of our functions replaced.

    ``raw`` is the attribute from before, as ``vars(owner)`` has it: getattr() would bind a classmethod. ``is_own`` is
    False if the owner inherited it.
    """

    raw: Any
    is_own: bool
    ended: bool = False


@contextmanager
def replaced(owner: Any, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Iterator[None]:
    """Within it, ``owner.name`` is the function that ``make`` makes from the one before.

    If the owner has no such attribute, nothing is replaced: releases of a library differ.
    """
    if not hasattr(owner, name):
        yield
        return
    replacement = _Replacement(getattr_static(owner, name), name in vars(owner))
    while (older := _replacement_of(replacement.raw)) is not None and older.ended:
        replacement.raw, replacement.is_own = older.raw, older.is_own
    before = getattr(replacement.raw, "__func__", replacement.raw)
    made = make(before)

    @wraps(before)  # name and module stay: mocks and error messages show them
    def instead(*arguments: Any, **options: Any) -> Any:
        return (before if replacement.ended else made)(*arguments, **options)

    setattr(instead, _MARK, replacement)
    # A plain function in the place of a classmethod would get no class as its first argument.
    placed = classmethod(instead) if isinstance(replacement.raw, classmethod) else instead
    setattr(owner, name, placed)
    try:
        yield
    finally:
        replacement.ended = True
        if _replacement_of(getattr_static(owner, name)) is replacement:
            if replacement.is_own:
                setattr(owner, name, replacement.raw)
            else:
                delattr(owner, name)  # the inherited one is visible again


def beneath(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function below all of our replacements: the library's, or the one that a mock put there."""
    while (replacement := _replacement_of(function)) is not None:
        function = getattr(replacement.raw, "__func__", replacement.raw)
    return function


@contextmanager
def when_imported(patches: Mapping[str, Callable[[], AbstractContextManager[None]]]) -> Iterator[None]:
    """Within it, each of these modules is patched: now if it is imported, otherwise as soon as it is.

    We do not import them ourselves: httpx alone takes about 200 ms, and many tests never use it.
    """
    with ExitStack() as stack:
        later: dict[str, Callable[[], None]] = {}
        lasts = [True]
        stack.callback(lasts.clear)
        for name, patch in patches.items():
            if name in sys.modules:
                stack.enter_context(patch())
            else:
                later[name] = partial(_enter, stack, patch, lasts)
        finder = _Finder(later)
        sys.meta_path.insert(0, finder)
        stack.callback(sys.meta_path.remove, finder)
        yield


def _replacement_of(raw: Any) -> _Replacement | None:
    found = getattr(getattr(raw, "__func__", raw), _MARK, None)
    return found if isinstance(found, _Replacement) else None


def _enter(stack: ExitStack, patch: Callable[[], AbstractContextManager[None]], lasts: list[bool]) -> None:
    if lasts:  # an import in another thread may finish after the patch has ended
        stack.enter_context(patch())


class _Finder(MetaPathFinder):
    """An import hook that calls a function right after its module was imported.

    ``sys.modules`` notifies nobody, so we stand first in ``sys.meta_path``, ask the other finders, and replace
    ``exec_module`` of the loader that they find. It costs one dict lookup for each import of another module.
    """

    def __init__(self, imported: dict[str, Callable[[], None]]) -> None:
        self._imported = imported

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The spec of the other finders, if this is one of the modules."""
        if name not in self._imported:
            return None
        others = (one for one in sys.meta_path if one is not self)
        specs = (one.find_spec(name, path, target) for one in others)
        found = next((spec for spec in specs if spec is not None), None)
        if found is not None and found.loader is not None:
            loader: Any = found.loader
            loader.exec_module = partial(self._execute, loader, self._imported[name])
        return found

    @staticmethod
    def _execute(loader: Any, imported: Callable[[], None], module: ModuleType) -> None:
        del loader.exec_module  # the class's method is visible again: importlib.reload() must not patch twice
        loader.exec_module(module)
        imported()
