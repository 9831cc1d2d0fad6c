import re
from importlib.metadata import entry_points

import pytest

import trueodds
from trueodds.training.recipe import EFFORTS


def test_the_installed_command_is_main():
    (script,) = entry_points(group="console_scripts", name="trueodds")
    assert script.load() is __import__("trueodds.cli", fromlist=["main"]).main


def test_help_names_every_command(run):
    result = run("--help")
    assert result.exit_code == 0
    for command in ("fit", "predict", "evaluate", "inspect", "demo", "prove"):
        assert re.search(rf"^│ {command} ", result.stdout, re.M), command


def test_fit_help_offers_the_efforts_that_there_are(run):
    assert "|".join(EFFORTS) in run("fit", "--help").stdout


def test_help_describes_the_arguments_too(run):
    for command, words in (("fit", "Training table"), ("predict", "Table of rows to score")):
        assert words in run(command, "--help").stdout


def test_no_command_shows_the_help(run):
    result = run()
    assert result.exit_code == 2
    assert "evaluate" in result.output


def test_version(run):
    result = run("--version")
    assert (result.exit_code, result.stdout) == (0, f"trueodds {trueodds.__version__}\n")


@pytest.mark.parametrize(
    "words",
    [
        ["fly"],
        ["fit"],
        ["fit", "x.csv"],
        ["fit", "x.csv", "--target", "y", "--effort", "heroic"],
        ["fit", "x.csv", "--target", "y", "--jobs", "0"],
        ["fit", "x.csv", "--target", "y", "--report", "r.html", "--no-report"],
        ["fit", "x.csv", "--target", "y", "--group", "a", "--time", "b"],
        ["fit", "x.csv", "--target", "y", "--out", "x.model"],
        ["fit", "x.csv", "--target", "y", "--report", "x.pdf"],
        ["predict", "m.odds", "x.csv", "--out", "x.xlsx"],
        ["predict", "m.odds", "x.csv", "--json"],
        ["evaluate", "m.odds", "x.csv", "--weight", "w", "--no-weight"],
        ["prove", "cosine"],
        ["prove", "sigmoid", "--all", "--stride", "3"],
        ["prove", "sigmoid", "--dtype", "float64"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2_and_says_so_on_stderr(run, words):
    result = run(*words)
    assert result.exit_code == 2
    assert result.stderr.strip()
    assert "Traceback" not in result.output


def test_a_process_of_its_own_keeps_streams_and_exit_codes_apart(spawn, tmp_path):
    result = spawn("inspect", "none.odds", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stdout == b""
    assert result.stderr.startswith(b"Error: none.odds cannot be read")
    assert result.stderr.count(b"\n") == 1
    assert spawn("fly", cwd=tmp_path).returncode == 2
    assert spawn("--help", cwd=tmp_path).returncode == 0
