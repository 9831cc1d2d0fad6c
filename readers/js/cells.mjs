// A cell as the number or the code that a column's rules make of it, as trueodds reads it.

import { readCode, withCodes } from "./categories.mjs";
import { byShapes, noDate } from "./dates.mjs";
import { seconds } from "./durations.mjs";
import { readNumber } from "./numbers.mjs";
import { byPattern } from "./patterns.mjs";
import { bareCell, noNumber } from "./text.mjs";

const STYLES = ["", "thousands", "comma", "decimal_point", "decimal_comma", "duration"];

// A column of the file's schema, ready for `readCell`. Throws an Error for one that this reader does
// not know.
export function prepared(column) {
  if (column.kind === "number" && !STYLES.includes(column.number_style ?? "")) {
    throw new Error(`column "${column.name}" has the unknown number style "${column.number_style}"`);
  }
  return ["category", "yesno", "text"].includes(column.kind) ? withCodes(column) : column;
}

// The number, the date in seconds since 1970-01-01 UTC, or the code of a cell. NaN and −1 are missing;
// −2 is a level that training did not have. Throws an Error for a cell that cannot be read.
export function readCell(column, cell) {
  const number = column.kind === "number" || column.kind === "date";
  if (cell === null || cell === undefined || Number.isNaN(cell)) return number ? NaN : -1;
  if (!number && ["string", "number", "bigint", "boolean"].includes(typeof cell)) {
    return readCode(bareCell(String(cell)), column);
  }
  if (column.kind === "date" && cell instanceof Date) return cell.getTime() / 1000;
  if (number && ["number", "bigint"].includes(typeof cell)) return Number(cell);
  if (column.kind === "number" && typeof cell === "boolean") return Number(cell);
  if (!number || typeof cell !== "string") {
    throw new Error(`the cell of column "${column.name}" is of a type that is not read: ${typeof cell}`);
  }
  const word = bareCell(cell);
  const value = column.kind === "date" ? dateIn(word, column) : numberIn(word, column);
  if (value !== null) return value;
  if (noNumber(word) || (column.kind === "date" && noDate(word))) return NaN;
  throw new Error(
    `the cell "${cell}" of column "${column.name}" is no ${column.kind}: mend it, or give null, ` +
      "which counts as missing",
  );
}

function numberIn(word, column) {
  const truth = ["false", "true"].indexOf(word.toLowerCase());
  return readNumber(word, column.number_style, column.unit) ?? (truth < 0 ? null : truth);
}

function dateIn(word, column) {
  const ticks = column.date_order
    ? byShapes(word, column.date_order, column.century ?? 0)
    : byPattern(word, column.date_format ?? "");
  return ticks === null ? null : seconds(ticks);
}
