"""The differences of two states, with their paths, and the lines that show them.

Rows are matched by their keys, so one row more or another order does not make all rows differ.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.ordering.face import current_face
from steppay_mock.ordering.state.json_path import below
from steppay_mock.ordering.state.marks import Instance
from steppay_mock.ordering.state.matching import match_rows
from steppay_mock.ordering.state.normal import normalise, plain
from steppay_mock.ordering.state.reading import Unordered

DifferenceKind = Literal["changed", "missing", "unexpected", "order"]
"""Another value; expected and missing; there and unexpected; the same list in another order."""

_LISTED = 10  # differences that a text shows
_SHOWN = 100  # characters of a value
_PATH = 120  # characters of a path
_BEFORE = 20  # characters that a cut value keeps before the first difference
_COMPARED = 250_000  # pairs of things up to which lists are aligned: SequenceMatcher takes quadratic time
_SORT = "the same things in another order. If their order means nothing, sort them in the probe (ORDER BY)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place where two states differ: a JSONPath, in which rows are named as in ``[id=7]``, and both values.

    ``actual`` is None if the value is missing, ``expected`` is None if it is unexpected.
    """

    path: str
    kind: DifferenceKind
    expected: Any = None
    actual: Any = None

    def __str__(self) -> str:
        path = excerpt(self.path, limit=_PATH)
        if self.kind == "order":
            return f"~ {path}: {_SORT}"
        expected, actual = show_both(self.expected, self.actual)
        lines = [f"- {path}: {expected}"] if self.kind != "unexpected" else []
        return "\n".join([*lines, f"+ {path}: {actual}"] if self.kind != "missing" else lines)


def differences(expected: Any, actual: Any) -> list[Difference]:
    """Every place where two states, in normal or plain form, differ; none if they are equal.

    An instance is compared with a dict field by field, because truths are often written as dicts.
    """
    one, other = plain(expected), plain(actual)
    found = list(_compare("$", one, other))
    if not found and normalise(one) != normalise(other):  # a dict here, an instance with its members there
        found.append(Difference(path="$", kind="changed", expected=one, actual=other))
    return found


def describe_differences(found: Sequence[Difference], *, limit: int = _LISTED) -> str:
    """The differences as lines: ``-`` expected, ``+`` actual, ``~`` another order; at most ``limit`` of them."""
    lines = [str(one) for one in found[:limit]]
    if len(found) > limit:
        lines.append(f"... and {len(found) - limit} more")
    return "\n".join(lines)


def _compare(path: str, expected: Any, actual: Any) -> Iterator[Difference]:
    if isinstance(expected, dict) and isinstance(actual, dict) and not _of_two_classes(expected, actual):
        yield from _compare_members(path, expected, actual)
    elif isinstance(expected, list) and isinstance(actual, list) and type(expected) is type(actual):
        if normalise(expected) != normalise(actual):
            yield from _compare_things(path, expected, actual)
    elif normalise(expected) != normalise(actual):
        yield Difference(path=path, kind="changed", expected=expected, actual=actual)


def _of_two_classes(one: Any, other: Any) -> bool:
    return isinstance(one, Instance) and isinstance(other, Instance) and one.of != other.of


def _compare_members(path: str, expected: dict[Any, Any], actual: dict[Any, Any]) -> Iterator[Difference]:
    there, came = _members(expected), _members(actual)
    for key, value in there.items():
        if key in came:
            yield from _compare(below(path, key[0]), value, came[key])
        else:
            yield Difference(path=below(path, key[0]), kind="missing", expected=value)
    for key, value in came.items():
        if key not in there:
            yield Difference(path=below(path, key[0]), kind="unexpected", actual=value)


def _members(members: dict[Any, Any]) -> dict[tuple[Any, bool], Any]:
    """The members by keys for which True is not 1."""
    return {(key, isinstance(key, bool)): value for key, value in members.items()}


def _compare_things(path: str, expected: list[Any], actual: list[Any]) -> Iterator[Difference]:
    ordered = not isinstance(expected, Unordered)
    if ordered and Counter(map(normalise, expected)) == Counter(map(normalise, actual)):
        yield Difference(path=path, kind="order", expected=expected, actual=actual)
    elif (matches := match_rows(expected, actual)) is not None:
        for name, one, other in matches.pairs:
            yield from _compare_pair(f"{path}[{name}]", one, other)
        if ordered and matches.reordered:
            yield Difference(path=path, kind="order", expected=expected, actual=actual)
    elif ordered:
        for at, one, other in _aligned(expected, actual):
            yield from _compare_pair(f"{path}[{at}]", one, other)
    else:
        yield from _compare_sets(f"{path}[*]", expected, actual)


def _compare_sets(path: str, expected: list[Any], actual: list[Any]) -> Iterator[Difference]:
    there, came = Counter(map(normalise, expected)), Counter(map(normalise, actual))
    for form in (there - came).elements():
        yield Difference(path=path, kind="missing", expected=plain(form))
    for form in (came - there).elements():
        yield Difference(path=path, kind="unexpected", actual=plain(form))


def _compare_pair(path: str, one: list[Any], other: list[Any]) -> Iterator[Difference]:
    """Compare two things, or one with nothing: either list may be empty."""
    if one and other:
        yield from _compare(path, one[0], other[0])
    elif one:
        yield Difference(path=path, kind="missing", expected=one[0])
    else:
        yield Difference(path=path, kind="unexpected", actual=other[0])


def _aligned(expected: list[Any], actual: list[Any]) -> Iterator[tuple[int, list[Any], list[Any]]]:
    """Pairs of different things with their index. A thing that was inserted or removed has no partner."""
    spans = [(0, len(expected), 0, len(actual))]
    if len(expected) * len(actual) <= _COMPARED:
        matcher = SequenceMatcher(None, [*map(normalise, expected)], [*map(normalise, actual)], autojunk=False)
        spans = [span for tag, *span in matcher.get_opcodes() if tag != "equal"]  # type: ignore[misc]
    for first, last, begin, end in spans:
        for at in range(max(last - first, end - begin)):
            one, other = expected[first:last][at : at + 1], actual[begin:end][at : at + 1]
            yield (first if one else begin) + at, one, other


def show_both(expected: Any, actual: Any) -> tuple[str, str]:
    """Both values as text; of long ones the part where they begin to differ. At a shell they are written as JSON."""
    write = _as_json if current_face().is_shell else repr
    texts = write(expected), write(actual)
    if max(map(len, texts)) <= _SHOWN:
        return excerpt(texts[0]), excerpt(texts[1])
    same = next((at for at, pair in enumerate(zip(*texts, strict=False)) if pair[0] != pair[1]), min(map(len, texts)))
    begin = max(0, same - _BEFORE) if same > _SHOWN - _BEFORE else 0
    return _cut(texts[0], begin), _cut(texts[1], begin)


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _cut(text: str, begin: int) -> str:
    return ("..." if begin else "") + excerpt(text[begin:], limit=_SHOWN)
