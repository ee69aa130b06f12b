"""The mistakes that a mutant may have: those of cosmic-ray's operators that a person could make, and four of our own.

cosmic-ray has 190 operators. Most write what nobody writes (``a + b`` as ``a >> b``, ``==`` as ``is``): a test that
notices these says nothing about the mistakes that people make.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import parso
from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.operators.provider import OperatorProvider
from parso.tree import NodeOrLeaf

Position = tuple[tuple[int, int], tuple[int, int]]
"""The line and column at which a place begins, and those at which it ends."""

_COMPARISONS = ("Eq_NotEq", "NotEq_Eq", "Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt")
_IDENTITIES = ("Is_IsNot", "IsNot_Is")
_SIGNS = ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul", "Mod_Mul", "BitOr_BitAnd", "BitAnd_BitOr")
OF_COSMIC_RAY = (
    *(f"ReplaceComparisonOperator_{change}" for change in (*_COMPARISONS, *_IDENTITIES)),
    *(f"ReplaceBinaryOperator_{change}" for change in _SIGNS),
    "ReplaceUnaryOperator_Delete_Not",
    "AddNot",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "NumberReplacer",
    "RemoveDecorator",
    "ZeroIterationForLoop",
)
"""The operators that are taken over, by their names there."""


class ReturnNothing(Operator):  # type: ignore[misc]  # cosmic-ray has no types
    """A function that gives None in place of its value."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Position]:
        """The value of a return statement; None for False would change nothing where a condition reads it."""
        if node.type == "return_stmt" and node.children[1].get_code().strip() not in ("None", "False"):
            yield node.children[1].start_pos, node.children[1].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """The statement with None."""
        assert index == 0
        node.children[1] = parso.parse(" None")
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """What it does to a line."""
        return (Example("def f():\n    return 1\n", "def f():\n    return None\n"),)


class DropStatement(Operator):  # type: ignore[misc]
    """A statement that is left out: a call, an error that is raised, an addition to a name."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Position]:
        """The call, the ``raise`` or the assignment."""
        if node.type == "simple_stmt" and self._does_something(node.children[0]):
            yield node.children[0].start_pos, node.children[0].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """The line with ``pass``."""
        assert index == 0
        node.children[0] = parso.parse(f"{node.get_first_leaf().prefix}pass")
        return node

    @staticmethod
    def _does_something(statement: NodeOrLeaf) -> bool:
        if statement.type == "raise_stmt":
            return len(statement.children) > 1
        if statement.type == "expr_stmt":
            sign = statement.children[1]
            return bool(sign.type == "operator" and sign.value != "=")
        return statement.type in ("atom_expr", "power")

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """What it does to a line."""
        return (Example("f(1)\n", "pass\n"), Example("n += 1\n", "pass\n"))


class InvertMembership(Operator):  # type: ignore[misc]
    """``in`` for ``not in``, and the other way round."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Position]:
        """The word ``in``, or both words."""
        if node.type == "comparison":
            for sign in node.children[1::2]:
                if sign.get_code().split()[-1] == "in":
                    yield sign.start_pos, sign.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """The comparison with the other word."""
        signs = [at for at, sign in enumerate(node.children) if at % 2 and sign.get_code().split()[-1] == "in"]
        at = signs[index]
        inverted = " in" if node.children[at].get_code().split()[0] == "not" else " not in"
        node.children[at] = parso.parse(inverted)
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """What it does to an expression."""
        return (Example("a in b", "a not in b"), Example("a not in b", "a in b"))


class CatchNothing(Operator):  # type: ignore[misc]
    """An error that is not caught. cosmic-ray writes a name there that does not exist, and knows no dotted ones."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Position]:
        """The errors that a clause names."""
        if node.type == "except_clause":
            yield node.children[1].start_pos, node.children[1].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """The clause with an empty tuple."""
        assert index == 0
        node.children[1] = parso.parse(" ()")
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """What it does to a clause."""
        return (Example("try: f()\nexcept a.B as e: g()\n", "try: f()\nexcept () as e: g()\n"),)


@cache
def all_operators() -> dict[str, Operator]:
    """Every operator by its name."""
    provider = OperatorProvider()
    ours = (ReturnNothing(), DropStatement(), InvertMembership(), CatchNothing())
    return {**{name: provider[name]() for name in OF_COSMIC_RAY}, **{type(one).__name__: one for one in ours}}
