"""Digits and marks of other scripts, and their one spelling in ASCII."""

_ZEROS = (0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50)
"""Arabic, Persian, Devanagari, Bengali and Thai digits begin here."""
IN_ASCII = {
    **{zero + digit: str(digit) for zero in _ZEROS for digit in range(10)},
    **{wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)},
    0x066B: ".",
    0x066C: ",",
    0xFFE0: "¢",
    0xFFE1: "£",
    0xFFE5: "¥",
    0xFFE6: "₩",
}
"""For `str.translate`: these digits, Arabic's marks, and the wide characters of East Asia."""
