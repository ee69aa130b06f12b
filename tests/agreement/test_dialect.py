"""The patterns of the schemas mean the same in RE2, ECMAScript and Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from agreement.judges import schema_documents
from agreement.mutate import BAD_DATES, GOOD_DATES

# An escape other than of a literal (\d takes other scripts' digits in Python, \Z is Python's alone, \1 refers back),
# any group but a plain one or (?:...), and quantifiers that are lazy or possessive.
NOT_SHARED = re.compile(r"\\[A-Za-z0-9]|\(\?(?!:)|[*+?}][+]|\[\[|\[:|&&|--")


def patterns(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("pattern"), str):
            yield node["pattern"]
        yield from (name for name in node.get("patternProperties", ()))
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from patterns(inner)


def local_date_time() -> dict[str, Any]:
    definition: dict[str, Any] = schema_documents()["types.schema.json"]["$defs"]["LocalDateTime"]
    return definition


def test_patterns_use_only_what_all_dialects_share() -> None:
    found = list(patterns(list(schema_documents().values())))
    assert local_date_time()["pattern"] in found
    assert [pattern for pattern in found if NOT_SHARED.search(pattern)] == []


@pytest.mark.parametrize(
    "pattern", [r"^\d+$", r"\w", r"^(?=a)b", r"(?!a)b", r"(?<=a)b", r"(a)\1", r"a\Z", r"\p{L}", r"(?P<year>a)", "a++"]
)
def test_a_pattern_of_one_dialect_alone_is_noticed(pattern: str) -> None:
    assert NOT_SHARED.search(pattern)


@pytest.mark.extra("fast")
@pytest.mark.parametrize("engine", ["RegexOptions", "FancyRegexOptions"])
def test_local_date_time_is_read_alike_without_backtracking(engine: str) -> None:
    """RegexOptions is Rust's regex, of RE2's kind: it refuses to compile what RE2 would refuse."""
    import jsonschema_rs

    options = getattr(jsonschema_rs, engine)()
    check = jsonschema_rs.Draft202012Validator(local_date_time(), pattern_options=options).is_valid
    assert [text for text in BAD_DATES if check(text)] == []
    assert [text for text in GOOD_DATES if not check(text)] == []
