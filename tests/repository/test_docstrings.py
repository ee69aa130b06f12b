"""A module's docstring is a statement in plain words: it says what is in the file."""

import re
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import pytest
from repository.source_tree import ROOT, SourceModule, check_offences, make_tree, package_modules, read_modules

OTHERS = ("tests", "benchmarks", "examples", "docs")

PLAIN = {
    r"whoever": "a noun: the caller, the receiver, the reader",
    r"whatever": "a noun, or 'any'",
    r"of its own": "'separate', or nothing",
    r"as it is meant": "what it does",
    r"nobody knows": "'unknown'",
    r"so many": "the number's name",
    r"lets? come down": "'waits for'",
    r"comes? (once more|again)": "'is repeated'",
    r"(is|are) told": "'is reported'",
    r"goes? out": "'is sent'",
    r"hands? over": "'delivers' or 'passes'",
    r"stands? for": "'means' or 'replaces'",
    r"leads? (\S+ )+through": "'runs'",
    r"a word about": "'about'",
}
"""Words that readers of English as a second language read twice, and what says the same."""


def docstring_offences(modules: Iterable[SourceModule]) -> dict[str, str]:
    """A message for each module whose docstring is missing or is no statement."""
    found = {}
    for module in modules:
        first = module.docstring.partition("\n")[0]
        if not first and not module.path.startswith(("tests/", "examples/")):
            found[module.path] = f"{module.path} has no docstring. Say in a sentence what is in the file."
        elif first and (not first.endswith(".") or module.docstring.endswith("?")):
            found[module.path] = f"{module.path} begins {first!r}. Make it a statement that ends with a period."
    return found


def word_offences(modules: Iterable[SourceModule]) -> dict[str, str]:
    """A message for each word of a module's docstring that is not plain."""
    found = {}
    for module in modules:
        text = " ".join(module.docstring.split())
        for pattern, better in PLAIN.items():
            if match := re.search(rf"\b{pattern}\b", text, re.IGNORECASE):
                name = f"{module.path}: {match.group().lower()}"
                found[name] = f"{module.path} says {match.group()!r} in its docstring. Write {better}."
    return found


def test_a_module_docstring_is_a_statement_that_ends_with_a_period() -> None:
    check_offences("docstrings", docstring_offences(chain(package_modules(), read_modules(ROOT, OTHERS))))


def test_a_module_docstring_has_plain_words() -> None:
    check_offences("words", word_offences(package_modules()))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x = 1", "has no docstring."),
        ('"""How is it written?"""', "begins 'How is it written?'."),
        ('"""The writer"""', "begins 'The writer'."),
        ('"""The writer, which writes\nover two lines."""', "begins 'The writer, which writes'."),
        ('"""Writes reports.\n\nBut why?"""', "Make it a statement"),
    ],
)
def test_a_docstring_that_is_no_statement_is_found(text: str, problem: str, tmp_path: Path) -> None:
    modules = read_modules(make_tree(tmp_path, {"shop/a.py": text, "shop/b.py": '"""Writes reports."""'}), ["shop"])
    offences = docstring_offences(modules)
    assert list(offences) == ["shop/a.py"]
    assert problem in offences["shop/a.py"]


@pytest.mark.parametrize(
    "text", ["Tells whoever asks.", "A table of\nits own.", "What is told.", "Leads it all through."]
)
def test_a_word_that_is_not_plain_is_found(text: str, tmp_path: Path) -> None:
    modules = read_modules(make_tree(tmp_path, {"shop/a.py": f'"""{text}"""', "shop/b.py": '"""Plain."""'}), ["shop"])
    (message,) = word_offences(modules).values()
    assert message.startswith("shop/a.py says ")
