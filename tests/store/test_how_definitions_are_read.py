"""What is read from the function of a scenario: its summary, its options, their types and texts, and its place."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Optional

import pytest

from steppay_mock import SteppayMockError, Store, define_scenario, load_scenarios, scenario
from steppay_mock.store.scenarios import registry, simulation
from steppay_mock.store.scenarios.definition import Scenario, StoryWaits, read_definition
from steppay_mock.store.scenarios.parameters import CheckedParameters, parameters_of, parse_parameters, read_parameters


@pytest.fixture(autouse=True)
def _known_as_before() -> Iterator[None]:
    known = dict(registry._known)
    yield
    registry._known.clear()
    registry._known.update(known)


def read(function: Callable[..., Any], **options: Any) -> Scenario:
    usual: dict[str, Any] = {"name": "of-tests", "sells": "flat", "quota": None, "assumptions": {}}
    return read_definition(function, **{**usual, "customer": "known", "product": "known", **options})


def many(
    store: Store,
    *,
    count: int = 1,
    word: str = "x",
    sure: bool = False,
    cost: float = 0.5,
    few: Literal[1, 2] = 1,
    named: Literal["a", "b"] = "a",
    perhaps: int | None = None,
    maybe: Optional[str] = None,  # noqa: UP045 - users write both
) -> None:
    """First sentence. Second one
    goes on.

    A paragraph that lists do not show.

    count: how many
        of them.
    word: which one.
    """


def test_a_definition_is_read_from_the_function() -> None:
    found = read(many)
    assert found.description == "First sentence. Second one goes on."
    assert found.summary == "First sentence."
    assert not found.yields
    here = Path(__file__)
    lines = here.read_text(encoding="utf-8").splitlines()
    line = next(n for n, text in enumerate(lines, 1) if text.startswith("def many("))
    assert found.origin == f"{here}:{line}"
    types = {one.name: (one.type, one.default, one.values) for one in found.options}
    assert types == {
        "count": (int, 1, ()),
        "word": (str, "x", ()),
        "sure": (bool, False, ()),
        "cost": (float, 0.5, ()),
        "few": (int, 1, (1, 2)),
        "named": (str, "a", ("a", "b")),
        "perhaps": (int, None, ()),
        "maybe": (str, None, ()),
    }
    assert [one.description for one in found.options] == ["how many of them.", "which one.", *[""] * 6]
    wanted = ["a whole number", "a text", "true or false", "an amount", "one of 1, 2", "one of a, b"]
    assert [one.wanted for one in found.options[:6]] == wanted


def test_an_option_without_an_annotation_has_the_type_of_its_default() -> None:
    def bare(store, *, days=7, word="x"):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        """A story."""

    assert [(one.name, one.type) for one in read(bare).options] == [("days", int), ("word", str)]


def test_a_summary_ends_with_one_period() -> None:
    def short(store: Store) -> StoryWaits:
        """One sentence"""
        store.checkout()
        yield timedelta(0)

    assert read(short).summary == "One sentence."
    assert read(short).yields


def test_a_type_that_only_a_type_checker_knows_is_no_mistake_and_two_of_them_are_one() -> None:
    def of_checker(store: Unknown, *, days: int = 1) -> None:  # type: ignore[name-defined]  # noqa: F821
        """A story whose store is known to a type checker alone."""

    def of_two(store: Unknown, *, days: Another = 1) -> None:  # type: ignore[name-defined]  # noqa: F821
        """A story whose option has a type that is not imported."""

    assert [one.type for one in read(of_checker).options] == [int]
    with pytest.raises(SteppayMockError, match="its annotations use Unknown, which is not imported"):
        read(of_two)


def test_a_store_is_taken_by_position_alone_too_but_not_by_name() -> None:
    def by_position(store: Store, /) -> None:
        """A story."""

    def by_name(*, store: Store | None = None) -> None:
        """A story."""

    assert read(by_position).options == ()
    with pytest.raises(SteppayMockError, match="takes a store first"):
        read(by_name)


def test_a_function_of_two_types_is_refused() -> None:
    def either(store: Store, *, days: int | str = 1) -> None:
        """A story."""

    with pytest.raises(SteppayMockError, match=r"days is annotated as .*a Literal of them"):
        read(either)


def test_a_wait_has_no_zone_only_if_it_is_utc() -> None:
    @define_scenario("until-midnight")
    def until_midnight(store: Store) -> StoryWaits:
        """Something happens at midnight, and at the same moment again."""
        yield datetime(2025, 2, 1)
        store.update_customer(name="가")
        yield timedelta(0)
        store.update_customer(name="나")

    story = scenario("until-midnight", seed=1)
    assert {event.timestamp for event in story} == {int(datetime(2025, 2, 1, tzinfo=UTC).timestamp())}


def test_a_story_without_an_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[int] = []

    @define_scenario("for-ever")
    def for_ever(store: Store, *, last: int = -1) -> StoryWaits:
        """It waits as often as it is told."""
        store.update_customer(name="가")
        while len(waited) != last:
            waited.append(1)
            yield timedelta(0)

    monkeypatch.setattr(simulation, "_MOST_WAITS", 5)
    with pytest.raises(SteppayMockError, match=r"^for-ever: no end after 5 waits"):
        scenario("for-ever", seed=1)
    waited.clear()
    scenario("for-ever", seed=1, last=5)
    assert len(waited) == 5


def test_a_mistake_is_told_with_the_line_of_the_story() -> None:
    def inner() -> int:
        return 1 // 0

    @define_scenario("mistaken-below")
    def mistaken(store: Store) -> StoryWaits:
        """It calls what is wrong."""
        store.checkout()
        yield timedelta(0)
        inner()

    with pytest.raises(SteppayMockError) as error:
        scenario("mistaken-below", seed=1)
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    line = 1 + lines.index("        return 1 // 0")
    first = 1 + lines.index('    @define_scenario("mistaken-below")')
    assert f"({__file__}:{first}, line {line}). Correct it" in str(error.value)


def test_a_refusal_of_the_store_is_told_as_it_is() -> None:
    @define_scenario("refused-at-once")
    def refused(store: Store) -> StoryWaits:
        """It cancels what is not there."""
        yield timedelta(0)
        store.cancel()

    with pytest.raises(SteppayMockError, match=r"^Customer \d+ has no subscription"):
        scenario("refused-at-once", seed=1)


def test_texts_become_values_of_the_types_of_the_parameters() -> None:
    found = read(many)
    texts = {
        "count": "5",
        "word": "5",
        "sure": "TRUE",
        "cost": "1.50",
        "few": "2",
        "named": "b",
        "price": "9",
        "x": "y",
    }
    values = parse_parameters(found, texts)
    assert values == {
        "count": 5,
        "word": "5",
        "sure": True,
        "cost": Decimal("1.50"),
        "few": 2,
        "named": "b",
        "price": Decimal(9),
        "x": "y",
    }
    assert parse_parameters(found, {"sure": "False"}) == {"sure": False}
    for name, text in (("count", "1.5"), ("sure", "1"), ("cost", "much"), ("few", "two")):
        with pytest.raises(SteppayMockError, match=f"^{name}={text} is wrong"):
            parse_parameters(found, {name: text})


def test_a_wrong_value_is_explained_if_there_is_an_explanation() -> None:
    with pytest.raises(SteppayMockError, match=r"^word=5 is wrong\. Give a text\. It is which one\.$"):
        read_parameters(read(many), {"word": 5})
    with pytest.raises(SteppayMockError, match=r"^sure=1 is wrong\. Give true or false\.$"):
        read_parameters(read(many), {"sure": 1})


@pytest.mark.parametrize(
    ("name", "taken", "refused"),
    [
        ("count", [0, -1, 5], [True, 1.0, "1"]),
        ("sure", [True, False], [0, "true"]),
        ("cost", [1, 1.5, Decimal(1)], [True, "1"]),
        ("few", [1, 2], [True, 3, "1"]),
        ("interval", ["DAY", "YEAR"], ["day", 1]),
    ],
)
def test_a_value_has_the_type_of_its_parameter(name: str, taken: list[Any], refused: list[Any]) -> None:
    for value in taken:
        read_parameters(read(many), {name: value})
    for value in refused:
        with pytest.raises(SteppayMockError, match=rf"{name}=.* is wrong"):
            read_parameters(read(many), {name: value})


def test_each_parameter_goes_where_it_belongs() -> None:
    given = {"customer_id": 1, "email": "a@b.c", "product_code": "p", "price": 5, "interval": "DAY", "order_id": 9}
    assert read_parameters(read(many), {**given, "count": 3}) == CheckedParameters(
        customer={"id": 1, "email": "a@b.c"},
        product={"code": "p", "price": 5, "interval": "DAY"},
        first_ids={"order": 9},
        options={"count": 3},
    )


def test_what_is_sold_once_has_an_invoice_and_no_interval_and_no_subscription() -> None:
    once, recurring = parameters_of(read(many, sells="one_time")), parameters_of(read(many))
    assert set(recurring) - set(once) == {"interval", "interval_count", "subscription_id"}
    assert set(once) - set(recurring) == {"invoice_id"}
    assert next(iter(once)) == "count", "its own options come first"


STORY = '''
from steppay_mock import define_scenario
@define_scenario("{name}")
def story(store):
    """A story of a file."""
'''


def test_a_file_that_is_loaded_again_has_what_it_has_now(tmp_path: Path) -> None:
    path, before = tmp_path / "stories.py", list(sys.path)
    for name, gone in (("first-name", "nothing"), ("second-name", "first-name")):
        path.write_text(STORY.format(name=name), encoding="utf-8")
        load_scenarios(path)
        assert registry.find_scenario(name).summary == "A story of a file."
        assert gone not in registry.all_scenarios()
    assert sys.path == before
    with pytest.raises(SteppayMockError, match="5 is not a path"):
        load_scenarios(5)  # type: ignore[arg-type]
    with pytest.raises(SteppayMockError, match="is not a Python file"):
        load_scenarios(tmp_path)


def test_a_file_imports_what_stands_beside_it(tmp_path: Path) -> None:
    (tmp_path / "beside_the_stories.py").write_text("NAME = 'from-beside'", encoding="utf-8")
    path = tmp_path / "stories.py"
    path.write_text("from beside_the_stories import NAME\n" + STORY.replace('"{name}"', "NAME"), encoding="utf-8")
    load_scenarios(path)
    assert "from-beside" in registry.all_scenarios()
    del sys.modules["beside_the_stories"]
