import gzip
from importlib.resources import files

import pytest

from trueodds.cli.demo import TABLE, split_table


def test_the_parts_are_the_shipped_table(tmp_path):
    past, new = split_table(tmp_path)
    whole = gzip.decompress(files("trueodds").joinpath("data", TABLE).read_bytes()).splitlines()
    assert (past.rows, new.rows) == (30_891, 10_297)
    parts = [part.path.read_bytes().splitlines() for part in (past, new)]
    assert parts[0][0] == parts[1][0] == whole[0]
    assert sorted(parts[0][1:] + parts[1][1:]) == sorted(whole[1:])


def test_the_table_comes_with_its_authors_and_licence():
    text = files("trueodds").joinpath("data", "ATTRIBUTION.md").read_text(encoding="utf-8")
    for words in (TABLE, "Moro", "10.24432/C5K306", "CC BY 4.0", "Changes"):
        assert words in text


@pytest.mark.slow
def test_the_demo_tells_the_whole_story(spawn, tmp_path):
    result = spawn("demo", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    text = result.stdout.decode()
    for words in ("$ trueodds fit", "$ trueodds evaluate", "$ trueodds predict", "Highest tenth"):
        assert words in text, words
    assert len(text.splitlines()) <= 50
    made = {path.name for path in (tmp_path / "demo").iterdir()}
    assert made == {"bank.html", "bank.odds", "bank_new.csv", "bank_past.csv", "bank_scored.csv"}
