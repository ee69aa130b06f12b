"""Scenarios of one's own: by a decorator, from a file, from an installed package."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, Literal

import pytest

from steppay_mock import SteppayMockError, Store, define_scenario, load_scenarios, scenario
from steppay_mock.store.scenarios import registry
from steppay_mock.store.scenarios.definition import StoryWaits

pytestmark = pytest.mark.usefixtures("own_scenarios")


def test_a_decorated_function_is_a_scenario() -> None:
    @define_scenario("gift-then-regret", sells="one_time")
    def gift_then_regret(store: Store, *, part: int = 100, days: Literal[1, 7] = 7) -> StoryWaits:
        """A gift is bought, and a part of it given back.

        part: how much is given back.
        days: when.
        """
        order = store.checkout()
        yield timedelta(days=days)
        store.refund(order, amount=part)

    story = scenario("gift-then-regret", seed=1, part=300, customer_id=42)
    assert [event.type for event in story][-2:] == ["payment.canceled", "order.updated"]
    assert story[-2].data["cancel"]["canceledAmount"] == 300
    assert story[-2].timestamp - story[1].timestamp == 7 * 86_400
    assert story[0].data["customerId"] == 42


def test_a_function_that_passes_time_by_itself_will_do() -> None:
    @define_scenario("in-one-go")
    def in_one_go(store: Store) -> None:
        """A subscription renews once."""
        store.checkout()
        store.advance(days=40)

    assert len(scenario("in-one-go", seed=1)) == 10


def test_a_wait_may_be_a_moment() -> None:
    @define_scenario("until-a-day")
    def until_a_day(store: Store) -> StoryWaits:
        """A subscription is cancelled on a day that is fixed."""
        store.checkout()
        yield datetime(2024, 2, 29, 12, tzinfo=UTC)
        store.cancel()

    story = scenario("until-a-day", seed=1, start=datetime(2024, 2, 1, tzinfo=UTC))
    assert datetime.fromtimestamp(story[-1].timestamp, UTC).day == 29


def test_a_wait_for_a_moment_that_has_passed_is_none() -> None:
    @define_scenario("no-wait")
    def no_wait(store: Store) -> StoryWaits:
        """Nothing is waited for."""
        store.checkout()
        yield datetime(2000, 1, 1, tzinfo=UTC)
        store.cancel()

    story = scenario("no-wait", seed=1)
    assert story[-1].timestamp == story[1].timestamp


def test_a_wait_beyond_the_last_year_says_so() -> None:
    @define_scenario("waits-for-ages")
    def waits_for_ages(store: Store, *, days: int = 999_999_999) -> StoryWaits:
        """A long wait, and a purchase."""
        yield timedelta(days=days)
        store.checkout()

    with pytest.raises(SteppayMockError, match=r"would wait 999,999,999 days, and .* beyond the year 9999\. Give it"):
        scenario("waits-for-ages")
    with pytest.raises(SteppayMockError, match="would wait -86400 seconds, and time cannot go back"):
        scenario("waits-for-ages", days=-1)


def test_what_a_store_assumes_can_be_said_with_the_scenario() -> None:
    @define_scenario("announced-early", assumptions={"notice_days": 7})
    def announced_early(store: Store) -> StoryWaits:
        """A renewal is announced a week before."""
        store.checkout()
        yield timedelta(days=32)

    story = scenario("announced-early", seed=1)
    notice = next(event for event in story if event.type == "subscription.payment_due_notification")
    assert (notice.timestamp - story[0].timestamp) // 86_400 == 31 - 7


def story_of_tests(store: Store) -> StoryWaits:
    """Something is bought, in a story that has a docstring."""
    store.checkout()
    yield timedelta(0)


def nameless(store: Store) -> None:
    store.checkout()


def without_store() -> None:
    """A story without a store, which cannot be told."""


def positional(store: Store, days: int = 3) -> None:
    """A story whose option could be given by position."""


def needs(store: Store, *, days: int) -> None:
    """A story whose option has no default."""


def strange(store: Store, *, days: dict[str, int] | None = None) -> None:
    """A story whose option nobody can type."""


@pytest.mark.parametrize(
    ("function", "options", "message"),
    [
        (
            story_of_tests,
            {"name": "Gift Then Regret"},
            "cannot be the name of a scenario. Write lower-case words with hyphens, such as gift-then-regret.",
        ),
        (story_of_tests, {"name": 7}, "cannot be the name of a scenario."),
        (nameless, {}, "has no description. Give its function a docstring."),
        (without_store, {}, "takes a store first: def story(store): ..."),
        (positional, {}, "days must be keyword-only and have a default"),
        (needs, {}, "days must be keyword-only and have a default"),
        (strange, {}, "days is annotated as"),
        (story_of_tests, {"sells": "monthly"}, "sells='monthly': expected"),
        (story_of_tests, {"customer": "unknown"}, "Did you mean 'known'?"),
        (story_of_tests, {"assumptions": {"notice": 3}}, "Did you mean 'notice_days'?"),
    ],
)
def test_what_is_no_scenario_says_why(function: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(SteppayMockError) as error:
        define_scenario(options.pop("name", "of-tests"), **options)(function)
    assert message in str(error.value)


def test_a_name_is_taken_once() -> None:
    with pytest.raises(SteppayMockError) as error:
        define_scenario("refund-in-full")(story_of_tests)
    assert "Two scenarios are named 'refund-in-full'" in str(error.value)
    assert str(error.value).endswith("Rename one.")


@pytest.mark.parametrize("wait", [30, "30 days"])
def test_what_is_no_wait_says_how_to_write_one(wait: Any) -> None:
    @define_scenario("waits-wrongly")
    def waits_wrongly(store: Store) -> StoryWaits:
        """Something is bought, and something strange is yielded."""
        store.checkout()
        yield wait

    with pytest.raises(SteppayMockError) as error:
        scenario("waits-wrongly", seed=1)
    assert "Yield a wait, such as timedelta(days=30)." in str(error.value)


async def asynchronous(store: Store) -> None:
    """A story that is asynchronous, which nobody awaits."""


def hiding(store: Store, *, price: int = 5) -> None:
    """A story whose option has a name that every scenario has."""


def seeded(store: Store, *, seed: int = 5) -> None:
    """A story whose option has a name that its store has."""


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (asynchronous, "is asynchronous"),
        (hiding, "'price' is a parameter of every scenario"),
        (seeded, "'seed' is a parameter of every scenario"),
    ],
)
def test_what_would_never_reach_the_function_is_refused(function: Any, message: str) -> None:
    with pytest.raises(SteppayMockError, match=message):
        define_scenario("of-tests")(function)


def test_a_mistake_in_a_story_is_told_with_its_place() -> None:
    @define_scenario("mistaken")
    def mistaken(store: Store) -> StoryWaits:
        """A subscription is bought, and divided by nothing."""
        store.checkout()
        yield timedelta(days=1 // 0)

    with pytest.raises(SteppayMockError) as error:
        scenario("mistaken", seed=1)
    assert str(error.value).startswith("The scenario 'mistaken' failed: ZeroDivisionError")
    assert "test_definitions.py" in str(error.value)
    assert isinstance(error.value.__cause__, ZeroDivisionError)


def test_what_a_story_gives_is_its_waits_or_nothing() -> None:
    @define_scenario("gives-five")
    def gives_five(store: Store) -> Any:
        """A subscription is bought, and a number is given."""
        store.checkout()
        return 5

    with pytest.raises(SteppayMockError, match=r"returns 5\. Let it yield its waits, or return nothing\."):
        scenario("gives-five", seed=1)


FILE = '''
from datetime import timedelta

from steppay_mock import define_scenario


@define_scenario("from-a-file")
def from_a_file(store, *, days: int = 3):
    """A subscription is cancelled days after it began.

    days: how many.
    """
    store.checkout()
    yield timedelta(days=days)
    store.cancel()
'''


def test_a_file_brings_scenarios(tmp_path: Path) -> None:
    (tmp_path / "stories.py").write_text(FILE, encoding="utf-8")
    load_scenarios(tmp_path / "stories.py")
    load_scenarios(str(tmp_path / "stories.py"))  # once more does no harm
    assert scenario("from-a-file", seed=1, days=5)[-1].data["status"] == "CANCELED"


def test_a_file_that_is_edited_is_loaded_again_and_forgotten_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "stories.py"
    file.write_text(FILE + FILE.replace("from-a-file", "of-yesterday"), encoding="utf-8")
    load_scenarios(file)
    file.write_text(FILE, encoding="utf-8")
    load_scenarios(file)
    assert "of-yesterday" not in registry.all_scenarios()
    before = registry.all_scenarios().keys()
    registry.forget_scenarios(file)
    assert before - registry.all_scenarios().keys() == {"from-a-file"}
    with pytest.raises(SteppayMockError, match="Unknown scenario 'from-a-file'"):
        scenario("from-a-file")


def test_a_file_that_stops_halfway_defines_nothing_and_takes_nothing_away(tmp_path: Path) -> None:
    file = tmp_path / "stories.py"
    file.write_text(FILE, encoding="utf-8")
    load_scenarios(file)
    whole = registry.all_scenarios()
    for mistake in ("import nothing_like_this\n", FILE.replace("from-a-file", "refund-in-full")):
        file.write_text(FILE.replace("from-a-file", "half-a-file") + mistake, encoding="utf-8")
        with pytest.raises(SteppayMockError):
            load_scenarios(file)
        assert registry.all_scenarios() == whole


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "is not a Python file. Give one that defines scenarios."),
        ("def broken(", "cannot be run: SyntaxError"),
        ("x = 1", "defines no scenario. Decorate a function"),
        ("import nothing_like_this", "cannot be run: ModuleNotFoundError: No module named 'nothing_like_this'"),
        (FILE.replace("from-a-file", "refund-in-full"), "Two scenarios are named 'refund-in-full'"),
    ],
)
def test_a_file_that_cannot_be_run_says_why(tmp_path: Path, content: str | None, message: str) -> None:
    path = tmp_path / "stories.py"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(SteppayMockError) as error:
        load_scenarios(path)
    assert message in str(error.value)


def test_an_installed_package_brings_scenarios(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop_stories.py").write_text(FILE.replace("from-a-file", "from-a-package"), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(registry, "_loaded", set())
    entry = EntryPoint("shop", "shop_stories", registry.ENTRY_POINTS)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [entry] if group == entry.group else [])
    assert scenario("from-a-package", seed=1)[-1].type == "subscription.updated"
    sys.modules.pop("shop_stories")


def test_a_package_that_cannot_be_loaded_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = EntryPoint("shop", "no_such_stories", registry.ENTRY_POINTS)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_: [entry])
    with pytest.raises(SteppayMockError) as error:
        scenario("from-nowhere")
    assert str(error.value).startswith("The scenarios 'shop' (no_such_stories) cannot be loaded: ModuleNotFoundError")
