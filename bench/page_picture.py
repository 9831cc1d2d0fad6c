"""Writes docs/page.png: the upper part of a page of ``fit``, as README shows it.

It needs Chromium and Pillow. Run it again when the page looks different.
"""

import base64
import re
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from chromium import browser  # noqa: E402

PICTURE = ROOT / "docs" / "page.png"
WIDTH = 1120
COLOURS = 48
MOST_BYTES = 200_000
FIT = "fit examples/german_credit.csv --target default --positive 2 --cost-fp 1 --cost-fn 5"
BOTTOM = "document.getElementById('figure-worth').getBoundingClientRect().top"


def main() -> None:
    """Fit, draw and write."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, "-m", "trueodds", *FIT.split(), "--out", str(folder / "m.odds")]
        fitted = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        with browser(folder / "profile") as page:
            page.media()
            page.open(folder / "m.html", WIDTH)
            page.wait("document.documentElement.dataset.model === 'ready'")
            clip = {"x": 0, "y": 0, "width": WIDTH, "height": page.run(BOTTOM) - 20, "scale": 1}
            found = page.call(
                "Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip
            )
    drawn, small = BytesIO(base64.b64decode(found["data"])), BytesIO()
    about = PngInfo()  # `tests/test_docs.py` compares it with what README prints
    about.add_text("log-loss", re.findall(r"^Log-loss +(\S+)", fitted.stdout, re.M)[0])
    # A palette is enough for text and lines, and takes a third of the room.
    picture = Image.open(drawn).convert("RGB").quantize(COLOURS)
    picture.save(small, "PNG", optimize=True, pnginfo=about)
    data = small.getvalue()
    if len(data) > MOST_BYTES:
        sys.exit(f"the picture has {len(data):,} bytes, more than {MOST_BYTES:,}: show less")
    PICTURE.write_bytes(data)
    print(f"{PICTURE.relative_to(ROOT)}: {len(data):,} bytes")


if __name__ == "__main__":
    main()
