// Blanks around text, and the words that mean "missing".

const RUST = "\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const PYTHON = `${RUST}\\x1c-\\x1f`;
// The characters that Python's str.strip removes, for a class of a regular expression; the blanks
// around a cell are those of Unicode's White_Space only.
export const SPACE = PYTHON;
export const WHITE_SPACE = RUST;

const around = (blanks) => new RegExp(`^[${blanks}]+|[${blanks}]+$`, "g");
const CELL = around(RUST);
const WORD = around(PYTHON);

// A cell without outer blanks; half a surrogate pair is a question mark, as in every table.
export const bareCell = (text) => text.replace(/\p{Surrogate}/gu, "?").replace(CELL, "");

// Digits of other scripts, Arabic's marks and the wide characters of East Asia, in ASCII.
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50];
const OTHERS = { "\u066b": ".", "\u066c": ",", "\uffe0": "¢", "\uffe1": "£", "\uffe5": "¥", "\uffe6": "₩" };
const NO_ASCII = /[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59\uff01-\uff5e\u066b\u066c\uffe0\uffe1\uffe5\uffe6]/g;
export const inAscii = (text) =>
  text.replace(NO_ASCII, (one) => {
    if (one in OTHERS) return OTHERS[one];
    const code = one.charCodeAt(0);
    if (code >= 0xff01) return String.fromCharCode(code - 0xfee0);
    return String(code - Math.max(...ZEROS.filter((zero) => zero <= code)));
  });

export const strip = (text) => text.replace(WORD, "");

// Cells that are missing in every column …
export const MARKERS = new Set([
  "", "?", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NAN", "NaT", "null", "NULL", "Null",
  "None", "none", "NONE",
]);
// … and, in any case, in columns of numbers and dates.
const PLACEHOLDERS = new Set([
  "-", "--", "---", "–", "—", "−", ".", "..", "...", "*", "**", "***", "\\n", "\\\\n",
  "n.a.", "na", "n.d.", "n/d", "nd", "(null)", "[null]", "{null}", "<null>", "(none)",
  "#null!", "#div/0!", "#ref!", "#value!", "#name?", "#num!", "#n/a!", "#n/a n/a", "#error!",
  "-nan", "+nan", "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan", "nan(ind)", "-nan(ind)",
  "(blank)", "blank", "empty", "undefined", "unknown", "missing", "not known",
  "not available", "not applicable", "no data", "not reported", "not specified", "no value",
]);

export const noNumber = (word) => MARKERS.has(word) || PLACEHOLDERS.has(word.toLowerCase());
