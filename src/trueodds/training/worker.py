"""A worker process: trains the members it is told of, one at a time, on one BLAS thread.

Started by `trueodds.training.pool` as ``python -m trueodds.training.worker FOLDER``. It reads
"fold member" lines from standard input and answers with JSON lines on standard output; it ends
when its input ends, so it never outlives the parent.
"""

import json
import signal
import sys
from pathlib import Path

from trueodds.training.heal import train_with_care
from trueodds.training.workspace import load_data, save_member


def main(folder: Path) -> None:
    """Serve one pool until its line goes quiet."""
    # Ctrl-C reaches the whole foreground group; the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    data, recipe, seed = load_data(folder)
    for line in sys.stdin:
        fold, member = (int(part) for part in line.split())

        def tell(
            epoch: int, epochs: int, loss: float, at: tuple[int, int] = (fold, member)
        ) -> None:
            message = {"fold": at[0], "member": at[1], "epoch": epoch, "epochs": epochs}
            print(json.dumps({**message, "loss": loss}), flush=True)

        trained = train_with_care(data.task(fold, member), recipe, seed, tell)
        save_member(folder / f"member{fold}-{member}.npz", trained)
        print(json.dumps(trained.record.last_news()), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
