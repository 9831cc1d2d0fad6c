"""The section of groups says what differs beyond chance, and nothing else."""

import numpy as np

from trueodds.evaluation.costs import Costs
from trueodds.evaluation.slices import Grouping, slice_scores
from trueodds.functions.portable import sigmoid
from trueodds.report.groups import MOST_GROUPS, groups_of_rows
from trueodds.report.slice_tables import score_row, share_row


def slices(shift: float, groups: int = 3):
    rng = np.random.default_rng(1)
    z, codes = rng.normal(size=6000), rng.integers(0, groups, 6000)
    y = (rng.random(6000) < sigmoid(z + shift * (codes == 0))).astype(np.uint8)
    columns = [
        Grouping("race<b>", tuple(f"g{i}" for i in range(groups)), codes),
        Grouping("sex", ("f", "m"), rng.integers(0, 2, 6000)),
    ]
    return slice_scores(y, z, columns, notes=("a note",))


def test_a_difference_beyond_chance_is_told() -> None:
    values = groups_of_rows(slices(1.0)).values
    assert values["sentences"][0].startswith("race<b> = g0: the forecast is ")
    assert all("log-loss" in text or "AUC" in text for text in values["further"])
    assert values["notes"] == ["A note"]
    assert [(name, len(rows)) for name, rows in values["columns"]] == [("race<b>", 3), ("sex", 2)]
    assert all(
        len(row) == len(values["heads"]) + 1 for _, rows in values["columns"] for row in rows
    )


def test_without_a_difference_one_sentence_says_so() -> None:
    values = groups_of_rows(slices(0.0)).values
    assert len(values["sentences"]) == 1
    assert values["sentences"][0].startswith("No group has a forecast that is too low or too high")
    assert values["further"] == []
    assert "the other half does not confirm it" in values["worst"]


def test_no_groups_no_section_and_many_are_cut() -> None:
    assert groups_of_rows(None) is None
    assert groups_of_rows(slice_scores(np.array([0, 1], np.uint8), np.zeros(2), [])) is None
    rng = np.random.default_rng(2)
    y, z = rng.integers(0, 2, 2000).astype(np.uint8), rng.normal(size=2000)
    names = tuple(map(str, range(MOST_GROUPS + 5)))
    many = Grouping("town", names, np.arange(2000) % len(names))
    values = groups_of_rows(slice_scores(y, z, [many])).values
    assert sum(len(rows) for _, rows in values["columns"]) == MOST_GROUPS
    assert any(note.startswith(f"The first {MOST_GROUPS} of ") for note in values["notes"])


def test_a_group_of_one_row_has_no_interval() -> None:
    rng = np.random.default_rng(3)
    y, z = rng.integers(0, 2, 500).astype(np.uint8), rng.normal(size=500)
    codes = np.zeros(500, np.int64)
    codes[0] = 1
    found = slice_scores(y, z, [Grouping("town", ("a", "b"), codes)], costs=Costs(1.0, 2.0, 0.0))
    cells = [cell for one in found.slices for cell in (*share_row(one)[1:], *score_row(one)[1:])]
    assert "not defined" in cells
    assert not any("nan" in cell or "–" in cell or "not defined to" in cell for cell in cells)
