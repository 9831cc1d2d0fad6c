// Categories in text: the position of a cell's level, −1 where it is missing, −2 where it is none.

import { readNumber } from "./numbers.mjs";
import { MARKERS, strip } from "./text.mjs";

const INTEGER = /^[+-]?\d{1,40}$/;
const YES = new Set(["true", "t", "yes", "y", "1", "1.0", "on"]);
const NO = new Set(["false", "f", "no", "n", "0", "0.0", "off"]);

// The code of a cell without outer blanks, in a column prepared by `withCodes`.
export function readCode(word, column) {
  const known = column.codes.get(word);
  if (known !== undefined) return known;
  if (MARKERS.has(word)) return -1;
  for (const { key, table } of column.looks) {
    const meant = key(word);
    if (meant !== null && table.has(meant)) return table.get(meant);
  }
  return -2;
}

// What `readCode` looks up: levels by their text; failing that by their number and, in a yes/no
// column, by their letters and by their meaning, where that leaves the levels two.
export function withCodes(column) {
  const codes = new Map(column.levels.map((level, code) => [level, code]));
  const looks = [];
  if (!ofSeveralWidths(column.levels)) looks.push(look(exactNumber, column.levels));
  if (column.kind === "yesno") {
    const more = [look(bare, column.levels), look(truth, column.levels)];
    looks.push(...more.filter(({ table }) => table.size === column.levels.length));
  }
  return { ...column, codes, looks };
}

function look(key, levels) {
  const table = new Map();
  levels.forEach((level, code) => {
    const meant = key(level);
    if (!table.has(meant)) table.set(meant, code);
  });
  return { key, table };
}

// A number in one spelling, a whole one with all its digits; null where the word is none.
function exactNumber(word) {
  if (INTEGER.test(word)) return String(BigInt(word.replace("+", "")));
  const number = readNumber(word);
  return Number.isInteger(number) ? String(BigInt(number)) : number === null ? null : String(number);
}

function bare(word) {
  const text = strip(strip(word).replace(/^['"`]+|['"`]+$/g, ""));
  return Array.from(text, folded).join("");
}

// A character as Python's str.casefold has it.
function folded(character) {
  if (character === "ı") return character;
  if (character === "ẞ") return "ss";
  if (/[\u13a0-\u13fd\uab70-\uabbf]/.test(character)) return character.toUpperCase();
  return character.toUpperCase().toLowerCase();
}

function truth(word) {
  const text = bare(word);
  return YES.has(text) ? true : NO.has(text) ? false : text;
}

// Whether all levels are codes such as 010 and 0010, which zeros in front tell apart.
function ofSeveralWidths(levels) {
  const padded = levels.some((level) => level.length > 1 && /^0\d*$/.test(level));
  const widths = new Set(levels.map((level) => level.length));
  return padded && levels.every((level) => /^\d+$/.test(level)) && widths.size > 1;
}
