"""Whether the kernels are in the cache, as a fresh process finds it."""

import os
import subprocess
import sys
from pathlib import Path

ASK = "from trueodds.training.compiled import kept_kernels as k; print(k())"
TRAIN = """
import numpy as np
from trueodds.network.engine import Engine
from trueodds.network.layout import Layout
from trueodds.training.optimiser import AdamW
layout = Layout(2, (3,))
engine = Engine(layout, np.zeros(layout.size, np.float32), 4)
engine.backward(np.ones((4, 2), np.float32), np.ones(4, np.float32), np.ones(4, np.float32))
AdamW(engine.parameters, [(layout.size, 1.0, 1.0)]).step(engine.gradient, 0.1, 0.0)
"""


def answer(code: str, cache: Path) -> str:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_an_empty_cache_differs_from_a_filled_one(tmp_path: Path) -> None:
    assert answer(ASK, tmp_path) == "to compile"
    answer(TRAIN, tmp_path)
    assert answer(ASK, tmp_path) == "kept"
