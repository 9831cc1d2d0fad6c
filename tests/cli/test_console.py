import json

from trueodds.cli.console import note, print_facts, print_json, print_table, shortened


def test_strangers_text_cannot_steer_the_terminal(capsys):
    note("a\x1b]0;x\x07\n b")
    print_facts([("Model", "\x1b[2J")])
    told = capsys.readouterr()
    assert told.err == r"a\x1b]0;x\x07\n b" + "\n"
    assert told.out == r"Model       \x1b[2J" + "\n"


def test_json_knows_no_nan(capsys):
    print_json("predict", {"a": float("nan"), "b": [1.5, (float("inf"), "ü")], 3: None})
    text = capsys.readouterr().out
    assert json.loads(text) == {
        "format": "trueodds-predict/1",
        "a": None,
        "b": [1.5, [None, "ü"]],
        "3": None,
    }
    assert "ü" in text


def test_tables_line_up(capsys):
    print_table(("name", "n"), [("a", "1"), ("long", "1,000")])
    assert capsys.readouterr().out == "name       n\na          1\nlong   1,000\n"


def test_facts_have_a_label_each(capsys):
    print_facts([("Model", "m.odds"), ("", "more")])
    assert capsys.readouterr().out == "Model       m.odds\n            more\n"


def test_shortened():
    assert shortened(["a", "b"]) == "a, b"
    assert shortened(list("abcdefgh"), 3) == "a, b, c and 5 more"
