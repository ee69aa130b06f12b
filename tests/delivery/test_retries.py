"""A policy says when a delivery that failed is tried again, and when it is given up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steppay_mock import SteppayMockError
from steppay_mock.delivery.retries import PRESETS, RetryPolicy, read_retry_policy
from steppay_mock.payload.chance import Chance

MINUTE, HOUR = 60, 3600
DELAYS = {
    "none": [],
    "standard-webhooks": [
        *(5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR),
        *(10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR),
    ],
    "svix": [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR],
    "stripe-like": [HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR, 20 * HOUR, 21 * HOUR],
    "fifo-blocking": [1, 2, 4, 8, 16, 32, 60, 60, 60],
}


def delays_of(retries: RetryPolicy, *, seed: int = 7, retry_after: float | None = None) -> list[float | None]:
    count = range(1, len(retries.delays) + 2)
    return [retries.delay(one, chance=Chance(seed), retry_after=retry_after) for one in count]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_has_its_delays_and_then_gives_up(name: str) -> None:
    retries = PRESETS[name]
    assert list(retries.delays) == DELAYS[name]
    *delays, last = delays_of(retries)
    assert last is None
    if not retries.jitter:
        assert delays == DELAYS[name]


def test_every_preset_has_its_expected_delays_here() -> None:
    assert PRESETS.keys() == DELAYS.keys()


def test_stripe_like_retries_go_on_for_three_days() -> None:
    assert sum(PRESETS["stripe-like"].delays) == 72 * HOUR


def test_only_fifo_blocking_blocks() -> None:
    assert [name for name, one in PRESETS.items() if one.blocking] == ["fifo-blocking"]


@given(st.integers(0, 2**63 - 1), st.sampled_from(["standard-webhooks", "stripe-like"]))
def test_jitter_keeps_within_its_share_and_is_repeated_by_the_seed(seed: int, name: str) -> None:
    retries = PRESETS[name]
    *drawn, end = delays_of(retries, seed=seed)
    assert end is None
    for delay, exact in zip(drawn, retries.delays, strict=True):
        assert delay is not None
        assert exact * 0.9 <= delay <= exact * 1.1
    assert delays_of(retries, seed=seed) == [*drawn, end]


def test_jitter_differs_between_seeds() -> None:
    assert len({delays_of(PRESETS["standard-webhooks"], seed=seed)[1] for seed in range(50)}) == 50


@given(st.floats(0, 1e9))
def test_retry_after_only_lengthens_a_delay_and_within_its_bound(seconds: float) -> None:
    retries = RetryPolicy(name="custom", delays=(60, 7200), longest_wait=600)
    first, second, none = delays_of(retries, retry_after=seconds)
    assert first == max(60, min(seconds, 600))
    assert second == 7200
    assert none is None


def test_a_list_of_seconds_is_a_policy() -> None:
    retries = read_retry_policy([5, 60.5])
    assert (retries.name, retries.delays, retries.blocking, retries.jitter) == ("custom", (5.0, 60.5), False, 0.0)
    assert read_retry_policy(()).delays == ()


def test_a_policy_of_ones_own_is_taken_as_it_is() -> None:
    retries = RetryPolicy(name="mine", delays=(1,), blocking=True)
    assert read_retry_policy(retries) is retries


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("svx", "Unknown retry policy 'svx'. Did you mean 'svix'?"),
        ("", "Unknown retry policy ''. Give 'none', 'standard-webhooks', 'svix', 'stripe-like' or"),
        ([5, -1], "retries=[5, -1]: expected the name of a policy, or seconds such as [5, 60, 3600]."),
        ([True], "retries=[True]: expected the name of a policy"),
        ([float("nan")], "retries=[nan]: expected the name of a policy"),
        (b"ab", "retries=b'ab': expected the name of a policy"),
        (5, "retries=5: expected the name of a policy"),
        (None, "retries=None: expected the name of a policy"),
    ],
)
def test_what_is_no_policy_is_told(given: Any, message: str) -> None:
    with pytest.raises(SteppayMockError) as error:
        read_retry_policy(given)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"delays": (5, -1)}, "delays=(5, -1): give seconds, from 0 up, such as (5, 60, 3600)."),
        ({"jitter": 1.5}, "jitter=1.5: expected a share of a delay from 0 to 1, such as 0.1."),
        ({"jitter": -0.1}, "jitter=-0.1: expected a share"),
        ({"longest_wait": float("inf")}, "longest_wait=inf: give seconds, from 0 up."),
    ],
)
def test_a_policy_that_cannot_be_kept_is_told(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(SteppayMockError) as error:
        RetryPolicy(name="mine", **wrong)
    assert message in str(error.value)
