"""The mutants of a file: every mistake at every place, in the order of the lines; and a sample of them."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from steppay_mock.errors import SteppayMockError
from steppay_mock.mutation.handler_code import HandlerCode
from steppay_mock.mutation.mistake import HandlerMutant, mutant_of
from steppay_mock.mutation.operators.catalogue import OPERATORS
from steppay_mock.payload.chance import Chance


def mutants_of(path: str, text: str) -> list[HandlerMutant]:
    """All mutants of a file; no two of them are alike. Raises SteppayMockError for what is no Python."""
    try:
        code = HandlerCode(path, text)
    except (SyntaxError, ValueError) as error:
        where = f"{path}:{error.lineno}" if isinstance(error, SyntaxError) and error.lineno else path
        reason = error.msg if isinstance(error, SyntaxError) else error
        raise SteppayMockError(f"{where} is no Python of this version: {reason}. Correct it.") from None
    found: dict[str, HandlerMutant] = {}
    for operator in OPERATORS:
        for mistake in operator(code):
            mutant = mutant_of(code, mistake)
            if mutant.after != text and not code.is_kept(mutant.line) and _is_python(mutant.after):
                found.setdefault(mutant.after, mutant)
    return sorted(found.values(), key=lambda one: one.line)


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:  # no mistake of a user: it would be noticed, and say nothing of the tests
        return False
    return True


def sample(mutants: Sequence[HandlerMutant], count: int | None, *, seed: int) -> list[HandlerMutant]:
    """So many of them by chance, in their order; all without a count. The same seed chooses the same ones."""
    if count is None or count >= len(mutants):
        return list(mutants)
    chance = Chance(seed)
    draws = [chance.random() for _ in mutants]
    chosen = sorted(range(len(mutants)), key=lambda at: draws[at])[:count]
    return [mutants[at] for at in sorted(chosen)]
