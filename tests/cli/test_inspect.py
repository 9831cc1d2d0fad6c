import json

from trueodds import load


def test_everything_inside_is_shown(run, model_file):
    result = run("inspect", model_file)
    assert result.exit_code == 0, result.output
    for words in (
        'yes is "yes"',
        "people.csv, 240 rows",
        "relu",
        "members, ",
        "against float64",
        "stratified folds",
        "since",
        "set aside",
        "constant",
        "fold 1",
        "Log-loss",
        "all layers learn well",
        "numpy",
    ):
        assert words in result.stdout, words
    assert result.stderr == ""


def test_json(run, model_file):
    found = json.loads(run("inspect", model_file, "--json").stdout)
    model = load(model_file)
    assert found["network"]["sizes"] == [list(m.sizes) for m in model.networks.members]
    assert 0.0 <= found["rounding"]["probability"] < 1e-4
    assert found["record"]["effort"] == "quick"
    assert [c["name"] for c in found["schema"]["columns"]] == [c.name for c in model.schema.columns]
    assert found["bytes"] == model_file.stat().st_size


def test_a_damaged_model_is_refused(run, model_file, tmp_path):
    data = bytearray(model_file.read_bytes())
    data[-5] ^= 1
    broken = tmp_path / "broken.odds"
    broken.write_bytes(data)
    result = run("inspect", broken)
    assert result.exit_code == 1
    assert "damaged" in result.stderr
