// What cells read as; tests/model/test_javascript_cells.py compares with Python at random.
import assert from "node:assert/strict";
import { test } from "node:test";
import { prepared, readCell } from "../cells.mjs";

const column = (rules) => prepared({ name: "x", levels: [], number_style: "", ...rules });
const check = (rules, cells) => {
  for (const [cell, value] of cells) assert.equal(readCell(column(rules), cell), value, cell);
};

test("numbers with a decimal comma", () => {
  check({ kind: "number", number_style: "decimal_comma", unit: "€" }, [
    ["1.234,50", 1234.5],
    ["1.775", 1775],
    ["(5 €)", -5],
    ["EUR 5-", -5],
    ["1\u00a0234,5", 1234.5],
    ["true", 1],
    ["n.a.", NaN],
  ]);
});

test("numbers with a decimal point", () => {
  check({ kind: "number", number_style: "decimal_point", unit: "%" }, [
    ["5 %", 5],
    ["5 percent", 5],
    ["12,34,567.5", 1234567.5],
    ["1'234", 1234],
    ["\u22125", -5],
    [".5e1", 5],
    ["-inf", -Infinity],
  ]);
});

test("durations and times of day", () => {
  check({ kind: "number", number_style: "duration" }, [
    ["1:30", 5400],
    ["12:30:00.5 am", 1800.5],
    ["1 days 02:03:04", 93784],
    ["-1 day, 23:59:59", -1],
    ["P1DT2H", 93600],
    ["1d 2h", 93600],
    ["90", 90],
  ]);
});

test("dates in every order", () => {
  const day = (year, month, date) => Date.UTC(year, month - 1, date) / 1000;
  check({ kind: "date", date_order: "dmy", century: 1930 }, [
    ["3.4.29", day(2029, 4, 3)],
    ["3.4.30", day(1930, 4, 3)],
    ["2020-04-03", day(2020, 4, 3)],
    ["Fri, 3rd of April 2020", day(2020, 4, 3)],
    ["20200403T100000Z", day(2020, 4, 3) + 36000],
    ["3/4/2020 10:00 PM EST", day(2020, 4, 4) + 10800],
    ["2020Q2", day(2020, 4, 1)],
    ["2020-W53-7", day(2021, 1, 3)],
    ["0000-00-00", NaN],
  ]);
  check({ kind: "date", date_format: "%m/%d/%Y" }, [
    ["4/3/2020", day(2020, 4, 3)],
    ["2020-04-03 01:00:00+01:00", day(2020, 4, 3)],
    ["0999-04-03", -30633811200],
  ]);
  for (const none of ["2021-W53-1", "30.2.2020", "2020-02-30", "1-2"]) {
    assert.throws(() => readCell(column({ kind: "date", date_order: "dmy" }), none), /is no date/);
  }
});

test("categories and words of yes and no", () => {
  check({ kind: "category", levels: ["7", "NA", "red"] }, [
    [" red ", 2],
    ["7.0", 0],
    ["007", 0],
    [7, 0],
    ["NA", 1],
    ["n/a", -1],
    ["Red", -2],
  ]);
  check({ kind: "category", levels: ["010", "0010"] }, [["10", -2], ["0010", 1]]);
  check({ kind: "yesno", levels: ["No", "yes"] }, [
    ["'YES'", 1],
    ["true", 1],
    ["0.0", 0],
    ["maybe", -2],
    [null, -1],
  ]);
});

test("a rule that is not known is refused", () => {
  assert.throws(() => column({ kind: "number", number_style: "roman" }), /unknown number style/);
  const odd = column({ kind: "date", date_format: "%j" });
  assert.throws(() => readCell(odd, "1"), /does not know "%j"/);
});
