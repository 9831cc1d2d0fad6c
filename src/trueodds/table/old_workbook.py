"""Workbooks of Excel 97 are tried in a process of their own, as damage can fill the memory."""

import subprocess

from trueodds.errors import TableError
from trueodds.launch import can_start, command, environment, path_line

LEAST_MEMORY = 2 << 30
"""Address space, bytes, of the process that tries a workbook, beside `MEMORY_PER_BYTE`."""
MEMORY_PER_BYTE = 50
"""Of its file."""
SECONDS = 120.0
"""A sheet has at most 65,536 rows of 256 columns, which take a few seconds."""
_TRY = """
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
except ImportError:
    pass
import fastexcel
raw = bytes.fromhex(sys.stdin.readline())
try:
    book = fastexcel.read_excel(raw)
    for name in book.sheet_names:
        book.load_sheet(name, header_row=None, dtypes="string")
except BaseException:
    pass  # the reader itself says what is wrong
"""


def require_harmless(raw: bytes, name: str) -> None:
    """Refuse a workbook of Excel 97 that ends its reader or fills the memory.

    Raises
    ------
    TableError
        If the reader does not come back; ``name`` names the file.
    """
    if not can_start():
        return
    memory = LEAST_MEMORY + MEMORY_PER_BYTE * len(raw)
    try:
        done = subprocess.run(
            [*command(_TRY), str(memory)],
            input=f"{path_line()}{raw.hex()}\n".encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            env=environment({"POLARS_MAX_THREADS": "1"}),
        )
    except subprocess.TimeoutExpired:
        ended = True
    else:
        ended = done.returncode != 0
    if ended:
        raise TableError(
            f"{name} is not a workbook that can be read: it is damaged; open it in a spreadsheet "
            "program and save it as .xlsx."
        )
