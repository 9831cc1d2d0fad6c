"""``docs/sigmoid.md`` says what its script works out, and its example runs."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "sigmoid.md"


@pytest.mark.slow
def test_numbers_and_pictures_are_current() -> None:
    script = ROOT / "bench" / "sigmoid_figures.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_stale_picture_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    from sigmoid_figures import same_picture

    assert same_picture('<path d="M1.02,3">', '<path d="M1.1,3">')
    assert not same_picture('<path d="M1,3">', '<path d="M1,4">')
    assert not same_picture("<text>σ(x)</text>", "<text>tanh(x)</text>")


def test_every_figure_is_there() -> None:
    named = re.findall(r"\((figures/\w+\.svg)\)", PAGE.read_text(encoding="utf-8"))
    assert len(named) == 6
    for name in named:
        assert (PAGE.parent / name).read_text(encoding="utf-8").startswith("<svg")


def test_the_example_runs() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)
    z = names["z"]
    assert names["sigmoid"](z).tolist() == [np.float32(3.8e-44), 0.5, 1.0]  # type: ignore[operator]
    assert names["log_loss_from_logits"](z, 1).dtype == np.float32  # type: ignore[operator]
    assert names["logit"](names["sigmoid"](np.float32(2))) == 2  # type: ignore[operator]
