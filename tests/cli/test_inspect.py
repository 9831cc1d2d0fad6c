import json
from dataclasses import replace
from pathlib import Path

from trueodds import load
from trueodds.cli.inspect import roles_text
from trueodds.columns.roles import RoleColumns


def test_everything_inside_is_shown(run, model_file):
    result = run("inspect", model_file)
    assert result.exit_code == 0, result.output
    for words in (
        'yes is "yes"',
        "people.csv, 240 rows",
        "relu",
        "members, ",
        "compared with float64",
        "random folds, drawn 2 times",
        "since",
        "ignored",
        "constant",
        "fold 1",
        "kind ",
        "MLP ",
        "Log-loss",
        "all layers learn well",
        "numpy",
        'Roles       weight "wt"',
    ):
        assert words in result.stdout, words
    assert result.stderr == ""


def test_health_is_shown_layer_by_layer(run, model_file):
    result = run("inspect", model_file, "--health")
    assert result.exit_code == 0, result.output
    model = load(model_file)
    for member in model.record.members[:10]:
        assert member.health is not None
        assert f"{member.title}: {len(member.health.at)} snapshots" in result.stdout
        for finding in member.findings():
            assert finding.detail in " ".join(result.stdout.split())
    of_layers = [member for member in model.record.members[:10] if member.health.names]
    assert result.stdout.count("\nlayer 1 ") == len(of_layers) > 0


def test_a_model_of_before_health_was_kept_says_so(run):
    golden = Path(__file__).parents[1] / "golden" / "relu.odds"
    result = run("inspect", golden, "--health")
    assert result.exit_code == 0
    assert "holds no health record" in result.stdout


def test_roles_are_named_without_the_reading_of_the_weights(model_file):
    roles = RoleColumns(weight="wt", group="", weight_reading=("decimal_comma", "kg"))
    assert roles_text(replace(load(model_file), roles=roles)) == 'weight "wt", group from an array'


def test_json(run, model_file):
    found = json.loads(run("inspect", model_file, "--json").stdout)
    model = load(model_file)
    assert found["network"]["sizes"] == [list(m.sizes) for m in model.networks.members]
    assert 0.0 <= found["rounding"]["probability"] < 1e-4
    assert found["record"]["effort"] == "quick"
    assert [c["name"] for c in found["schema"]["columns"]] == [c.name for c in model.schema.columns]
    assert found["bytes"] == model_file.stat().st_size


def test_columns_read_together_are_told(run):
    golden = Path(__file__).parents[1] / "golden" / "crosses.odds"
    shown = run("inspect", golden).stdout
    assert "x × z (in 3 of 3 folds)" in shown
    assert "code, by value (in 1 of 3 folds)" in shown
    told = json.loads(run("inspect", golden, "--json").stdout)["crosses"]
    assert told == {"x × z": 3, "code × z": 1, "code, by value": 1}


def test_a_damaged_model_is_refused(run, model_file, tmp_path):
    data = bytearray(model_file.read_bytes())
    data[-5] ^= 1
    broken = tmp_path / "broken.odds"
    broken.write_bytes(data)
    result = run("inspect", broken)
    assert result.exit_code == 1
    assert "damaged" in result.stderr
