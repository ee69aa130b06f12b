"""Replaces functions of other libraries for a while. Replacements may end in any order, also among those of others.

Whoever replaced the function later put ours aside, and puts it back later. By then ours has ended: it does what the
function did before.
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

_MARK = "__steppay_mock_seam__"


@dataclass(slots=True)
class _Seam:
    """What stood there before: ``raw`` as it is in the class, ``is_own`` if not in a class above."""

    raw: Any
    is_own: bool
    ended: bool = False


@contextmanager
def replaced(owner: Any, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Iterator[None]:
    """Within it, the method or function of that name is what ``make`` gives, which takes the one from before.

    Where there is none of that name nothing is replaced: releases of a library differ.
    """
    if not hasattr(owner, name):
        yield
        return
    seam = _Seam(getattr_static(owner, name), name in vars(owner))
    while (older := _seam_of(seam.raw)) is not None and older.ended:
        seam.raw, seam.is_own = older.raw, older.is_own
    before = getattr(seam.raw, "__func__", seam.raw)
    made = make(before)

    @wraps(before)
    def instead(*arguments: Any, **options: Any) -> Any:
        return (before if seam.ended else made)(*arguments, **options)

    setattr(instead, _MARK, seam)
    placed = classmethod(instead) if isinstance(seam.raw, classmethod) else instead
    setattr(owner, name, placed)
    try:
        yield
    finally:
        seam.ended = True
        if _seam_of(getattr_static(owner, name)) is seam:
            if seam.is_own:
                setattr(owner, name, seam.raw)
            else:
                delattr(owner, name)  # that of the class above shows again


def beneath(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function that is under our replacements."""
    while (seam := _seam_of(function)) is not None:
        function = getattr(seam.raw, "__func__", seam.raw)
    return function


@contextmanager
def when_imported(patches: Mapping[str, Callable[[], AbstractContextManager[None]]]) -> Iterator[None]:
    """Within it, each module of these names is patched: now if it is imported already, otherwise when it is."""
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


def _seam_of(raw: Any) -> _Seam | None:
    found = getattr(getattr(raw, "__func__", raw), _MARK, None)
    return found if isinstance(found, _Seam) else None


def _enter(stack: ExitStack, patch: Callable[[], AbstractContextManager[None]], lasts: list[bool]) -> None:
    if lasts:  # an import of another thread may end later than that
        stack.enter_context(patch())


class _Finder(MetaPathFinder):
    """Calls a function once its module was imported."""

    def __init__(self, imported: dict[str, Callable[[], None]]) -> None:
        self._imported = imported

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """That of the finders behind this one, if it is one of the modules that is imported."""
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
        del loader.exec_module  # that of its class again: to reload the module is not to import it
        loader.exec_module(module)
        imported()
