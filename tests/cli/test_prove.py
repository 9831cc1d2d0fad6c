import json

import pytest

from trueodds.cli import prove as command

pytest.importorskip("gmpy2")


def test_a_walk_over_all_float16_finds_nothing_wrong(run):
    result = run("prove", "sigmoid", "--dtype", "float16", "--json")
    assert result.exit_code == 0, result.output
    (proof,) = json.loads(result.stdout)["proofs"]
    assert (proof["tried"], proof["wrong"]) == (65536, 0)


def test_text_names_function_and_counts(run):
    result = run("prove", "softplus", "--stride", "1000003")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("softplus float32: 0 wrong of 4,295 ")


def test_a_wrong_result_ends_with_1(run, monkeypatch):
    from dataclasses import replace

    honest = command.prove
    monkeypatch.setattr(command, "prove", lambda *a: replace(honest(*a), wrong=1))
    assert run("prove", "sigmoid", "--stride", "100000007").exit_code == 1
