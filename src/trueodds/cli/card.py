"""``trueodds card``: a model card in Markdown."""

import warnings
from pathlib import Path

from trueodds.cli.console import note
from trueodds.cli.outputs import require_ending, require_writable
from trueodds.errors import TrueOddsError, UsageError
from trueodds.files import whole_file
from trueodds.model import load
from trueodds.report.card import card
from trueodds.table import Source


def run_card(
    model_file: Path, labelled: Source | None, by: tuple[str, ...], out: Path | None
) -> None:
    """Print the card, or write it to a file.

    Raises
    ------
    UsageError, TrueOddsError
        Nothing is written then.
    """
    if by and labelled is None:
        raise UsageError("--by needs labelled rows: add --labelled TABLE")
    if out is not None:
        require_ending(out, (".md",), "--out")
        require_writable(out, "--out", [model_file])
    model = load(model_file)
    found = None
    if labelled is not None:
        with warnings.catch_warnings():  # told below
            warnings.simplefilter("ignore", UserWarning)
            found = model.evaluate(labelled, by=by)
        for text in found.notes:
            note(f"Note: {text}")
    text = card(model, found)
    if out is None:
        print(text, end="")
        return
    try:
        with whole_file(out) as file:
            file.write(text.encode())
    except OSError as error:
        raise TrueOddsError(
            f"{out} could not be written: {error.strerror or error}; choose another place"
        ) from error
