"""The groups of checks that can be made apart: together they make every check once, and no cause spans two."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest
from conformance.checked import TYPES, card_of, names
from conformance.zoo.flawed.courses import CountsCopiesAgain
from conformance.zoo.flawed.signatures import VerifiesNothing
from conformance.zoo.shop import Shop

from steppay_mock.conformance import judging
from steppay_mock.conformance.catalogue import CHECKS
from steppay_mock.conformance.causes.cause import Cause
from steppay_mock.conformance.causes.find import CAUSES
from steppay_mock.conformance.check import Check, CheckResult, failed
from steppay_mock.conformance.groups import GROUPS
from steppay_mock.conformance.kinds import FAMILIES

FILES: tuple[ModuleType, ...] = tuple(
    module for name, module in sorted(sys.modules.items()) if name.startswith("steppay_mock.conformance.families.")
)


def words_in(node: ast.AST) -> set[str]:
    """The texts without a blank in this code: some of them are tags of judgements."""
    texts = {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return {one for one in texts if one and " " not in one}


def names_in(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


JUDGES = {one.name: one for one in ast.parse(inspect.getsource(judging)).body if isinstance(one, ast.FunctionDef)}


def tags_of(module: ModuleType) -> frozenset[str]:
    """The words that a judgement of this file can have as a tag, its own and those of the judges that it calls."""
    tree = ast.parse(inspect.getsource(module))
    found, called, waiting = words_in(tree), set[str](), names_in(tree)
    while waiting:
        name = waiting.pop()
        if name in JUDGES and name not in called:
            called.add(name)
            found |= words_in(JUDGES[name])
            waiting |= names_in(JUDGES[name])
    return frozenset(found)


TAGS = {check.full_name: tags_of(module) for module in FILES if hasattr(module, "CHECKS") for check in module.CHECKS}


def results_of(check: Check) -> Iterator[CheckResult]:
    """The failures of a check as a cause may see them: without a tag, with each, and with all."""
    tags = TAGS[check.full_name]
    for some in ((), *((one,) for one in tags), tuple(tags)):
        yield CheckResult(check=check, judgement=failed("", tags=some))


def test_every_family_is_in_one_group() -> None:
    assert sorted(family for group in GROUPS.values() for family in group) == sorted(FAMILIES)
    assert TAGS.keys() == {check.full_name for check in CHECKS}


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: str(cause.name))
def test_what_a_cause_explains_is_in_one_group(cause: Cause) -> None:
    """On failure: move a family to the other group, or the two groups together."""
    explained = {check.family for check in CHECKS if any(map(cause.explains, results_of(check)))}
    if cause.name == "signs-the-timestamp-of-the-body":
        explained -= {*GROUPS["events"]}  # there its copies are told as refused
    groups = {name for name, families in GROUPS.items() if not explained.isdisjoint(families)}
    assert len(groups) == 1, (cause.name, sorted(explained))


@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize("shop", [Shop, VerifiesNothing, CountsCopiesAgain])
def test_the_cards_of_all_groups_say_what_one_card_says(shop: type[Shop]) -> None:
    whole = card_of(shop(), types=TYPES)
    parts = [card_of(shop(), types=TYPES, only=group) for group in GROUPS.values()]
    assert sorted(name for part in parts for name in names(part)) == sorted(names(whole))
    outcomes = [(one.check.full_name, one.outcome) for part in parts for one in part.checks]
    assert sorted(outcomes) == sorted((one.check.full_name, one.outcome) for one in whole.checks)
