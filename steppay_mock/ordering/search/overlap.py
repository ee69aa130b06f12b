"""``overlap=``: whether webhooks in flight at once end as they do one by one, in the order in which they happened.

``explore_overlaps`` adds this to a proof, and ``race_again`` replays one lost race from its token. Both leave the work
to :class:`~steppay_mock.ordering.search.race_search.RaceSearch`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.counterexample import Counterexample
from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.face import option
from steppay_mock.ordering.failure import ExplorationError, WrongStartError
from steppay_mock.ordering.findings import Overlaps
from steppay_mock.ordering.orders.races import Race
from steppay_mock.ordering.receiver.driver import Driver
from steppay_mock.ordering.search.race_search import RaceSearch
from steppay_mock.ordering.state.difference import differences
from steppay_mock.wire.real_time import perf_counter

if TYPE_CHECKING:
    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.ordering.receiver.receiver import Receiver
    from steppay_mock.ordering.token import Token

_TRIES_AGAIN = 20  # of a race that is replayed without overlap=


def explore_overlaps(found: Exploration, receiver: Receiver, settings: ExploreSettings, *, token: Token) -> Exploration:
    """The exploration with the result of races between the same events."""
    started = perf_counter()
    driver = Driver(receiver, found.events, settings)
    racing = RaceSearch(driver, settings)

    def result(overlaps: Overlaps, **more: object) -> Exploration:
        coverage = replace(
            found.coverage,
            deliveries=found.coverage.deliveries + driver.deliveries,
            refused=found.coverage.refused + driver.refused,
            silent=found.coverage.silent + driver.deliveries - driver.answered,
            elapsed=found.coverage.elapsed + perf_counter() - started,
            overlaps=overlaps,
        )
        return replace(found, coverage=coverage, **more)  # type: ignore[arg-type]

    with driver:
        try:
            lost = racing.search(budget=settings.budget - found.coverage.deliveries)
            tried = racing.overlaps
            if lost is None:
                return result(tried)
            lost, is_smallest = racing.smallest(lost)
            shown = racing.explain(lost, smallest=is_smallest, token=token)
            return result(tried, verdict="fails", counterexample=shown)
        except WrongStartError as error:
            return result(
                racing.overlaps,
                verdict="flaky",
                why=error.why,
                unequal=tuple(differences(error.wanted, error.found)),
            )
        except ExplorationError as error:
            error.exploration = result(racing.overlaps, verdict="unfinished", why=str(error))
            raise


def race_again(driver: Driver, settings: ExploreSettings, race: Race, *, token: Token) -> Counterexample | None:
    """The race as a counterexample, if one of the tries loses it: as many as ``overlap=`` says, 20 without it."""
    if race.held and settings.api is None:
        raise SteppayMockError(
            "This race was certain because the REST API held an answer. Give the API that the receiver reads back "
            f"from: {option('api')}"
        )
    racing = RaceSearch(driver, replace(settings, overlap=settings.overlap or _TRIES_AGAIN))
    lost = racing.try_again(race)
    return None if lost is None else racing.explain(lost, smallest=True, token=token)
