"""``fit --memory``: arrays and table on disk, the same model to the byte."""

import os
import subprocess
import sys

import pytest

from trueodds.array_store import size_of
from trueodds.errors import UsageError


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_the_same_model_from_mapped_arrays(run, table, tiny_recipe, monkeypatch, jobs):
    words = ["fit", table, "--target", "answer", "--no-report", "--jobs", jobs, "--out"]
    plain, mapped = table.with_name("plain.odds"), table.with_name("mapped.odds")
    assert run(*words, plain).exit_code == 0
    seen = []
    from trueodds.array_store import Store

    real = Store.zeros

    def zeros(self, name, shape, dtype):
        made = real(self, name, shape, dtype)
        seen.append((self.folder / f"{name}.npy").exists())
        return made

    monkeypatch.setattr(Store, "zeros", zeros)
    result = run(*words, mapped, "--memory", "1kB")
    assert result.exit_code == 0, result.output
    assert sum(seen) > 5
    assert plain.read_bytes() == mapped.read_bytes()
    assert {p.name for p in table.parent.iterdir()} == {"people.csv", "plain.odds", "mapped.odds"}


@pytest.mark.parametrize(
    ("text", "size"),
    [("2GB", 2e9), ("500 MB", 5e8), ("1.5G", 1.5e9), ("2GiB", 2**31), ("800", 800), ("3kb", 3e3)],
)
def test_sizes(text, size):
    assert size_of(text, "--memory") == size


@pytest.mark.parametrize("text", ["", "much", "0", "-1GB", "2XB", "GB"])
def test_what_is_no_size_is_said(text):
    with pytest.raises(UsageError, match=r"--memory: .* is not a size; write it as 2GB or 500MB"):
        size_of(text, "--memory")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_more_rows_to_score_take_no_more_memory(model_file, table, kind):
    head, *rows = table.read_text(encoding="utf-8").splitlines(keepends=True)
    peaks = []
    for megabytes in (12, 72):
        text = head + "".join(rows) * (12 * 10**6 // sum(map(len, rows)))
        if kind == "folder":
            new = table.with_name(f"new{megabytes}")
            new.mkdir()
            for i in range(megabytes // 12):
                (new / f"{i}.csv").write_text(text)
        else:
            new = table.with_name("new.csv")
            new.write_text(text + text[len(head) :] * (megabytes // 12 - 1))
        words = ["predict", str(model_file), str(new), "--out", str(table.with_name("out.csv"))]
        child = subprocess.Popen([sys.executable, "-m", "trueodds", *words])
        _, status, used = os.wait4(child.pid, 0)
        assert status == 0
        peaks.append(used.ru_maxrss / 1024)
    print(f"\npeak MB of 12 and 72 MB scored: {peaks}")
    assert peaks[1] < 2.0 * peaks[0]
