"""Every scenario, as it is and with every parameter set, tells the timeline that is kept beside this file.

After a change that was meant: ``UPDATE_TIMELINES=1 pytest tests/store/test_timelines.py``, and read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from store.samples import samples_of

from steppay_mock import scenario
from steppay_mock.store.scenarios.registry import all_scenarios

TIMELINES = Path(__file__).parent / "timelines"
SHIPPED = {name: one for name, one in all_scenarios().items() if "/steppay_mock/store/scenarios/stories/" in one.origin}


def told(name: str) -> str:
    found = SHIPPED[name]
    everything = samples_of(found)
    said = "\n".join(f"    {key}={value}" for key, value in everything.items())
    return (
        f"{name}\n\n{found.description}\n\n{scenario(name, seed=7).timeline()}\n\n"
        f"with every parameter set:\n{said}\n\n{scenario(name, seed=7, **everything).timeline()}\n"
    )


@pytest.mark.parametrize("name", SHIPPED)
def test_the_timeline_of_a_scenario_is_the_one_that_is_kept(name: str) -> None:
    path = TIMELINES / f"{name}.txt"
    if os.environ.get("UPDATE_TIMELINES"):
        path.write_text(told(name), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == told(name)


def test_there_is_no_timeline_of_a_scenario_that_is_gone() -> None:
    assert {path.stem for path in TIMELINES.iterdir()} == set(SHIPPED)
