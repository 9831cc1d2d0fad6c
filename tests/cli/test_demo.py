import gzip
from importlib.resources import files

import pytest

from trueodds.cli import demo
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


@pytest.mark.usefixtures("tiny_recipe")
def test_the_demo_of_some_rows_tells_its_story(run, tmp_path, monkeypatch):
    def some(folder):
        parts = []
        for part in split_table(folder):
            lines = part.path.read_bytes().splitlines(keepends=True)[::30]
            part.path.write_bytes(b"".join(lines))
            parts.append(demo.Part(part.path, len(lines) - 1))
        return parts

    monkeypatch.setattr(demo, "split_table", some)
    result = run("demo", "--out", tmp_path / "d", "--jobs", 1)
    assert result.exit_code == 0, result.output
    for words in ("$ trueodds fit", "$ trueodds evaluate", "$ trueodds predict", "Highest tenth"):
        assert words in result.stdout, words
    assert result.stdout.count("call: ") == 3
    assert ": odds × " in result.stdout
    monkeypatch.setattr(demo, "split_table", _stop)
    stopped = run("demo", "--out", tmp_path / "d")
    assert stopped.exit_code == 130
    assert f"the files made so far are in {tmp_path / 'd'}" in stopped.stderr


def _stop(folder):
    raise KeyboardInterrupt


@pytest.mark.slow
def test_the_demo_tells_the_whole_story(spawn, tmp_path):
    result = spawn("demo", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    text = result.stdout.decode()
    for words in ("$ trueodds fit", "$ trueodds evaluate", "$ trueodds predict", "Highest tenth"):
        assert words in text, words
    assert text.count("call: ") == 3
    assert len(text.splitlines()) <= 56
    made = {path.name for path in (tmp_path / "demo").iterdir()}
    tables = {f"bank_{name}.csv" for name in ("new", "past", "scored", "first", "first_why")}
    assert made == {"bank.html", "bank.odds", *tables}
