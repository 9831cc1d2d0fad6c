"""Checks are silent on healthy tables and find planted faults: the short form of the benchmark."""

from typing import Any

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, Any]]:
    import check_alarms

    jobs = check_alarms.all_jobs(tables=24, plants=1, first=50_000)
    done = check_alarms.run(jobs, processes=2, path=None)
    return {one["code"]: one for one in check_alarms.judged(done)}


def test_planted_faults_are_found(found: dict[str, dict[str, Any]]) -> None:
    assert [code for code, one in found.items() if one["found"] < one["planted"]] == []


def test_healthy_tables_raise_few_alarms(found: dict[str, dict[str, Any]]) -> None:
    """With a rate of 2 %, more than three alarms in 24 tables come once in 700 times."""
    assert [code for code, one in found.items() if one["alarms"] > 3] == []
