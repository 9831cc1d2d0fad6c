// Dates in text by a strptime pattern, as chrono reads them: microseconds since 1970 UTC (BigInt).

import { FULL_NAMES, SHORT_NAMES, dayOf, hoursOf, moment, monthNamed, timeOf } from "./calendar.mjs";
import { byShapes } from "./dates.mjs";
import { WHITE_SPACE } from "./text.mjs";

const ISO = [
  "%Y-%m-%d",
  "%Y-%m-%d %H:%M:%S%.f",
  "%Y-%m-%d %H:%M",
  "%Y-%m-%d %I:%M:%S %p",
  "%Y-%m-%d %I:%M %p",
  "%Y-%m-%d %H:%M:%S%.f%#z",
  "%Y-%m-%d %H:%M:%S%.f %#z",
  "%Y-%m-%dT%H:%M:%S%.f",
  "%Y-%m-%dT%H:%M:%S%.f%#z",
  "%Y-%m-%dT%H:%M",
  "%Y-%m-%dT%H:%M%#z",
];
const anyCase = (words) => words.replace(/[a-z]/g, (c) => `[${c}${c.toUpperCase()}]`);
const BLANKS = `[${WHITE_SPACE}]*`;
const TWO = "\\d{2}|\\d(?!\\d)"; // one digit only where no second follows
// Blanks may stand before a number; a blank of the pattern is any number of them.
const PARTS = {
  "%Y": `${BLANKS}(?<Y>\\d{4})`,
  "%y": `${BLANKS}(?<y>${TWO})`,
  "%m": `${BLANKS}(?<m>${TWO})`,
  "%d": `${BLANKS}(?<d>${TWO})`,
  "%b": `(?<name>${anyCase(SHORT_NAMES)})`,
  "%B": `(?<name>${anyCase(FULL_NAMES)})`,
  "%H": `${BLANKS}(?<H>${TWO})`,
  "%I": `${BLANKS}(?<I>${TWO})`,
  "%M": `${BLANKS}(?<M>${TWO})`,
  "%S": `${BLANKS}(?<S>${TWO})`,
  "%.f": "(?:\\.(?<f>\\d+))?",
  "%p": "(?<p>[aApP])[mM]",
  "%#z": `${BLANKS}(?:[zZ]|(?<sign>[+\\-\\u2212])(?<zh>\\d{2})[:${WHITE_SPACE}]*(?<zm>\\d{2})?)`,
  " ": BLANKS,
};
const compiled = new Map();

// Microseconds of a cell in a column with a date_format ("" is ISO's): by it, by ISO's patterns, or
// by the shapes in the pattern's order; null where it is no date. Throws an Error for a pattern with
// parts that this reader does not know.
export function byPattern(word, pattern) {
  for (const each of [pattern || ISO[0], ...ISO]) {
    const made = parsed(word, each);
    if (made !== null) return made;
  }
  return byShapes(word, orderOf(pattern), 0);
}

function parsed(word, pattern) {
  if (!compiled.has(pattern)) compiled.set(pattern, compile(pattern));
  const found = compiled.get(pattern).exec(word);
  if (found === null) return null;
  const { Y, y, name, m, d, H, I, M = "0", S = "0", f, p, sign, zh, zm = "0" } = found.groups;
  const year = Y === undefined ? Number(y) + (Number(y) < 70 ? 2000 : 1900) : Number(Y);
  const day = dayOf(year, name === undefined ? Number(m) : monthNamed(name), Number(d));
  const hours = I === undefined ? Number(H ?? 0) : hoursOf(Number(I), p);
  if (day === null || hours < 0 || hours > 23 || Number(M) > 59 || Number(S) > 60) return null;
  if (sign !== undefined && (Number(zh) > 23 || Number(zm) > 59)) return null;
  const ahead = sign === undefined ? 0 : Number(zh) * 60 + Number(zm);
  return moment(day, timeOf(hours, Number(M), Number(S), f), sign === "+" ? ahead : -ahead);
}

function compile(pattern) {
  const made = pattern.replace(/%[.#]?[A-Za-z]| |[^A-Za-z0-9]/g, (part) => {
    if (part in PARTS) return PARTS[part];
    if (part.length > 1 || part === "%") {
      throw new Error(`this reader does not know "${part}" of the date format "${pattern}"`);
    }
    return `\\${part}`;
  });
  return new RegExp(`^${made}$`);
}

// Order of day, month and year that a pattern has.
function orderOf(pattern) {
  const [year, month, day] = ["%Y", "%m", "%d"].map((part) => pattern.indexOf(part));
  if (year < 1) return "ymd";
  return month > -1 && month < day ? "mdy" : "dmy";
}
