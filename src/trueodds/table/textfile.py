"""A text file that is read several times without ever being held whole."""

import codecs
import io
import os
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from trueodds.errors import TableError
from trueodds.table.formats import TableFile, open_path
from trueodds.table.packed import Unpacked, opened, require_packing
from trueodds.table.read import refuse_foreign

_BYTES = 1 << 20
_NOT_IN_WINDOWS = bytes([0x81, 0x8D, 0x8F, 0x90, 0x9D])


class TextFile:
    """An open file of text, plain or compressed, whose encoding one pass over it has told.

    ``notes`` says what encoding was taken when it is not UTF-8. The file stays open, so that one
    put in its place does not matter; `require_unchanged` finds out whether it was written to.

    Raises
    ------
    TableError
        If it is no text, as `trueodds.table.read.read_file` has it.
    """

    def __init__(self, file: TableFile) -> None:
        self.name = file.name
        self.notes: tuple[str, ...] = ()
        self.encoding = "utf-8-sig"
        self._handle = open_path(file.path)
        self._before = self._state()
        self._member = file.member
        try:
            self._packing = require_packing(self._handle.read(1 << 6), file.packing, self.name)
            self._survey()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._handle.close()

    def pieces(self, characters: int) -> Iterator[str]:
        """Its text, piece by piece; line ends of carriage returns alone become newlines."""
        for piece in self._text(characters):
            yield piece.replace("\r", "\n") if self._returns_only else piece

    def lines(self, characters: int, skip: int = 0) -> Iterator[str]:
        """Its lines as ``io.StringIO(text[skip:], newline="")`` gives them."""
        rest = ""
        for piece in self.pieces(characters):
            rest += piece[skip:]
            skip = max(0, skip - len(piece))
            whole = list(io.StringIO(rest, newline=""))
            # The last may go on; a carriage return may be half of a line end.
            rest = whole.pop() if whole else ""
            yield from whole
        yield from io.StringIO(rest, newline="")

    def require_unchanged(self) -> None:
        """Raise TableError if the file was written to since it was opened."""
        if self._state() != self._before:
            raise TableError(f"{self.name} was changed while it was read; run again when it rests")

    def _state(self) -> tuple[int, int]:
        found = os.fstat(self._handle.fileno())
        return found.st_size, found.st_mtime_ns

    def _binary(self) -> BinaryIO | Unpacked:
        self._handle.seek(0)
        if self._packing:
            return opened(self._handle, self._packing, self._member, self.name)
        return self._handle

    def _bytes(self) -> Iterator[bytes]:
        try:
            file = self._binary()
            while raw := file.read(_BYTES):
                yield raw
        except TableError:
            self.require_unchanged()
            raise
        except OSError as error:
            raise TableError(f"{self.name} cannot be read: {error.strerror or error}.") from None

    def _text(self, characters: int) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self.encoding)()
        waiting: list[str] = []
        size = 0
        for raw in self._bytes():
            waiting.append(decoder.decode(raw))
            size += len(waiting[-1])
            if size >= characters:
                text, size = "".join(waiting), 0
                waiting = []
                for start in range(0, len(text), characters):
                    yield text[start : start + characters]
        if text := "".join(waiting) + decoder.decode(b"", final=True):
            for start in range(0, len(text), characters):
                yield text[start : start + characters]

    def _survey(self) -> None:
        """Find the encoding and whether lines end in carriage returns alone."""
        pieces = self._bytes()
        first = next(pieces, b"")
        refuse_foreign(first, self.name)
        if first.startswith((b"\xff\xfe", b"\xfe\xff")):
            self.encoding, self.notes = "utf-16", ("read as UTF-16",)
        wide = self.encoding == "utf-16"
        decoder = codecs.getincrementaldecoder(self.encoding)()
        newlines, returns, wrong, windows = 0, False, 0, True
        for raw in chain([first], pieces):
            if not wide and b"\0" in raw:
                row = newlines + raw.count(b"\n", 0, raw.index(b"\0")) + 1
                raise TableError(
                    f"{self.name} is not text (a zero byte in line {row}): save it as UTF-8 CSV."
                )
            text = ""
            if wide or not wrong:
                try:
                    text = decoder.decode(raw)
                except UnicodeDecodeError as error:
                    if wide:
                        raise self._not_utf16(error) from None
                    wrong = newlines + error.object.count(b"\n", 0, error.start) + 1
            windows &= wide or not any(byte in raw for byte in _NOT_IN_WINDOWS)
            newlines += text.count("\n") if wide else raw.count(b"\n")
            returns |= "\r" in text if wide else b"\r" in raw
        try:
            if not wrong:
                decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            if wide:
                raise self._not_utf16(error) from None
            wrong = newlines + 1
        if wrong:
            self.encoding = "cp1252" if windows else "latin-1"
            self.notes = (f"not UTF-8 (line {wrong}): read as Latin-1 (Windows-1252)",)
        self._returns_only = returns and not newlines

    def _not_utf16(self, error: UnicodeDecodeError) -> TableError:
        return TableError(f"{self.name} is not UTF-16 as its first bytes say: {error}.")
