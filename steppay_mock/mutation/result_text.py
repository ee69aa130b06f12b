"""The text of a result: each mistake that no test would notice, with its place, its change and what would notice it."""

from __future__ import annotations

import textwrap

from steppay_mock.mutation.fate import MutantFate, MutationResult, TriedMutant

_WIDTH = 100


def headline(result: MutationResult) -> str:
    """The result in one line."""
    tried = len(result.tried) - result.count(MutantFate.UNTRIED)
    noticed = sum(one.fate.is_noticed for one in result.tried)
    text = f"{noticed} of {tried} mistakes would be noticed"
    if others := [
        f"{count} {words}"
        for fate, words in (
            (MutantFate.TIMED_OUT, "because the tests did not end"),
            (MutantFate.NOT_IMPORTED, "because your code could not be imported"),
        )
        if (count := result.count(fate))
    ]:
        text += f" ({', '.join(others)})"
    if survivors := len(result.survivors):
        text += f", {survivors} would not"
    if untried := result.count(MutantFate.UNTRIED):
        text += f"; {untried} not tried"
    return text


def result_text(result: MutationResult) -> str:
    """The whole text, without secrets."""
    lines = [f"Small mistakes in {', '.join(result.files)}: {headline(result)}", _tests(result), ""]
    if len(result.tried) < result.possible:
        lines[-1:] = [f"a sample: {len(result.tried)} of {result.possible}, drawn with --seed {result.seed}", ""]
    for number, one in enumerate(result.survivors, 1):
        lines += [*_told(number, one), ""]
    if result.survivors:
        lines += [
            *textwrap.wrap(
                "A mistake that makes no difference to your receiver: write the comment `# no mutate` at the end of "
                "its line.",
                _WIDTH,
            ),
            "",
        ]
    return result.redaction.text("\n".join(lines).rstrip())


def _tests(result: MutationResult) -> str:
    if result.tests == result.all_tests:
        return f"tried with {result.tests} of your tests"
    return (
        f"tried with {result.tests} of your {result.all_tests} tests: those that use steppay-mock "
        "(--mutate-tests chooses others)"
    )


def _told(number: int, one: TriedMutant) -> list[str]:
    mutant = one.mutant
    lines = [f"{number}. {mutant.place}  {mutant.name}"]
    lines += _wrapped(f"Your tests would not notice if {mutant.effect}.")
    lines += [f"    {line}" for line in mutant.diff]
    if one.fate is MutantFate.UNREACHED:
        lines += _wrapped("No test reaches this line.")
    return lines + _wrapped(f"What would notice it: {mutant.notice}.")


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent="  ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
