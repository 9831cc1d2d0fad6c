"""``trueodds decide``: the same figures as the library, and one sentence for a wrong cost."""

import json
import warnings

import pytest

from trueodds import load


def decided(model_file, new_table, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return load(model_file).decide(new_table, **options)


def test_text_tells_the_rule_its_cost_and_the_tenths(run, model_file, new_table):
    result = run("decide", model_file, new_table, "--cost-fp", 1, "--cost-fn", 3)
    assert result.exit_code == 0, result.output
    for words in (
        "rows with a probability from 0.25",
        "a wrong call costs 1, a missed yes 3",
        "calling none costs",
        "the least cost on these rows is at",
        "tenths",
    ):
        assert words in result.stdout, words
    assert "a right call" not in result.stdout


def test_json_has_the_figures_of_the_library(run, model_file, new_table):
    asked = ("--cost-fn", 3, "--benefit", 2, "--json")
    found = json.loads(run("decide", model_file, new_table, *asked).stdout)
    same = decided(model_file, new_table, cost_fn=3.0, benefit=2.0).to_json()
    assert found["decision"] == json.loads(json.dumps(same["decision"]))
    assert found["gains"] == same["gains"]
    assert len(found["curve"]) == 99
    assert found["decision"]["threshold"] == pytest.approx(1.0 / 6.0)


def test_costs_from_a_column_and_weights(run, model_file, new_table):
    found = decided(model_file, new_table, cost_fp="age", cost_fn=50.0, sample_weight="wt")
    assert found.decision.threshold is None
    result = run("decide", model_file, new_table, "--cost-fp", "age", "--cost-fn", 50)
    assert "the threshold of their own costs" in result.stdout


def test_a_capacity(run, model_file, new_table):
    result = run("decide", model_file, new_table, "--capacity", 40, "--no-weight")
    assert result.exit_code == 0, result.output
    assert "the 40 likeliest rows" in result.stdout
    assert "Tuned" not in result.stdout


def test_the_training_file_is_told(run, model_file, table):
    result = run("decide", model_file, table)
    assert result.exit_code == 0, result.output
    assert "Warning: The model was trained on this table" in result.stderr
    with pytest.warns(UserWarning, match="was trained on this table"):
        load(model_file).decide(table)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--cost-fn", "-1"), "the cost false_negative is -1: give a finite number"),
        (("--cost-fn", "nan"), "the cost false_negative is nan: give a finite number"),
        (("--cost-fn", "0", "--cost-fp", "0"), "every decision costs the same"),
        (("--cost-fp", "price"), 'has no column "price"'),
        (("--cost-fp", "job"), 'the cost "job" is "'),
        (("--capacity", "100000"), "the capacity is 100,000: give a number from 0 to 240"),
        (("--weight", "wt", "--no-weight"), "cannot go together"),
    ],
)
def test_a_wrong_option_is_one_sentence(run, model_file, new_table, options, sentence):
    result = run("decide", model_file, new_table, *options)
    assert result.exit_code in (1, 2)
    assert sentence in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_costs_as_arrays_of_the_wrong_length(model_file, new_table):
    with pytest.raises(Exception, match=r"X has 240 rows but the costs have shape \(3,\)"):
        decided(model_file, new_table, cost_fp=[1.0, 2.0, 3.0])


def test_a_single_row_has_no_interval_and_no_nan(run, model_file, new_table, tmp_path):
    lines = new_table.read_text().splitlines()
    for number, line in enumerate(lines[1:9]):
        (tmp_path / f"{number}.csv").write_text(f"{lines[0]}\n{line}\n")
        told = run("decide", model_file, tmp_path / f"{number}.csv", "--cost-fp", 1, "--cost-fn", 5)
        assert told.exit_code == 0, told.output
        assert "nan" not in told.stdout.lower()
        assert "not defined of" not in told.stdout
