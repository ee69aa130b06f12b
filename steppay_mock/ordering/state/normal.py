"""The normal form of a state: two states are equal if and only if their normal forms are.

- Dicts are compared without the order of keys, lists and tuples with order, sets without.
- A set counts its members, because ignoring a part of them may make two of them equal.
- Instances of different classes differ. A class that was defined again under its old name is the same class.
- Numbers are compared by value: 1, 1.0 and Decimal("1.00") are equal. True and 1 differ, as they do in JSON. NaN equals
  itself.

A normal form is hashable, so states can be counted and looked up.

The readers run after every delivery, so each is chosen once for each type (``_Forms``), and there are two families:
one without paths, and one that follows the patterns of ``ignore=`` and is used only where a pattern can still match.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any

from steppay_mock.contract.long_numbers import writable
from steppay_mock.ordering.state.ignore import NOTHING, Ignore, PathNode
from steppay_mock.ordering.state.marks import FALSE, TRUE, Flag, Instance, Many, Members, Named, is_marked, named
from steppay_mock.ordering.state.reading import VALUES, Unordered, class_of, decimal, member, number, reader_of, same
from steppay_mock.ordering.state.unfit import explain_unfit

_VALUE_READERS = {same, number, decimal, member}  # their results are normal forms already


def normalise(value: Any, *, ignore: Ignore = NOTHING, name: str = "state") -> Hashable:
    """The normal form of what a probe returned, without what is ignored.

    SteppayMockError names the path of what cannot be compared, its type, and what to return instead. ``name`` is the
    option of the probe.
    """
    try:
        form: Hashable = _form_at(value, ignore.root)
        hash(form)  # raises for an unhashable value deep inside, which no reader looks at
    except Exception as error:  # properties of the user's classes are read here, and may raise anything
        raise explain_unfit(value, error, ignore=ignore, name=name) from error
    return form


def plain(form: Any) -> Any:
    """A normal form as dicts, lists and values, to be shown.

    Keys are sorted, sets are ``Unordered`` lists, instances are ``Instance`` dicts. A plain form stays as it is.
    """
    if isinstance(form, frozenset):
        return Unordered(_sorted(map(plain, form)))
    if isinstance(form, tuple):
        return _plain_marked(*form) if is_marked(form) else [plain(one) for one in form]
    if isinstance(form, list):
        return type(form)(plain(one) for one in form)
    if isinstance(form, dict):
        shown = {key: plain(value) for key, value in form.items()}
        return Instance(form.of, shown) if isinstance(form, Instance) else shown
    return form.value if isinstance(form, Flag) else writable(form)


def _plain_marked(mark: Any, form: Any) -> Any:
    if mark is Many:
        return Unordered(_sorted(plain(thing) for thing, count in form for _ in range(count)))
    shown = dict(_sorted(_plain_members(form), by=_first))
    return Instance(mark.name, shown) if type(mark) is Named else shown


def _plain_members(form: Any) -> Iterator[tuple[Any, Any]]:
    """The members. If two different keys look the same, the second is called ``key (2)``."""
    # A frozenset of pairs; or (Many, pairs with counts), where ignoring a part of the keys made pairs equal.
    pairs = form if isinstance(form, frozenset) else [pair for pair, count in form[1] for _ in range(count)]
    seen: Counter[Any] = Counter()
    for key, value in pairs:
        shown = str(plain(key)) if isinstance(key, tuple | frozenset) else plain(key)
        seen[shown] += 1
        yield (shown if seen[shown] == 1 else f"{shown} ({seen[shown]})"), plain(value)


def _first(pair: tuple[Any, Any]) -> Any:
    return pair[0]


def _sorted(things: Iterable[Any], *, by: Callable[[Any], Any] = same) -> list[Any]:
    """The things sorted: by value if all are texts or all whole numbers, otherwise by type and repr."""
    found = list(things)
    if {type(by(one)) for one in found} in ({str}, {int}):
        return sorted(found, key=by)
    return sorted(found, key=lambda one: (type(by(one)).__name__, repr(by(one))))


# Readers without paths. An error has no path here: unfit.py looks for it when there is one.


def _form(value: Any) -> Any:
    return value if type(value) in VALUES else _FORMS[type(value)](value)


def _dict(value: dict[Any, Any]) -> Any:
    # The usual row has values of known types only; then one call of frozenset does it all in C.
    if VALUES.issuperset(map(type, value.values())) and VALUES.issuperset(map(type, value)):
        return Members, frozenset(value.items())
    # _form written out twice: the calls would be half of the time of a state.
    forms, values = _FORMS, VALUES
    return Members, _gathered(
        [
            (
                key if type(key) in values else forms[type(key)](key),
                inner if type(inner) in values else forms[type(inner)](inner),
            )
            for key, inner in value.items()
        ]
    )


def _list(value: list[Any] | tuple[Any, ...]) -> Any:
    return tuple([_form(inner) for inner in value])


def _set(value: Iterable[Any]) -> Any:
    return _gathered([_form(inner) for inner in value])


def _instance(value: Instance) -> Any:
    return named(value.of), _dict(value)[1]


def _gathered(forms: list[Any]) -> Any:
    """The forms without order; counted if some are equal."""
    found = frozenset(forms)
    return found if len(found) == len(forms) else (Many, frozenset(Counter(forms).items()))


class _Forms(dict[type, Callable[[Any], Any]]):
    """The function for each type that makes its normal form. A new type is looked up once, by ``reader_of``."""

    def __missing__(self, kind: type) -> Callable[[Any], Any]:
        # The closures are kept for the type, so reflection on a class of the user's happens once and not for each row.
        read, name = reader_of(kind), class_of(kind)
        if read is None:
            raise TypeError(kind.__name__)
        found: Callable[[Any], Any]
        if read in _VALUE_READERS:
            found = self[kind] = read
        elif name is None:
            found = self[kind] = lambda value: _form(read(value))
        else:
            found = self[kind] = lambda value: _of_class(name, _form(read(value)))
        return found


def _of_class(name: str, form: Any) -> Any:
    """The form of an instance that was read as a dict. A RootModel of pydantic is read as its root, and stays that."""
    return (named(name), form[1]) if type(form) is tuple and form[:1] == (Members,) else form


_FLAGS = {True: TRUE, False: FALSE}
_FORMS = _Forms(
    {
        bool: _FLAGS.__getitem__,
        dict: _dict,
        list: _list,
        tuple: _list,
        set: _set,
        frozenset: _set,
        Unordered: _set,
        Instance: _instance,
    }
)


# Readers with a path node: the same where something below may be ignored.


def _form_at(value: Any, place: PathNode) -> Any:
    kind = type(value)
    if kind in VALUES:
        return value
    return _FORMS_AT[kind](value, place) if place.live else _FORMS[kind](value)


def _dict_at(value: dict[Any, Any], place: PathNode) -> Any:
    members = []
    for key, inner in value.items():
        further = place[key]
        if further is not None:
            members.append((_form(key), _form_at(inner, further)))
    return Members, _gathered(members)


def _list_at(value: Iterable[Any], place: PathNode) -> Any:
    return tuple(_counting(value, place))


def _set_at(value: Iterable[Any], place: PathNode) -> Any:
    return _gathered(_counting(value, place))


def _counting(value: Iterable[Any], place: PathNode) -> list[Any]:
    """The forms of the members of a list or set that are not ignored."""
    below_it = [(inner, place[at]) for at, inner in enumerate(value)]
    return [_form_at(inner, further) for inner, further in below_it if further is not None]


def _instance_at(value: Instance, place: PathNode) -> Any:
    return named(value.of), _dict_at(value, place)[1]


class _FormsAt(dict[type, Callable[[Any, PathNode], Any]]):
    """As ``_Forms``, for functions that take a path node as well."""

    def __missing__(self, kind: type) -> Callable[[Any, PathNode], Any]:
        read, name = reader_of(kind), class_of(kind)
        if read is None:
            raise TypeError(kind.__name__)
        found: Callable[[Any, PathNode], Any]
        if read in _VALUE_READERS:
            found = self[kind] = lambda value, _place: read(value)
        elif name is None:
            found = self[kind] = lambda value, place: _form_at(read(value), place)
        else:
            found = self[kind] = lambda value, place: _of_class(name, _form_at(read(value), place))
        return found


_FORMS_AT = _FormsAt(
    {
        bool: lambda value, _place: _FLAGS[bool(value)],
        dict: _dict_at,
        list: _list_at,
        tuple: _list_at,
        set: _set_at,
        frozenset: _set_at,
        Unordered: _set_at,
        Instance: _instance_at,
    }
)
