"""The judge says what is true of members whose flaw is known, and a judge that is wrong is noticed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conformance.checked import TYPES, card_of
from conformance.zoo.flawed.ages import ChecksNoAge, ReadsTheFirstKey
from conformance.zoo.shop import Shop
from judge import trying
from judge.__main__ import main
from judge.kept import RESULTS, read_results
from judge.member import GROUPS, Change, Member, NotAReceiverError
from judge.mistakes import ROOT, mistakes_in
from judge.mutated import ORIGINALS, unchanged
from judge.page import BEGIN, END, PAGE, with_results
from judge.reasons import reasons, reasons_of_mutants
from judge.sample import draw, members_of
from judge.trying import stopped, try_all

from steppay_mock import SteppayMockError


def member(group: str, shop: type[Shop], name: str = "", **more: Any) -> Member:
    """A member that takes a moment: two families of checks."""
    return Member(
        group=group,
        name=name or shop.__name__,
        card=lambda: card_of(shop(), types=TYPES, only=["replay", "rotation"]),
        **more,
    )


def is_first_key(finding: Any) -> bool:
    return bool(finding.full_name == "rotation/reads-one-key")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], list[Member]]]:
    """Few members: two flaws and a right one; a test may put others there."""
    makers: dict[str, Callable[[], list[Member]]] = {
        "zoo": lambda: [member("zoo", ReadsTheFirstKey, is_true=is_first_key), member("zoo", ChecksNoAge)],
        "right": lambda: [member("right", Shop, is_right=True)],
        "orders": list,
        "mutants": list,
    }
    monkeypatch.setattr(trying, "MAKERS", makers)
    monkeypatch.setattr("judge.sample.MAKERS", makers)
    return makers


@pytest.fixture
def kept(tmp_path: Path) -> list[str]:
    """The options that name files of this test, to which a page without results is copied."""
    page = tmp_path / "judge.md"
    page.write_text(f"# Page\n\n{BEGIN}\nold\n{END}\n\nThe end.\n", encoding="utf-8")
    return ["--jobs", "1", "--results", str(tmp_path / "results.json"), "--page", str(page)]


def judge(kept: list[str], *options: str) -> Result:
    return CliRunner().invoke(main, [*kept, *options], env={"COLUMNS": "200"})


def told(result: Result) -> str:
    return " ".join(result.output.split())


@pytest.mark.usefixtures("few")
def test_what_is_written_is_what_was_found_and_is_the_same_bytes_each_time(kept: list[str], tmp_path: Path) -> None:
    assert judge(kept, "--write").exit_code == 0
    results, page = tmp_path / "results.json", tmp_path / "judge.md"
    first = results.read_bytes(), page.read_bytes()
    assert [(one["name"], one.get("findings"), one.get("is_true")) for one in json.loads(first[0])] == [
        ("ChecksNoAge", ["replay/checks-no-age"], None),
        ("ReadsTheFirstKey", ["rotation/reads-one-key"], True),
        ("Shop", None, None),
    ]
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Page\n")
    assert text.endswith("\n\nThe end.\n")
    assert "| zoo | 2 | 2 | 100 % | 1 of 1 | 2 of 2 | 0 | 0 | - |" in text
    assert "| right | 0 | 0 | - | - | - | 1 | 1 | 100 % |" in text
    assert "| `rotation/right-last` | 1 | 0 | 0 | 0 |" in text
    assert "\nold\n" not in text
    assert judge(kept, "--write").exit_code == 0
    assert (results.read_bytes(), page.read_bytes()) == first
    assert judge(kept, "--check").exit_code == 0


@pytest.mark.usefixtures("few")
def test_a_member_whose_finding_is_another_one_is_told(kept: list[str], tmp_path: Path) -> None:
    judge(kept, "--write")
    results = tmp_path / "results.json"
    text = results.read_text(encoding="utf-8")
    results.write_text(text.replace("rotation/reads-one-key", "signature/other-pairs"), encoding="utf-8")
    result = judge(kept, "--check", "--name", "Reads*")
    assert result.exit_code == 1
    assert "zoo/ReadsTheFirstKey: findings: no more signature/other-pairs, new rotation/reads-one-key" in result.output
    assert "If that was meant: make judge WRITE=1" in result.output
    assert judge(kept, "--check", "--name", "Checks*").exit_code == 0, "the others are as they were"


@pytest.mark.usefixtures("few")
def test_every_other_difference_is_told_too(kept: list[str], tmp_path: Path) -> None:
    judge(kept, "--write")
    results = tmp_path / "results.json"
    lines = json.loads(results.read_text(encoding="utf-8"))
    lines[0]["deliveries"] += 1
    lines[1]["failed"] = [*reversed(lines[1]["failed"])]
    lines[1]["is_true"] = False
    results.write_text(json.dumps(lines), encoding="utf-8")
    result = judge(kept, "--check")
    assert result.exit_code == 1
    assert "deliveries" not in result.output, "another check, and nearly every member takes more"
    assert "zoo/ReadsTheFirstKey: failed checks: (" in result.output, "the order alone"
    assert "zoo/ReadsTheFirstKey: first finding is the true one: False before, True now" in result.output


def test_a_right_receiver_with_a_finding_is_told_even_if_that_is_kept(few: Any, kept: list[str]) -> None:
    few["right"] = lambda: [member("right", ChecksNoAge, is_right=True)]
    assert judge(kept, "--write").exit_code == 0
    result = judge(kept, "--check")
    assert result.exit_code == 1
    assert "right/ChecksNoAge is right, and has the finding replay/checks-no-age." in result.output


def test_a_finding_that_a_design_has_by_choice_does_not_count(few: Any, kept: list[str]) -> None:
    allowed = frozenset({"replay/checks-no-age"})
    few["right"] = lambda: [member("right", ChecksNoAge, is_right=True, allowed=allowed)]
    judge(kept, "--write")
    assert judge(kept, "--check").exit_code == 0
    [result] = json.loads(judge(kept, "--json", "--only", "right").output)
    assert "failed" not in result, "nor do its checks"


def test_members_that_are_new_or_gone_are_told(few: Any, kept: list[str]) -> None:
    judge(kept, "--write")
    few["right"] = lambda: [member("right", Shop, "Another", is_right=True)]
    result = judge(kept, "--check", "--only", "zoo")
    assert result.exit_code == 1
    assert "right/Another is a member, and has no kept result." in result.output
    assert "right/Shop has a kept result, and is no member any more." in result.output
    assert judge(kept, "--write", "--only", "right").exit_code == 0
    assert judge(kept, "--check").exit_code == 0, "what is kept of the others stays"


def raising(error: Exception) -> Callable[[], Any]:
    def card() -> Any:
        raise error

    return card


def test_a_member_without_a_card_is_a_failure_and_nothing_is_kept(few: Any, kept: list[str], tmp_path: Path) -> None:
    few["zoo"] = lambda: [Member(group="zoo", name="Crashes", card=raising(ZeroDivisionError("by zero")))]
    for options in ([], ["--write"], ["--check"]):
        (tmp_path / "results.json").write_text("[]", encoding="utf-8")
        result = judge(kept, *options)
        assert result.exit_code == 1
        assert "zoo/Crashes has no card: ZeroDivisionError: by zero" in result.output
        assert (tmp_path / "results.json").read_text(encoding="utf-8") == "[]"


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (NotAReceiverError("SyntaxError"), 0),
        (SteppayMockError("no state"), 0),
        (AttributeError("of the scorecard"), 1),
    ],
)
def test_a_mutant_that_is_no_receiver_any_more_is_set_aside(
    error: Exception,
    exit_code: int,
    few: Any,
    kept: list[str],
    tmp_path: Path,
) -> None:
    change = Change("a.py", 1, "f", "x", "y")
    few["mutants"] = lambda: [Member(group="mutants", name="m", card=raising(error), change=lambda: change)]
    result = judge(kept, "--write", "--only", "mutants")
    assert result.exit_code == exit_code
    if exit_code == 0:
        text = (tmp_path / "judge.md").read_text(encoding="utf-8")
        assert "Of 1 mutants, 1 are no receiver any more" in text
        assert "| mutants | 0 | 0 | - |" in text


def test_what_no_check_sees_is_listed(few: Any, kept: list[str], tmp_path: Path) -> None:
    few["zoo"] = lambda: [member("zoo", Shop, "Unseen", is_true=is_first_key)]
    judge(kept, "--write")
    text = (tmp_path / "judge.md").read_text(encoding="utf-8")
    assert "| zoo | 1 | 0 | 0 % | 0 of 1 |" in text
    assert "| zoo | `Unseen` | **No reason is known.**" in text
    assert "Flaws that are not seen" in judge(kept).output


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--sample", "0"], "0 is not in the range x>=1."),
        (["--jobs", "0"], "0 is not in the range x>=1."),
        (["--only", "zoos"], "'zoos' is not one of 'zoo', 'right', 'orders', 'mutants'."),
        (["--name", "Nobody*"], "No member has such a name: Nobody*. Give a pattern such as 'Reads*'."),
        (["--only", "mutants"], "No member has such a name: *."),
        (["--write", "--sample", "3"], "leave out --sample and --check"),
        (["--write", "--check"], "leave out --sample and --check"),
        (["--check"], "There are no kept results in"),
    ],
)
def test_a_wrong_option_is_told(options: list[str], words: str, kept: list[str]) -> None:
    result = judge(kept, *options)
    assert result.exit_code == 2
    assert words in told(result)


def test_the_page_is_made_of_the_kept_results() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1
    made = with_results(text, list(read_results(RESULTS).values()))
    assert made == text, "run make judge WRITE=1, and commit docs/judge.md"


def test_every_flaw_that_a_person_wrote_and_no_check_sees_has_its_reason() -> None:
    unseen = [one for one in read_results(RESULTS).values() if one.is_flawed and not one.is_found]
    names = {f"{one.group}/{one.name}" for one in unseen if one.change is None}
    assert names - reasons().keys() == set(), "write the reason into tests/judge/unseen.toml"
    assert all(len(why.split()) > 3 for why in (*reasons().values(), *reasons_of_mutants().values()))


def test_mistakes_are_found_by_names_that_stay_and_say_what_they_change() -> None:
    path = "examples/receivers/flask_app.py"
    found = {one.name: one for one in mistakes_in(path)}
    change = found["flask_app.create_app.steppay:ReplaceUnaryOperator_Delete_Not#1"].change()
    assert (change.path, change.within) == (path, "create_app.steppay")
    assert change.before.startswith("if not verify(")
    assert change.after.split() == change.before.replace("not ", "").split()
    text = (ROOT / path).read_text(encoding="utf-8")
    assert text.splitlines()[change.line - 1].strip() == change.before


@pytest.mark.exhaustive  # two whole cards
def test_an_original_without_a_mistake_has_no_finding_that_counts() -> None:
    for original in ORIGINALS:
        with stopped():
            card = unchanged(original)
        assert {one.full_name for one in card.findings} <= original.allowed, card.report()


def test_a_drawn_sample_has_members_of_every_group_and_is_the_same_for_a_seed() -> None:
    everyone = [member(group, Shop, f"{group}-{place}") for group in GROUPS for place in range(9)]
    drawn = [[one.name for one in draw(everyone, size=8, seed=seed)] for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(drawn[0]) == 8
    assert {name.partition("-")[0] for name in drawn[0]} == set(GROUPS)


@pytest.mark.exhaustive
def test_two_processes_find_what_one_finds() -> None:
    members = members_of(["zoo"], "Reads*Key*")
    assert len(members) > 1
    assert list(try_all(members, jobs=2)) == list(try_all(members, jobs=1))
