"""Each mistake: the code before it and after it, and the sentence that names it."""

from __future__ import annotations

import ast
import re
import textwrap

import pytest
from mutation.cases_of_decisions import DECISIONS
from mutation.cases_of_work import WORK

from steppay_mock.conformance.catalogue import CHECKS
from steppay_mock.errors import SteppayMockError
from steppay_mock.mutation.mistake import HandlerMutant
from steppay_mock.mutation.mutants import mutants_of, sample

CASES = DECISIONS | WORK


def mutants(code: str) -> list[HandlerMutant]:
    return mutants_of("shop.py", textwrap.dedent(code).strip("\n") + "\n")


def told(mutant: HandlerMutant) -> tuple[str, str, str]:
    (new, *_) = [line[1:] for line in mutant.diff if line.startswith("+")]
    return mutant.name, new, mutant.effect


@pytest.mark.parametrize("name", CASES)
def test_the_mistakes_of_a_piece_of_code(name: str) -> None:
    code, expected = CASES[name]
    found = mutants(code)
    assert [told(one) for one in found] == expected
    for one in found:
        ast.parse(one.after)


@pytest.mark.parametrize(
    "code",
    [
        "if TYPE_CHECKING:\n    from x import y\nif __name__ == '__main__':\n    if seen:\n        raise SystemExit",
        "text = f'{data[\"paymentId\"]} {amount < 10}'",
        "def take(key):\n    if key in seen:  # pragma: no mutate\n        return",
        'A = """UPDATE rows\n  SET x = 1 WHERE version < 2 -- no mutate\n"""',
        '"""UPDATE nothing WHERE a < b: a docstring."""',
        "ROW = {'payment.completed': 1}",
        "@app.get('/state')\ndef state(): ...",
        "if os.environ['TEST_ROUTES'] == 'on':\n    a()",
    ],
)
def test_code_that_keeps_as_it_is(code: str) -> None:
    assert mutants(code) == []


def test_places_count_in_letters_and_lines_of_every_kind() -> None:
    code = "# 한글 주석\r\ndef 받기(키):\r\n    이름, 본 = '결제', '완료'; 포인트.append(키)\r\n    return 이름\r\n"
    (found,) = mutants_of("결제.py", code)
    assert (found.place, found.effect) == ("결제.py:3", "`포인트.append(키)` was forgotten")
    assert found.after == code.replace("포인트.append(키)", "pass")


def test_the_lines_of_a_mutant_are_those_of_its_statement_and_function() -> None:
    code = "def take(key):\n    a = 1\n    if (\n        key in seen\n    ):\n        return\nB = {'PAID', 'SENT'}\n"
    guard, *_, row = mutants(code)
    assert (guard.line, guard.lines, guard.scope) == (4, range(3, 6), range(2, 7))
    assert (row.line, row.lines, row.scope) == (7, range(7, 8), None)


def test_every_check_that_a_notice_names_is_one_of_the_scorecard() -> None:
    known = {f"{one.family}/{one.name}" for one in CHECKS}
    families = {one.family for one in CHECKS}
    found = [one for code, _ in CASES.values() for one in mutants(code)]
    named = {
        name
        for one in found
        for name in re.findall(r"[a-z]+(?:-[a-z]+)*/[a-z0-9-]+", one.notice)
        if name.partition("/")[0] in families or "check" in one.notice
    }
    assert len(named) > 10
    assert named <= known


def test_a_file_that_is_no_python_is_refused() -> None:
    with pytest.raises(SteppayMockError, match=r"shop\.py:2 is no Python of this version: .* Correct it\."):
        mutants("def take(:\n    pass\n".replace("def", "a = 1\ndef"))


def test_a_sample_is_the_same_for_a_seed_and_keeps_the_order() -> None:
    found = [one for code, _ in CASES.values() for one in mutants(code)]
    numbers = {id(one): at for at, one in enumerate(found)}
    chosen = sample(found, 10, seed=7)
    places = [numbers[id(one)] for one in chosen]
    assert (len(chosen), places) == (10, sorted(places))
    assert chosen == sample(found, 10, seed=7) != sample(found, 10, seed=8)
    assert sample(found, None, seed=7) == sample(found, len(found), seed=7) == found
