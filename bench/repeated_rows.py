"""Which of the real tables have rows that stand in them more than once, beyond chance (TO106).

Every table of the manifest is read and described; no network is trained.
"""

import json
import sys

import numpy as np

import machine
from trueodds.columns import read_target
from trueodds.columns.describe import describe
from trueodds.columns.repeats import repeated_rows
from trueodds.columns.sketch import row_hashes
from trueodds.table import read_table


def main() -> int:
    found = []
    for about in json.loads((machine.DATA / "manifest.json").read_text()):
        frame = read_table(machine.DATA / about["file"])
        table = describe(
            frame,
            read_target(frame.column(about["target"]), positive=about["positive"]),
            weight=None,
            groups=None,
            time=None,
            drop=[about["target"], *about["drop"]],
            keep=lambda name, array: array,
        )
        blank = np.zeros(len(table.y), dtype=np.uint8)
        times = np.unique(row_hashes(table.values, table.schema, blank), return_counts=True)[1]
        repeats = repeated_rows(table.values, table.schema, table.y)
        found.append(
            {
                "table": about["name"],
                "rows": len(table.y),
                "repeated": int((times - 1).sum()),
                "twice": int((times == 2).sum()),
                "three_times": int((times == 3).sum()),
                "finding": repeats is not None,
                "same_label": None if repeats is None else repeats.same_label,
            }
        )
    rows = [
        [
            one["table"],
            f"{one['rows']:,}",
            f"{one['repeated']:,}",
            f"{one['twice']:,}",
            f"{one['three_times']:,}",
            f"TO106, {one['same_label']:,} with the same label" if one["finding"] else "",
        ]
        for one in found
    ]
    header = ["table", "rows", "repeated", "stand twice", "three times", "finding"]
    about_run = machine.describe(("numpy", "polars"), 1)
    text = machine.heading(about_run) + "\n" + machine.table(header, rows)
    machine.save("repeated_rows", text, {"about": about_run, "tables": found}, machine.RESULTS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
