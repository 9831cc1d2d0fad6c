// Numbers in text: plain ones, those of a column's style, and those of older files' styles.

import { microseconds, seconds } from "./durations.mjs";
import { SPACE, inAscii, strip } from "./text.mjs";
import { unitOf } from "./units.mjs";

const PLAIN = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[+-]?inf(?:inity)?)$/i;
const DRESS = new RegExp(`^([+-]?)[${SPACE}]*[$€£¥][${SPACE}]*|[${SPACE}]*[%$€£¥]$`, "g");
const THOUSANDS = /^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?$/;
const COMMA = /^(?:[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,\d*)?(?:[eE][+-]?\d+)?|[+-]?,\d+)$/;

// A dash for the cents (12,-), a unit outside of brackets, and a currency with a dash, which is zero.
const NO_CENTS = /(?<=\d)(?:([.,])(?:--?|\u2014)|\/-)(?!\d)/g;
const BEFORE_BRACKETS = /^([^\d \t-\r.,+\-'()]{1,4}\.?) *\(([^()]*)\)$/u;
const BEHIND_BRACKETS = /^\(([^()]*)\)( ?[^\d \t-\r.,+\-'()][^\d+\-'()]{0,14})$/u;
const DASH = /^([^\d \t-\r.,+\-'()]{1,4}\.?) *--?$/u;
const CELL = new RegExp(
  "^([+-]?) ?([^\\d \\t-\\r.,+\\-'()]{0,4}\\.?) *([+-]?) ?" +
    "((?:\\d(?:[\\d.,' ]*[\\d.,'])?|[.,]\\d+)(?:[eE][+-]?\\d+)?|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?(?![a-zA-Z]))" +
    "( ?)([^\\d \\t-\\r.,+\\-'()][^\\d+\\-'()]{0,14})?( ?[+-]?)$",
  "u",
);
// By decimal mark: numbers in groups, and others.
const GROUPS = {
  ".": /^(?:[1-9]\d{0,2}([,' ])\d{3}(?:\1\d{3})*(?:\.\d*)?|[1-9]\d?(?:,\d{2})+,\d{3}(?:\.\d*)?)$/,
  ",": /^[1-9]\d{0,2}([.' ])\d{3}(?:\1\d{3})*(?:,\d*)?$/,
};
const UNGROUPED = {
  ".": /^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/,
  ",": /^(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?$/,
};
// Words that multiply, in columns whose unit ends with this sign.
const MULTIPLIED = "×";
const MULTIPLIER = /^([A-Za-z]+)\.? ?(.*)$/s;
const POWERS = new Map();
for (const [power, words] of [
  [3, "k thousand thousands tsd"],
  [5, "lakh lakhs lac lacs"],
  [6, "m mn mm mio mln million millions"],
  [7, "cr crore crores"],
  [9, "b bn mrd billion billions"],
  [12, "trillion trillions"],
]) {
  for (const word of words.split(" ")) POWERS.set(word, power);
}
const MARKS = { decimal_point: ".", decimal_comma: "," };

// The number of a cell without outer blanks, by its column's style and unit; null where it is none.
export function readNumber(word, style = "", unit = "") {
  const pointed = style === "decimal_comma" && word.includes(".");
  if (!pointed && PLAIN.test(word)) return asNumber(word);
  if (style in MARKS) return styled(word, MARKS[style], unit);
  const ticks = style === "duration" ? microseconds(word) : null;
  return ticks === null ? dressed(word, style) : seconds(ticks);
}

function asNumber(plain) {
  const text = plain.toLowerCase();
  return text.includes("inf") ? (text[0] === "-" ? -Infinity : Infinity) : Number(text);
}

// A number with a currency sign or a percent sign, and the styles of older files.
function dressed(word, style) {
  const text = strip(word).replace(DRESS, "$1");
  if (style === "comma" && COMMA.test(text)) {
    return Number(text.replaceAll(".", "").replace(",", "."));
  }
  if (style === "thousands" && THOUSANDS.test(text)) return Number(text.replaceAll(",", ""));
  return PLAIN.test(text) ? asNumber(text) : null;
}

function styled(word, mark, unit) {
  let text = strip(
    inAscii(word)
      .replace(/[\u00a0\u202f\u2007\u2009\u200a]/g, " ")
      .replace(/[\u2212\u2013\u2012\ufe63]/g, "-")
      .replace(/[\u2019\u02bc\u00b4`]/g, "'")
      .replace(NO_CENTS, "$1"),
  )
    .replace(BEFORE_BRACKETS, "($1$2)")
    .replace(BEHIND_BRACKETS, "($1$2)");
  const bracketed = text.startsWith("(") && text.endsWith(")");
  if (bracketed) text = strip(text.slice(1, -1));
  const found = CELL.exec(text);
  if (found === null) {
    const zero = DASH.exec(text);
    const own = zero === null ? null : unitOf(zero[1], true, false);
    return own && own === (unit.endsWith(MULTIPLIED) ? unit.slice(0, -1) : unit) ? 0 : null;
  }
  const [, before, prefix, between, digits, blank, behind, last] = found;
  const signs = before + between + last.trim();
  const suffix = strip(behind ?? "");
  if (signs.length + (bracketed ? 1 : 0) > 1) return null;
  const multiplies = unit.endsWith(MULTIPLIED);
  const [power, currency] = multiplies ? multiplied(prefix, suffix) : [0, ""];
  const both = prefix !== "" && suffix !== "";
  const own = power ? currency : both ? null : unitOf(prefix || suffix, prefix !== "", blank !== "");
  if (own === null || (own !== "" && own !== (multiplies ? unit.slice(0, -1) : unit))) return null;
  const value = valueOf(digits, mark, power);
  return value === null ? null : bracketed || signs === "-" ? -value : value;
}

// Power of ten by which a word such as K multiplies, and the currency beside it; 0 without one.
function multiplied(prefix, suffix) {
  const found = MULTIPLIER.exec(suffix);
  const power = found === null ? undefined : POWERS.get(found[1].toLowerCase());
  if (power === undefined || (prefix && found[2])) return [0, ""];
  const currency = unitOf(prefix || found[2], true, false);
  return currency === null ? [0, ""] : [power, currency];
}

function valueOf(digits, mark, power) {
  if (/^i/i.test(digits)) return Infinity;
  let plain = digits;
  if (GROUPS[mark].test(digits)) {
    plain = digits.replace(mark === "." ? /[,' ]/g : /[.' ]/g, "");
  } else if (!UNGROUPED[mark].test(digits) || (power && /e/i.test(digits))) {
    return null;
  }
  return Number(plain.replace(",", ".") + (power ? `e${power}` : ""));
}
