// The columns that change the odds of a row most, in the words of trueodds.

import { readCell } from "./cells.mjs";

const LONGEST = 40;

// Sentences for the values that `explain` gives for a row, the largest change first. Columns that change
// the odds by less than 5 % are left out.
export function reasons({ columns }, row, values, most = 3) {
  return columns
    .map((column, place) => ({ column, value: values[place] }))
    .sort((one, other) => Math.abs(other.value) - Math.abs(one.value))
    .slice(0, most)
    .filter(({ value }) => Math.abs(value) >= 0.05)
    .map(({ column, value }) => {
      const shown = shortened(cellText(column, row[column.name]));
      const factor = factorText(Math.exp(Math.min(Math.max(value, -700), 700)));
      return `${shortened(column.name)} is ${shown}: odds × ${factor}`;
    });
}

function cellText(column, cell) {
  const read = readCell(column, cell);
  const number = column.kind === "number" || column.kind === "date";
  if (number ? Number.isNaN(read) : read === -1) return "missing";
  if (column.kind === "date" && typeof cell !== "string") return dateText(read);
  const plain = column.kind === "number" && !column.number_style && !column.unit;
  return plain || typeof cell === "number" ? sixDigits(read) : String(cell).trim();
}

function dateText(seconds) {
  const date = new Date(1000 * seconds);
  if (Number.isNaN(date.getTime())) return String(seconds);
  const text = date.toISOString();
  return text.slice(11, 19) === "00:00:00" ? text.slice(0, 10) : text.slice(0, 19).replace("T", " ");
}

// A number with at most six significant digits, as Python's "{:.6g}" writes it.
function sixDigits(x) {
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  const [digits, exponent] = x.toExponential(5).split("e");
  if (exponent >= -4 && exponent < 6) return String(Number(x.toPrecision(6)));
  return `${Number(digits)}e${twoDigits(exponent)}`;
}

const twoDigits = (exponent) => exponent.replace(/^([+-])(\d)$/, "$10$2");

// A factor with two significant digits.
export function factorText(factor) {
  if (factor >= 0.01 && factor < 99.5) return String(Number(factor.toPrecision(2)));
  if (factor >= 99.5 && factor < 1e6) return factor.toLocaleString("en-US", { maximumFractionDigits: 0 });
  const [digit, exponent] = factor.toExponential(0).split("e");
  return `${digit}e${twoDigits(exponent)}`;
}

// A text on one line, without characters that cannot be seen.
function shortened(text) {
  const seen = Array.from(text).slice(0, LONGEST + 1).map((letter) => {
    if (letter === " " || !/[\p{C}\p{Z}]/u.test(letter)) return letter;
    const short = { "\t": "\\t", "\n": "\\n", "\r": "\\r" }[letter];
    const hex = letter.codePointAt(0).toString(16);
    const [mark, size] = hex.length > 4 ? ["U", 8] : hex.length > 2 ? ["u", 4] : ["x", 2];
    return short ?? `\\${mark}${hex.padStart(size, "0")}`;
  });
  const letters = Array.from(seen.join(""));
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("")}…` : letters.join("");
}
