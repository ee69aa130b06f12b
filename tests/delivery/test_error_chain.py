"""The errors behind an error: what caused it, what it was raised amid, and what its groups hold, each once."""

from __future__ import annotations

from steppay_mock.delivery.error_chain import errors_behind


def raised(error: Exception, *, cause: Exception | None = None, amid: Exception | None = None) -> Exception:
    """The error as Python leaves it: a cause that was named hides what it was raised amid."""
    error.__context__ = amid
    if cause is not None:
        error.__cause__ = cause
    return error


def test_a_named_cause_comes_before_what_it_was_raised_amid_and_in_its_place() -> None:
    cause, amid = KeyError("cause"), KeyError("amid")
    error = raised(ValueError("error"), cause=cause, amid=amid)
    assert list(errors_behind(error)) == [error, cause]
    error = raised(ValueError("error"), amid=amid)
    assert list(errors_behind(error)) == [error, amid]


def test_what_is_hidden_by_from_none_is_no_cause() -> None:
    error = raised(ValueError("error"), amid=KeyError("amid"))
    error.__cause__ = None  # this is what `from None` does
    assert error.__suppress_context__
    assert list(errors_behind(error)) == [error]


def test_a_group_has_its_errors_and_what_is_behind_them() -> None:
    cause = KeyError("cause")
    one, two, front = raised(ValueError("one"), cause=cause), ValueError("two"), KeyError("before the group")
    group = raised(ExceptionGroup("group", [one, two]), amid=front)
    found = list(errors_behind(group))
    assert found[0] is group
    assert {id(error) for error in found} == {id(error) for error in (group, one, cause, two, front)}
    assert len(found) == 5


def test_each_comes_once_and_what_was_handled_before_not_at_all() -> None:
    outside = KeyError("outside")
    first = raised(ValueError("first"), amid=outside)
    second = raised(ValueError("second"), cause=first)
    first.__cause__ = second  # a circle
    group = ExceptionGroup("group", [first, second, first])
    assert [id(one) for one in errors_behind(group)].count(id(first)) == 1
    assert len(list(errors_behind(group))) == 3
    plain = raised(ValueError("plain"), amid=outside)
    assert list(errors_behind(plain)) == [plain, outside]
    assert list(errors_behind(plain, outside=outside)) == [plain]
    assert list(errors_behind(None)) == []
