"""The payloads of the agreement tests, made once, and ajv where it is installed."""

from __future__ import annotations

import pytest
from agreement import corpus
from agreement.corpus import Case
from agreement.judges import why_no_ajv


@pytest.fixture(scope="module")
def valid_examples() -> list[Case]:
    return corpus.examples(rejected=False)


@pytest.fixture(scope="module")
def rejected_examples() -> list[Case]:
    return corpus.examples(rejected=True)


@pytest.fixture(scope="module")
def generated() -> list[Case]:
    return corpus.generated()


@pytest.fixture(scope="module")
def mutants(generated: list[Case]) -> list[Case]:
    return corpus.mutants(generated)


@pytest.fixture
def _needs_ajv(request: pytest.FixtureRequest) -> None:
    missing = why_no_ajv()
    if missing is not None and request.config.getoption("--require-tools", default=False):
        pytest.fail(missing)
    if missing is not None:
        pytest.skip(missing)
