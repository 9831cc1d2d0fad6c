// The whole of readers/js, so over 300 lines. Do not edit it.
// Make it again with python -m trueodds.report.reader_bundle.
"use strict";
const trueoddsReader = (() => {
const module_text = (() => {
const RUST = "\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const PYTHON = `${RUST}\\x1c-\\x1f`;
const SPACE = PYTHON;
const WHITE_SPACE = RUST;

const around = (blanks) => new RegExp(`^[${blanks}]+|[${blanks}]+$`, "g");
const CELL = around(RUST);
const WORD = around(PYTHON);

const bareCell = (text) => text.replace(/\p{Surrogate}/gu, "?").replace(CELL, "");

const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50];
const OTHERS = { "\u066b": ".", "\u066c": ",", "\uffe0": "¢", "\uffe1": "£", "\uffe5": "¥", "\uffe6": "₩" };
const NO_ASCII = /[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59\uff01-\uff5e\u066b\u066c\uffe0\uffe1\uffe5\uffe6]/g;
const inAscii = (text) =>
  text.replace(NO_ASCII, (one) => {
    if (one in OTHERS) return OTHERS[one];
    const code = one.charCodeAt(0);
    if (code >= 0xff01) return String.fromCharCode(code - 0xfee0);
    return String(code - Math.max(...ZEROS.filter((zero) => zero <= code)));
  });

const strip = (text) => text.replace(WORD, "");

const MARKERS = new Set([
  "", "?", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NAN", "NaT", "null", "NULL", "Null",
  "None", "none", "NONE",
]);
const PLACEHOLDERS = new Set([
  "-", "--", "---", "–", "—", "−", ".", "..", "...", "*", "**", "***", "\\n", "\\\\n",
  "n.a.", "na", "n.d.", "n/d", "nd", "(null)", "[null]", "{null}", "<null>", "(none)",
  "#null!", "#div/0!", "#ref!", "#value!", "#name?", "#num!", "#n/a!", "#n/a n/a", "#error!",
  "-nan", "+nan", "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan", "nan(ind)", "-nan(ind)",
  "(blank)", "blank", "empty", "undefined", "unknown", "missing", "not known",
  "not available", "not applicable", "no data", "not reported", "not specified", "no value",
]);

const noNumber = (word) => MARKERS.has(word) || PLACEHOLDERS.has(word.toLowerCase());
return { SPACE, WHITE_SPACE, bareCell, inAscii, strip, MARKERS, noNumber };
})();
const module_durations = (() => {
const { SPACE, inAscii, strip } = module_text;

const SECOND = 1000000n;
const DAY = 86400n * SECOND;
const UNITS = new Map();
for (const [size, words] of [
  [31557600n * SECOND, "y yr yrs year years"],
  [2629800n * SECOND, "mo mon mons month months"],
  [7n * DAY, "w week weeks woche wochen semaine semaines semana semanas"],
  [DAY, "d day days tag tage tagen jour jours día días dia dias"],
  [3600n * SECOND, "h hr hrs hour hours std stunde stunden heure heures hora horas"],
  [60n * SECOND, "m min mins minute minutes minuten minuto minutos"],
  [SECOND, "s sec secs second seconds sek sekunde sekunden seconde secondes segundo segundos"],
  [1000n, "ms millisecond milliseconds"],
  [1n, "us µs μs microsecond microseconds"],
]) {
  for (const word of words.split(" ")) UNITS.set(word, size);
}

const NUMBER = "(\\d{1,15}(?:[.,]\\d+)?)";
const CLOCK = new RegExp(
  "^(?:T|(?<days>\\d{1,15}) ?(?:days?|d)?(?<after>, ?| |\\.))?(?<within>[+-]?)" +
    "(?<hours>\\d{1,15}):(?<minutes>[0-5]\\d)(?::(?<seconds>[0-5]\\d|60)(?:[.,](?<part>\\d+))?" +
    "(?: ?(?:Z|UTC|GMT)| ?[+-](?:0\\d|1[0-4])(?::?[0-5]\\d)?)?)?" +
    "(?: ?(?<half>[ap])\\.? ?m\\.?| ?Uhr| ?h)?$",
  "i",
);
const HALF = /^(?<hours>\d{1,2}) ?(?<half>[ap])\.? ?m\.?$/i;
const H_BETWEEN = /^(?<hours>\d{1,15}) ?h ?(?<minutes>[0-5]\d)$/i;
const ISO = new RegExp(
  `^P(?:${NUMBER}Y)?(?:${NUMBER}M)?(?:${NUMBER}W)?(?:${NUMBER}D)?(?:T(?:${NUMBER}H)?(?:${NUMBER}M)?(?:${NUMBER}S)?)?$`,
  "i",
);
const SIGN = new RegExp(`^[+-][${SPACE}]*`);
const WORDS = new RegExp(`${NUMBER} ?([a-zíµμ]+)\\.?(?:,? ?(?:(?:and|und|et|y|e) )?)(-?)`, "iy");
const BEFORE_CLOCK = /^(\d.*[a-zí]\.?),? (\d+:[\d:.,]+)$/i;
const ISO_UNITS = ["y", "mo", "w", "d", "h", "m", "s"];

function microseconds(word) {
  const text = strip(inAscii(word).replace(/[\u00a0\u202f\u2009]/g, " ").replace(/\u2212/g, "-"));
  const sign = text.startsWith("-") ? -1n : 1n;
  const bare = text.replace(SIGN, "");
  const clock = CLOCK.exec(bare) ?? HALF.exec(bare) ?? H_BETWEEN.exec(bare);
  if (clock !== null) return onClock(clock.groups, sign);
  const iso = ISO.exec(bare);
  const behind = iso === null ? BEFORE_CLOCK.exec(bare) : null;
  if (behind !== null) {
    const [whole, rest] = [microseconds(behind[1]), microseconds(behind[2])];
    return whole === null || rest === null ? null : sign * (whole + rest);
  }
  const parts =
    iso === null
      ? inWords(bare, sign)
      : [...iso].slice(1).flatMap((n, at) => (n === undefined ? [] : [[n, ISO_UNITS[at]]]));
  if (parts.length === 0) return null;
  return sign * parts.reduce((sum, [number, unit]) => sum + sized(number, unit), 0n);
}

const seconds = (ticks) => Number(ticks) / 1e6;

const millionths = (digits = "") => BigInt(digits.slice(0, 6).padEnd(6, "0"));

function onClock({ days = "0", after, within, hours, minutes = "0", seconds = "0", part, half }, sign) {
  let hour = BigInt(hours);
  if (half !== undefined) {
    if (hour < 1n || hour > 12n) return null;
    hour = (hour % 12n) + (half.toLowerCase() === "p" ? 12n : 0n);
  }
  const time = (hour * 3600n + BigInt(minutes) * 60n + BigInt(seconds)) * SECOND + millionths(part);
  const whole = BigInt(days) * DAY;
  if (within && after === undefined) return null;
  if (within || after?.startsWith(",")) return sign * whole + (within === "-" ? -time : time);
  return sign * (whole + time);
}

function inWords(text, sign) {
  const parts = [];
  let end = 0;
  while (end < text.length) {
    WORDS.lastIndex = end;
    const found = WORDS.exec(text);
    const unit = found?.[2].toLowerCase();
    if (found === null || !UNITS.has(unit) || (found[3] && sign > 0n)) return [];
    parts.push([found[1], unit]);
    end = WORDS.lastIndex;
  }
  return parts;
}

function sized(number, unit) {
  const [whole, fraction] = number.replace(",", ".").split(".");
  return ((BigInt(whole) * SECOND + millionths(fraction)) * UNITS.get(unit)) / SECOND;
}
return { microseconds, seconds, millionths };
})();
const module_units = (() => {
const CODES = new Set(
  (
    "AED ARS AUD BDT BGN BHD BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JOD " +
    "JPY KES KRW KWD KZT LKR MAD MXN MYR NGN NOK NZD OMR PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD " +
    "THB TND TRY TWD UAH USD UYU VND XAF XOF ZAR RMB BTC ETH"
  ).split(" "),
);
const CURRENCY_WORDS = new Set("kr rs fr sfr zł kč ft lei tl rp rm руб 円 元 원".split(" "));
const ALIASES = new Map([
  ["USD", "$"], ["US$", "$"], ["EUR", "€"], ["GBP", "£"], ["INR", "₹"], ["rs", "₹"], ["JPY", "¥"], ["円", "¥"], ["원", "₩"],
  ["BRL", "R$"], ["PLN", "zł"], ["fr", "CHF"], ["sfr", "CHF"], ["percent", "%"], ["pct", "%"],
]);
const SINGLE = new Set("mglWV");
const LETTERS = /^\p{L}+$/u;
const MEANINGFUL = /[\p{L}%‰°€$£¥µ]/u;
const SIGN = /^\p{L}*\p{Sc}$/u;

function unitOf(word, first, apart) {
  let unit = word.replace(/\.+$/, "");
  if (unit === "") return "";
  const currency = currencyOf(unit);
  if (currency) return currency;
  if (first || !MEANINGFUL.test(unit)) return null;
  const letters = LETTERS.test(unit);
  const length = [...unit].length;
  if (length === 1 && letters && !apart && !SINGLE.has(unit)) return null;
  if (length > 3) {
    unit = unit.toLowerCase();
    if (letters && unit.endsWith("s")) unit = unit.slice(0, -1);
  } else if (unit[0] !== "m" && unit[0] !== "M") {
    unit = unit.toLowerCase();
  }
  return ALIASES.get(unit) ?? unit;
}

function currencyOf(word) {
  const upper = word.toUpperCase();
  if (CODES.has(upper) || SIGN.test(word)) return ALIASES.get(upper) ?? upper;
  const lower = word.toLowerCase();
  return CURRENCY_WORDS.has(lower) ? (ALIASES.get(lower) ?? lower) : "";
}
return { unitOf };
})();
const module_numbers = (() => {
const { microseconds, seconds } = module_durations;
const { SPACE, inAscii, strip } = module_text;
const { unitOf } = module_units;

const PLAIN = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[+-]?inf(?:inity)?)$/i;
const DRESS = new RegExp(`^([+-]?)[${SPACE}]*[$€£¥][${SPACE}]*|[${SPACE}]*[%$€£¥]$`, "g");
const THOUSANDS = /^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?$/;
const COMMA = /^(?:[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,\d*)?(?:[eE][+-]?\d+)?|[+-]?,\d+)$/;

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
const GROUPS = {
  ".": /^(?:[1-9]\d{0,2}([,' ])\d{3}(?:\1\d{3})*(?:\.\d*)?|[1-9]\d?(?:,\d{2})+,\d{3}(?:\.\d*)?)$/,
  ",": /^[1-9]\d{0,2}([.' ])\d{3}(?:\1\d{3})*(?:,\d*)?$/,
};
const UNGROUPED = {
  ".": /^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/,
  ",": /^(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?$/,
};
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

function readNumber(word, style = "", unit = "") {
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
return { readNumber };
})();
const module_categories = (() => {
const { readNumber } = module_numbers;
const { MARKERS, strip } = module_text;

const INTEGER = /^[+-]?\d{1,40}$/;
const YES = new Set(["true", "t", "yes", "y", "1", "1.0", "on"]);
const NO = new Set(["false", "f", "no", "n", "0", "0.0", "off"]);

function readCode(word, column) {
  const known = column.codes.get(word);
  if (known !== undefined) return known;
  if (MARKERS.has(word)) return -1;
  for (const { key, table } of column.looks) {
    const meant = key(word);
    if (meant !== null && table.has(meant)) return table.get(meant);
  }
  return -2;
}

function withCodes(column) {
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

function exactNumber(word) {
  if (INTEGER.test(word)) return String(BigInt(word.replace("+", "")));
  const number = readNumber(word);
  return Number.isInteger(number) ? String(BigInt(number)) : number === null ? null : String(number);
}

function bare(word) {
  const text = strip(strip(word).replace(/^['"`]+|['"`]+$/g, ""));
  return Array.from(text, folded).join("");
}

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

function ofSeveralWidths(levels) {
  const padded = levels.some((level) => level.length > 1 && /^0\d*$/.test(level));
  const widths = new Set(levels.map((level) => level.length));
  return padded && levels.every((level) => /^\d+$/.test(level)) && widths.size > 1;
}
return { readCode, withCodes };
})();
const module_calendar = (() => {
const { millionths } = module_durations;

const MONTHS = [
  "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
  "november", "december",
];
const OTHERS = [
  "januar januari janvier janv enero ene janeiro gennaio gen",
  "februar februari fevrier fevr febrero fevereiro fev febbraio",
  "marz maerz mrz mars marzo marco maart mrt",
  "avril avr abril abr aprile",
  "mai maj mayo maio maggio mag mei",
  "juni juin junio junho giugno giu",
  "juli juillet juil julio julho luglio lug",
  "augusti augustus aout agosto ago",
  "septembre septiembre setembro set settembre",
  "oktober okt octobre octubre outubro out ottobre ott",
  "novembre noviembre novembro",
  "dezember dez decembre diciembre dic dezembro dicembre",
].map((names) => names.split(" "));
const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const LAST_DAY = 2932896; // 9999-12-31

const FULL_NAMES = MONTHS.join("|");
const SHORT_NAMES = MONTHS.map((month) => month.slice(0, 3)).join("|");
const NAMES = [...MONTHS, "sept", ...MONTHS.map((month) => month.slice(0, 3)), ...OTHERS.flat()]
  .sort((a, b) => b.length - a.length)
  .join("|");
function monthNamed(text) {
  const name = text.toLowerCase();
  const other = OTHERS.findIndex((names) => names.includes(name));
  return other < 0 ? MONTHS.findIndex((month) => month.startsWith(name.slice(0, 3))) + 1 : other + 1;
}

function dayOf(year, month, day) {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const most = LENGTHS[month - 1] + (month === 2 && leap ? 1 : 0);
  return month >= 1 && month <= 12 && day >= 1 && day <= most ? dayNumber(year, month, day) : null;
}

function dayOfWeek(year, week, weekday) {
  const monday = (of) => {
    const fourth = dayNumber(of, 1, 4); // is in week 1
    return fourth - ((fourth + 3) % 7 + 7) % 7;
  };
  const day = monday(year) + 7 * (week - 1) + weekday - 1;
  return week < 1 || day >= monday(year + 1) || day > LAST_DAY ? null : day;
}

const moment = (day, time, ahead) =>
  BigInt(day) * 86400000000n + time - BigInt(ahead) * 60000000n;

const timeOf = (hours, minutes, seconds, fraction) =>
  BigInt((hours * 60 + minutes) * 60 + seconds) * 1000000n + millionths(fraction);

function hoursOf(hours, half) {
  if (half === undefined) return hours;
  if (hours < 1 || hours > 12) return -1;
  return (hours % 12) + (half.toLowerCase().startsWith("p") ? 12 : 0);
}

function dayNumber(year, month, day) {
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const ofEra = y - era * 400;
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const days = ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear;
  return era * 146097 + days - 719468;
}
return { FULL_NAMES, SHORT_NAMES, NAMES, monthNamed, dayOf, dayOfWeek, moment, timeOf, hoursOf };
})();
const module_dates = (() => {
const { FULL_NAMES, NAMES, SHORT_NAMES, dayOf, dayOfWeek, hoursOf, moment, monthNamed, timeOf } = module_calendar;
const { inAscii, strip } = module_text;

const ZONES = {
  z: 0, utc: 0, gmt: 0, ut: 0, est: -300, edt: -240, cst: -360, cdt: -300, mst: -420, mdt: -360,
  pst: -480, pdt: -420, cet: 60, cest: 120,
};
const SPELLINGS = "\u00a0\u202f\u2009\u2212\u2013äÄéÉûÛçÇáåìöÁÅÌÖ";
const SPELT = "   --aAeEuUcCaaioAAIO";
const ONE_SPELLING = new RegExp(`[${SPELLINGS}]`, "g");
const OTHER_DAYS =
  "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag maandag dinsdag woensdag " +
  "donderdag vrijdag zaterdag zondag lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes " +
  "miercoles jueves viernes sabado domingo lunedi martedi mercoledi giovedi venerdi sabato domenica " +
  "segunda-feira terca-feira quarta-feira quinta-feira sexta-feira mandag tisdag onsdag torsdag fredag " +
  "lordag sondag";
const WEEKDAY = new RegExp(
  `^(?:(?:${OTHER_DAYS.replaceAll(" ", "|")})(?![a-z])|mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?` +
    "|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?|(?:mo|di|mi|do|fr|sa|so)(?=[.,]{0,2} *\\d))[.,]{0,2} *",
  "i",
);
const MONTH = `(?<name>${FULL_NAMES}|sept|${SHORT_NAMES})`;
const ANY_MONTH = `(?<name>${NAMES})`;
const YEAR = "'?(?<year>\\d{4}|\\d{2})";
const TIME =
  "(?<h>\\d{1,2})[:h](?<min>\\d{2})(?::(?<s>\\d{2})(?:[.,:](?<f>\\d+))?)?(?: ?(?<half>[ap])\\.? ?m\\.?| ?Uhr)?";
const CLOCK =
  `(?:(?:T|,? | at |:|-)${TIME}` +
  "|[T -](?<h2>\\d{1,2})[.](?<min2>\\d{2})[.](?<s2>\\d{2})(?:[.,](?<f2>\\d+))?(?: ?(?<half2>[ap])\\.? ?m\\.?)?" +
  "|T?(?<h3>\\d{2})(?<min3>\\d{2})(?:(?<s3>\\d{2})(?:[.,]?(?<f3>\\d+))?)?)";
const ZONE =
  " ?(?:(?<zone>z|utc|gmt|ut|[ecmp][sd]t|cest|cet)?" +
  "(?:(?<sign>[+-])(?<zh>\\d{1,2}):?(?<zm>\\d{2})?)?(?: ?\\([^()]*\\)|\\[[^\\[\\]]*\\])?)?";
const LATER = `(?:${CLOCK}${ZONE})?`;
const SHAPES = [
  `(?<year>\\d{4})(?<sep>[-/_: ]|\\. ?)(?<m>\\d{1,2})\\k<sep>(?<d>\\d{1,2})\\.?${LATER}`,
  `(?<a>\\d{1,2})(?<sep>[-/ ]|\\. ?)(?<b>\\d{1,2})\\k<sep>(?<c>\\d{4}|\\d{2})\\.?${LATER}`,
  `(?<year>\\d{4})(?<m>\\d{2})(?<d>\\d{2})${LATER}`,
  `(?<d>\\d{1,2})(?:st|nd|rd|th|er|º)?[-/. ]*(?:of |de )?${ANY_MONTH}(?: del? |[-/., ]*)${YEAR}${LATER}`,
  `${ANY_MONTH}[-/. ]*(?<d>\\d{1,2})(?:st|nd|rd|th)?(?:, ?|[-/ ])${YEAR}${LATER}`,
  `(?<year>\\d{4})[-/. ]?${ANY_MONTH}[-/. ]?(?<d>\\d{1,2})${LATER}`,
  `${MONTH} +(?<d>\\d{1,2}) ${TIME}${ZONE} (?<year>\\d{4})`,
  "(?<year>\\d{4})[-/.](?<m>\\d{1,2})",
  "(?<m>\\d{1,2})[-/.](?<year>\\d{4})",
  `${MONTH}\\.?[-/, ]*${YEAR}`,
  `(?<year>\\d{4})[-/. ]*${ANY_MONTH}`,
  "(?<year>\\d{4})[- ]?Q(?<q>[1-4])",
  "Q(?<q>[1-4])[-/ ]?(?<year>\\d{4})",
  "(?<year>\\d{4})-?W(?<week>\\d{2})(?:-?(?<wd>[1-7]))?",
  `(?<year>\\d{4})[年년] ?(?<m>\\d{1,2})[月월] ?(?<d>\\d{1,2})[日일]${LATER}`,
  `${ANY_MONTH}(?:\\.?[-/, ]*| del? )(?<year>\\d{4})`,
].map((shape) => new RegExp(`^(?:${shape})$`, "i"));
const NO_DATE =
  /^(?:0{1,4}([-/.])0{1,2}\1(?:0{4}|0{1,2})|0?1\/0\/(?:19)?00|00?([/.])0?1\2(?:19)?00)(?:[T ]0?0:00(?::00(?:\.0+)?)?Z?)?$/;

const noDate = (word) => NO_DATE.test(word);

function byShapes(word, order, century) {
  const text = strip(inAscii(word).replace(ONE_SPELLING, (one) => SPELT[SPELLINGS.indexOf(one)]))
    .replace(/ {2,}/g, " ")
    .replace(WEEKDAY, "");
  for (const shape of SHAPES) {
    const found = shape.exec(text);
    const made = found === null ? null : madeOf(found.groups, order, century);
    if (made !== null) return made;
  }
  return null;
}

function madeOf(groups, order, century) {
  const found = { ...groups };
  if (found.a !== undefined) {
    const three = [found.a, found.b, found.c];
    const placed = (letter) => three[(order || "ymd").indexOf(letter)];
    [found.year, found.m, found.d] = [placed("y"), placed("m"), placed("d")];
    if (found.d.length > 2) return null;
  }
  const year = yearOf(found.year, century);
  if (year < 1000 || year > 9999) return null;
  const day = found.week
    ? dayOfWeek(year, Number(found.week), Number(found.wd ?? 1))
    : dayOf(year, monthOf(found), Number(found.d ?? 1));
  const time = timeIn(found);
  return day === null || time === null ? null : moment(day, time, minutesAhead(found));
}

function yearOf(digits, century) {
  if (digits.length === 4) return Number(digits);
  if (digits.length !== 2 || century === 0) return 0;
  return century + ((Number(digits) - century) % 100 + 100) % 100;
}

function monthOf({ name, q, m }) {
  if (name !== undefined) return monthNamed(name);
  return q === undefined ? Number(m ?? 1) : 3 * Number(q) - 2;
}

function timeIn(found) {
  const end = ["", "2", "3"].find((place) => found[`h${place}`] !== undefined);
  if (end === undefined) return 0n;
  const hours = hoursOf(Number(found[`h${end}`]), found.half ?? found.half2);
  const minutes = Number(found[`min${end}`]);
  const seconds = Number(found[`s${end}`] ?? 0);
  if (hours < 0 || minutes > 59 || seconds > 60) return null;
  if (hours > 24 || (hours === 24 && minutes + seconds > 0)) return null;
  return timeOf(hours, minutes, seconds, found[`f${end}`]);
}

function minutesAhead({ zone = "z", sign, zh, zm }) {
  const ahead = sign === undefined ? 0 : Number(zh) * 60 + Number(zm ?? 0);
  return ZONES[zone.toLowerCase()] + (sign === "-" ? -ahead : ahead);
}
return { noDate, byShapes };
})();
const module_patterns = (() => {
const { FULL_NAMES, SHORT_NAMES, dayOf, hoursOf, moment, monthNamed, timeOf } = module_calendar;
const { byShapes } = module_dates;
const { WHITE_SPACE } = module_text;

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

function byPattern(word, pattern) {
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

function orderOf(pattern) {
  const [year, month, day] = ["%Y", "%m", "%d"].map((part) => pattern.indexOf(part));
  if (year < 1) return "ymd";
  return month > -1 && month < day ? "mdy" : "dmy";
}
return { byPattern };
})();
const module_cells = (() => {
const { readCode, withCodes } = module_categories;
const { byShapes, noDate } = module_dates;
const { seconds } = module_durations;
const { readNumber } = module_numbers;
const { byPattern } = module_patterns;
const { bareCell, noNumber } = module_text;

const STYLES = ["", "thousands", "comma", "decimal_point", "decimal_comma", "duration"];

function prepared(column) {
  if (column.kind === "number" && !STYLES.includes(column.number_style ?? "")) {
    throw new Error(`column "${column.name}" has the unknown number style "${column.number_style}"`);
  }
  return ["category", "yesno", "text"].includes(column.kind) ? withCodes(column) : column;
}

function readCell(column, cell) {
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
return { prepared, readCell };
})();
const module_sigmoid = (() => {
const LEAST_POWER = -1074;
const TWOS = new Float64Array(2098);
TWOS[-LEAST_POWER] = 1;
for (let at = -LEAST_POWER + 1; at < TWOS.length; at += 1) TWOS[at] = TWOS[at - 1] * 2;
for (let at = -LEAST_POWER - 1; at >= 0; at -= 1) TWOS[at] = TWOS[at + 1] * 0.5;

const power = (n) => TWOS[n - LEAST_POWER] ?? (n > 0 ? Infinity : 0);

const STEPS_PER_E = 92.33248261689366;
const STEP_HIGH = 0.010830424696223417;
const STEP_LOW = 2.572804622327669e-14;
const MAGIC = 6755399441055744;
const SPLITTER = 134217729;
const REST = [
  -0.3678787626878334, 0.36807177045560613, -0.3666666662889641, 0.3749999998213338, -0.3333333333333351, 0.5000000000000003,
];
const POWERS = [
  [1.0, 0.0],
  [1.0108892860517005, -1.507066976926039e-17],
  [1.0218971486541166, 4.9997448722726326e-17],
  [1.0330248790212284, 7.357846871247418e-18],
  [1.0442737824274138, 8.189317638195515e-17],
  [1.0556451783605572, 1.6665881442326747e-18],
  [1.0671404006768237, -7.402825309426177e-17],
  [1.0787607977571199, -6.170654745608695e-17],
  [1.0905077326652577, -2.7939114859515733e-17],
  [1.102382583307841, 4.776959425256223e-17],
  [1.1143867425958924, 9.341710609905046e-17],
  [1.1265216186082418, 4.585670326662351e-17],
  [1.1387886347566916, 7.826573258636076e-17],
  [1.1511892299529827, 2.823784425951061e-17],
  [1.1637248587775775, 3.2904726646008416e-17],
  [1.1763969916502812, 4.721368121170128e-17],
  [1.189207115002721, 3.3484623336251524e-17],
  [1.202156731452703, 5.527550048505249e-17],
  [1.215247359980469, -6.346552106729483e-17],
  [1.22848053610687, -1.5456342819397733e-17],
  [1.241857812073484, 3.750854201303127e-17],
  [1.255380757024691, -5.346099009198751e-18],
  [1.2690509571917332, 2.1023049675215714e-18],
  [1.2828700160787783, 1.3357510088834541e-17],
  [1.2968395546510096, 1.9572585293112036e-17],
  [1.3109612115247644, -5.478069123926778e-17],
  [1.3252366431597413, -2.1571477251208752e-17],
  [1.339667524053303, 6.663804589232195e-17],
  [1.3542555469368927, 5.68648095791174e-17],
  [1.3690024229745905, 7.007875046906994e-17],
  [1.383909881963832, -4.8923067513522756e-17],
  [1.3989796725383112, -6.872303720902018e-17],
  [1.4142135623730951, -6.835808657661922e-17],
  [1.42961333839197, -8.416011634717156e-18],
  [1.4451808069770467, -2.092304381843353e-17],
  [1.460917794180647, -3.833464968654295e-17],
  [1.4768261459394993, -2.3591094770850053e-17],
  [1.4929077282912648, 9.50689710108796e-18],
  [1.5091644275934228, -6.735219232374683e-17],
  [1.5255981507445384, -7.226635472101257e-17],
  [1.5422108254079407, 5.1548301170786783e-17],
  [1.559004400237837, 2.4253985766689806e-17],
  [1.5759808451078865, -6.432131775424189e-18],
  [1.593142151342267, -6.336161863401293e-17],
  [1.6104903319492543, 1.5341410053603723e-17],
  [1.6280274218573478, -4.123367330661149e-17],
  [1.645755478153965, -6.152602891550265e-17],
  [1.6636765803267364, 3.540948262646183e-17],
  [1.681792830507429, 4.875160526227062e-17],
  [1.7001063537185235, -4.719539664590972e-18],
  [1.718619298122478, -1.0772487078934056e-17],
  [1.7373338352737062, 1.821405440362259e-17],
  [1.7562521603732995, 1.685487290628973e-17],
  [1.7753764925265212, 3.621615935336894e-17],
  [1.7947090750031072, 1.01562190116415e-17],
  [1.8142521755003989, -5.495118966122005e-17],
  [1.8340080864093424, 1.790126907604513e-17],
  [1.8539791250833855, 5.265370768556274e-17],
  [1.8741676341103, -3.266924100901318e-17],
  [1.8945759815869656, 1.7963932659833022e-17],
  [1.9152065613971474, -5.545065618639427e-17],
  [1.9360617934922943, 5.336805878514151e-17],
  [1.9571441241754002, 4.5784915277060095e-17],
  [1.978456026387951, 2.0414278897578303e-17],
];

function sigmoid(z) {
  if (Number.isNaN(z)) return z;
  const a = Math.min(Math.max(-Math.abs(z), -746), -7.888609052210118e-31);
  const k = a * STEPS_PER_E + MAGIC - MAGIC;
  const r = a - k * STEP_HIGH;
  const [base, baseLow] = POWERS[k & 63];
  let p = REST[0] * r + REST[1];
  for (let i = 2; i < REST.length; i += 1) p = p * r + REST[i];
  let tail = baseLow - k * STEP_LOW;
  tail += tail * (0.5 * tail);
  const square = r * r;
  const rest = (square + square * tail) * p + tail;
  const step = base * r;
  const first = base + step;
  let low = step - (first - base) + first * rest;
  let high = first + low;
  low -= high - first;
  let n = k >> 6;
  const scale = power(Math.max(n, -100));
  const e = high * scale;
  const s = 1 + e;
  const sLow = e - (s - 1) + low * scale;
  if (z >= 0) [high, low, n] = [1, 0, 0];
  const reciprocal = 1 / s;
  const q = high * reciprocal;
  const product = q * s;
  const remainder = high - product - productError(q, s, product);
  const qLow = (remainder + (low - q * sLow)) * reciprocal;
  const anchor = n < -1022 || (n === -1022 && q < 1) ? power(-n - 1022) : 0;
  const t = anchor + q;
  const rounded = t + (q - (t - anchor) + qLow);
  return (rounded - anchor) * power(n + 200) * power(-200);
}

function productError(x, y, product) {
  let t = x * SPLITTER;
  const xHigh = t - (t - x);
  const xLow = x - xHigh;
  t = y * SPLITTER;
  const yHigh = t - (t - y);
  const yLow = y - yHigh;
  return xHigh * yHigh - product + xHigh * yLow + xLow * yHigh + xLow * yLow;
}
return { power, sigmoid };
})();
const module_networks = (() => {
const { sigmoid } = module_sigmoid;

function sumsOf({ weights, biases }, q) {
  const sums = Float64Array.from(biases);
  for (let input = 0; input < q.length; input += 1) {
    if (q[input] !== 0) add(sums, weights, input, q[input]);
  }
  return sums;
}

function add(sums, weights, input, x) {
  for (let unit = 0, at = input * sums.length; unit < sums.length; unit += 1, at += 1) {
    sums[unit] += x * weights[at];
  }
}

function outputOf({ depth, grids, layers }, activation, firstSums) {
  const activate = ACTIVATIONS[activation];
  let sums = firstSums;
  for (let index = 0; ; index += 1) {
    const { units } = layers[index];
    const last = index === layers.length - 1;
    const soft = depth > 0 && !last;
    let z = new Float64Array(sums.length);
    for (let unit = 0; unit < z.length; unit += 1) {
      const sum = sums[unit] * units[unit];
      z[unit] = last || soft ? sum : activate(sum);
    }
    if (soft) z = leafShares(z, depth);
    const { limit, steps } = grids[index + 1];
    for (let at = 0; at < z.length; at += 1) z[at] = onGrid(z[at] * steps, limit);
    if (last) return z[0];
    sums = sumsOf(layers[index + 1], z);
  }
}

function onGrid(x, limit) {
  const low = Math.floor(x);
  const rest = x - low;
  const whole = rest < 0.5 || (rest === 0.5 && low % 2 === 0) ? low : low + 1;
  return Math.min(Math.max(whole, -limit), limit);
}

function leafShares(z, depth) {
  const trees = z.length / depth;
  let shares = new Float64Array(trees).fill(1);
  for (let level = 0; level < depth; level += 1) {
    const gates = z.slice(level * trees, (level + 1) * trees);
    for (let tree = 0; tree < trees; tree += 1) gates[tree] = sigmoid(gates[tree]);
    const next = new Float64Array(2 * shares.length);
    for (let start = 0; start < shares.length; start += trees) {
      for (let tree = 0; tree < trees; tree += 1) {
        next[2 * start + tree] = shares[start + tree] * gates[tree];
        next[2 * start + trees + tree] = shares[start + tree] * (1 - gates[tree]);
      }
    }
    shares = next;
  }
  return shares;
}

const ACTIVATIONS = {
  relu: (z) => Math.max(z, 0),
  leaky_relu: (z) => (z > 0 ? z : 0.01 * z),
  silu: (z) => z * sigmoid(z),
  gelu: (z) => z * sigmoid(1.5957691216057308 * (z + 0.044715 * z * z * z)),
  tanh: (z) => 2 * sigmoid(2 * z) - 1,
  sigmoid: (z) => sigmoid(z),
};
return { sumsOf, add, outputOf, onGrid };
})();
const module_words = (() => {
const LETTERS =
  "a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u060b\u060d-\u061a\u061c-\u061e\u0620-\u0963" +
  "\u0966-\u1fff\u2c00-\u2dff\u2e80-\u2fff\u3005-\u3007\u3031-\ufdff\ufe70-\ufefe" +
  "\uff10-\uffef\u{10000}-\u{10ffff}";
const WORD = new RegExp(`[0-9]+|[${LETTERS}]+`, "gu");
const PIECE = 3;

function wordFinder(words) {
  const places = new Map(words.map((word, place) => [word, place]));
  return (text) => {
    const parts = text === null ? [""] : partsOf(text);
    return new Set(parts.flatMap((part) => places.get(part) ?? []));
  };
}

function sumOf(found, places, amounts) {
  return places.reduce((sum, place, at) => (found.has(place) ? sum + amounts[at] : sum), 0);
}

function partsOf(text) {
  const words = text.normalize("NFKC").toLowerCase().replaceAll("ς", "σ").match(WORD) ?? [];
  const pairs = words.slice(1).map((word, before) => `${words[before]} ${word}`);
  return [...words, ...pairs, ...words.flatMap(piecesOf)];
}

function piecesOf(word) {
  const letters = Array.from(word);
  const some = (start, stop) => letters.slice(start, stop).join("");
  if (/^[0-9]/.test(word)) {
    return [1, 2, 3].filter((length) => length < letters.length).map((length) => `${some(0, length)}*`);
  }
  if (letters.length < PIECE) return [];
  const starts = Array.from({ length: letters.length - PIECE + 1 }, (_, start) => start);
  const inner = starts.map((start) => `*${some(start, start + PIECE)}*`);
  return [`${some(0, PIECE - 1)}*`, ...inner, `*${some(letters.length - PIECE + 1)}`];
}
return { wordFinder, sumOf, partsOf };
})();
const module_inputs = (() => {
const { readCell } = module_cells;
const { onGrid } = module_networks;
const { power } = module_sigmoid;
const { sumOf } = module_words;

function cellsOf(model, row) {
  const [values, words] = [new Map(), new Map()];
  for (const column of model.columns) {
    const { name, words: known, find } = column;
    if (!Object.hasOwn(row, name)) throw new Error(`the row has no column "${name}"`);
    values.set(name, readCell(column, row[name]));
    if (known) words.set(name, find(values.get(name) === -1 ? null : String(row[name])));
  }
  for (const derived of model.header.encoder.derived) derive(values, derived);
  return { values, words };
}

function derive(values, { name, part, columns }) {
  values.set(name, PARTS[part](...columns.map((column) => values.get(column))));
}

function inputRules({ header, columns, crosses, targetEncodings }) {
  const plain = new Set(columns.map(({ name }) => name));
  const derived = new Map(header.encoder.derived.map(({ name, columns: of }) => [name, of]));
  const crossed = new Map(crosses.map((cross) => [cross.name, cross]));
  const columnsOf = (source) => {
    if (plain.has(source)) return [source];
    return derived.get(source) ?? crossed.get(source).parts.flatMap((part) => columnsOf(part.source));
  };
  const [{ bits, limit }] = header.networks.grids;
  const whole = (x) => onGrid(x * power(bits), limit);
  const shared = [];
  let width = 0;
  for (const block of header.encoder.blocks) {
    const of = ({ values }) => BLOCKS[block.kind](block, values.get(block.source)).map(whole);
    shared.push({ columns: columnsOf(block.source), at: width, of });
    width += BLOCKS[block.kind](block, NaN).length;
  }
  return targetEncodings.map((tables) => {
    const own = tables.map(({ source, values: table, cuts, text }, position) => {
      const cross = crossed.get(source);
      const of = ({ values, words }) => {
        if (text) return [whole(sumOf(words.get(text.column), text.places, table))];
        return [whole(table.at(cross ? crossCode(cross, values) : code(values.get(source), cuts)))];
      };
      return { columns: text ? [text.column] : columnsOf(source), at: width + position, of };
    });
    return { width: width + own.length, rules: [...shared, ...own] };
  });
}

function inputsOf({ width, rules }, cells) {
  const q = new Float64Array(width);
  for (const { at, of } of rules) q.set(of(cells), at);
  return q;
}

function crossCode({ parts, positions }, values) {
  const place = ({ source, cuts }) => code(values.get(source), cuts) + 2;
  return positions.get(parts.reduce((sum, part) => sum * (part.levels + 2) + place(part), 0)) ?? -2;
}

function code(v, cuts) {
  if (cuts === undefined || cuts.length === 0) return v;
  return Number.isNaN(v) ? -1 : cuts.filter((cut) => cut <= v).length;
}

const BLOCKS = {
  clipped_scale({ centre, scale }, v) {
    if (Number.isNaN(v)) return [0];
    const t = Math.min(Math.max((v - centre) * scale, -1e6), 1e6);
    return [t / Math.sqrt(1 + (t / 3) * (t / 3))];
  },
  curve({ x, y }, v) {
    if (Number.isNaN(v)) return [0];
    const u = Math.min(Math.max(v, x[0]), x[x.length - 1]);
    let left = 0;
    while (left < x.length - 2 && x[left + 1] <= u) left += 1;
    const t = y[left] + ((y[left + 1] - y[left]) / (x[left + 1] - x[left])) * (u - x[left]);
    return [Math.min(t > y[left] ? t : y[left], y[left + 1])];
  },
  pieces({ x }, v) {
    const u = Math.min(Math.max(v, x[0]), x[x.length - 1]);
    return x.slice(1).map((high, i) => {
      if (Number.isNaN(v)) return 0;
      return Math.min(Math.max((u - x[i]) / (high - x[i]), 0), 1) - 0.5;
    });
  },
  equals: ({ values }, v) => values.map((known) => (known === v ? 1 : 0)),
  missing: (_, v) => [Number.isNaN(v) ? 1 : 0],
  levels({ slots, missing, other, width }, code) {
    const slot = code >= 0 ? slots[code] : code === -1 ? missing : other;
    return Array.from({ length: width }, (_, position) => (position === slot ? 1 : 0));
  },
};

const DAY = 86400;
const PARTS = {
  month(seconds) {
    if (!(Math.abs(seconds) < 1e13)) return NaN;
    const day = Math.floor(Math.trunc(seconds) / DAY);
    const ofEra = modulo(day + 719468, 146097);
    const leaps = Math.floor(ofEra / 1460) - Math.floor(ofEra / 36524) + Math.floor(ofEra / 146096);
    const year = Math.floor((ofEra - leaps) / 365);
    const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
    const month = Math.floor((5 * ofYear + 2) / 153);
    return month < 10 ? month + 3 : month - 9;
  },
  weekday: (seconds) => modulo(Math.floor(seconds / DAY) + 3, 7),
  hour: (seconds) => modulo(seconds, DAY) / 3600,
  days_between: (first, second) => (second - first) / DAY,
  calendar_days_between: (first, second) => Math.floor(second / DAY) - Math.floor(first / DAY),
};

function modulo(x, y) {
  const rest = x % y;
  return rest < 0 ? rest + y : rest;
}
return { cellsOf, derive, inputRules, inputsOf };
})();
const module_random = (() => {
const MASK = (1n << 128n) - 1n;
const LOW = (1n << 64n) - 1n;
const FACTOR = 0x2360ed051fc65da44385df649fccf645n;
const STATE = 35399562948360463058890781895381311971n;
const STEP = 87136372517582989555478159403783844777n;

function randomNumbers() {
  let state = STATE;
  return () => {
    state = (state * FACTOR + STEP) & MASK;
    const folded = (state >> 64n) ^ (state & LOW);
    const turn = state >> 122n;
    const turned = ((folded >> turn) | (folded << (64n - turn))) & LOW;
    return Number(turned >> 11n) / 9007199254740992;
  };
}
return { randomNumbers };
})();
const module_scorer = (() => {
const { prepared, readCell } = module_cells;
const { cellsOf, inputRules, inputsOf } = module_inputs;
const { outputOf, sumsOf } = module_networks;
const { power, sigmoid } = module_sigmoid;
const { wordFinder } = module_words;



const FEATURES = ["pieces", "cuts", "crosses", "readings", "soft_splits", "words"];
const OUTPUT = { bits: 32, limit: 2 ** 41 };
const LEAST = 2.2250738585072014e-308;
const MOST = 1 - 1.1102230246251565e-16;

function read(buffer) {
  const bytes = new DataView(buffer);
  const size = Number(bytes.getBigUint64(0, true));
  const text = new TextDecoder("utf-8", { fatal: true });
  const outer = JSON.parse(text.decode(new Uint8Array(buffer, 8, size)));
  const header = JSON.parse(outer.__metadata__.trueodds);
  const unknown = (header.needs ?? []).filter((name) => !FEATURES.includes(name));
  if (header.format !== 2 || unknown.length > 0) {
    throw new Error(
      `this reader knows format 2, but the file has format ${header.format} ${unknown}`.trim(),
    );
  }
  const array = (name) => {
    const { dtype, data_offsets: [start, stop] } = outer[name];
    const kind = { I16: [2, "getInt16"], I64: [8, "getBigInt64"], F32: [4, "getFloat32"] }[dtype];
    const out = [];
    for (let at = 8 + size + start; at < 8 + size + stop; at += kind[0]) {
      out.push(Number(bytes[kind[1]](at, true)));
    }
    return out;
  };
  const { folds, depths = [] } = header.networks;
  const withSteps = (grid) => ({ ...grid, steps: power(grid.bits) });
  const grids = header.networks.grids.map(withSteps);
  const [shares, output] = [header.networks.shares ?? OUTPUT, OUTPUT].map(withSteps);
  const members = folds.map((fold, number) => {
    const depth = depths[number] ?? 0;
    const before = depth > 0 ? [grids[0], shares] : grids;
    const layers = before.map(({ bits }, index) => ({
      weights: Float64Array.from(array(`weights/${number}/${index}`)),
      biases: array(`biases/${number}/${index}`),
      units: array(`shifts/${number}/${index}`).map((shift) => power(-bits - shift)),
    }));
    return { fold, depth, grids: [...before, output], layers };
  });
  const crosses = (header.crosses ?? []).map(({ name, parts }, position) => ({
    name,
    parts,
    positions: new Map(array(`crosses/${position}`).map((key, at) => [key, at])),
  }));
  const texts = new Map((header.texts ?? []).map((text) => [text.name, text]));
  const targetEncodings = header.rates.map((sources, fold) =>
    sources.map((source, position) => ({
      source,
      values: array(`rates/${fold}/${position}`),
      cuts: header.cuts?.[source],
      text: texts.get(source),
    })),
  );
  const columns = header.schema.columns.filter(({ kind }) => kind !== "aside").map(prepared);
  for (const column of columns) column.find = wordFinder(column.words ?? []);
  const rules = inputRules({ header, columns, crosses, targetEncodings });
  return { header, columns, members, rules };
}

async function verify(buffer) {
  const size = Number(new DataView(buffer).getBigUint64(0, true));
  const { __metadata__: { trueodds: header }, ...arrays } = JSON.parse(
    new TextDecoder().decode(new Uint8Array(buffer, 8, size)),
  );
  const kinds = { I16: "int16", I64: "int64", F32: "float32" };
  const utf8 = new TextEncoder();
  const parts = [utf8.encode(header.slice(77))];
  for (const name of Object.keys(arrays).sort()) {
    const { dtype, shape, data_offsets: [start, stop] } = arrays[name];
    parts.push(utf8.encode(`\n${name} ${kinds[dtype]} ${shape.join("x")}\n`));
    parts.push(new Uint8Array(buffer, 8 + size + start, stop - start));
  }
  const digest = await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer());
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0"));
  return JSON.parse(header).sha256 === hex.join("");
}

function score(model, row) {
  const { header } = model;
  const cells = cellsOf(model, row);
  const inputs = model.rules.map((rules) => inputsOf(rules, cells));
  let total = 0;
  for (const member of model.members) {
    const sums = sumsOf(member.layers[0], inputs[member.fold]);
    total += outputOf(member, header.networks.activation, sums);
  }
  const logOdds = calibrated(model, total);
  return { logOdds, probability: Math.min(Math.max(sigmoid(logOdds), LEAST), MOST) };
}

function calibrated({ header, members }, total) {
  return header.calibrator.slope * (total / (members.length * 4294967296)) + header.calibrator.shift;
}

function interval({ header: { bounds } }, logOdds) {
  if (!bounds) return null;
  const { at, lower, upper } = bounds;
  const from = at.filter((step) => step <= logOdds).length;
  const beyond = at.filter((step) => step < logOdds).length;
  return { lower: from > 0 ? lower[from - 1] : 0, upper: beyond < at.length ? upper[beyond] : 1 };
}
return { read, verify, score, calibrated, interval, readCell, sigmoid };
})();
const module_explain = (() => {
const { cellsOf, derive, inputsOf } = module_inputs;
const { add, outputOf, sumsOf } = module_networks;
const { randomNumbers } = module_random;
const { calibrated } = module_scorer;

const TOLERANCE = 0.05;
const MOST_ROUNDS = 8;
const CHECKED = 16;

function explain(model, row) {
  const steps = explaining(model, row);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

function* explaining(model, row) {
  const { background } = model.header;
  if (!background) return null;
  const names = columnsInOrder(model);
  const own = cellsOf(model, row);
  const rows = Array.from({ length: background.rows }, (_, at) => backgroundCells(model, at));
  const ownLogOdds = logOddsOf(model, stateOf(model, own));
  const theirs = [];
  for (const cells of rows) {
    theirs.push(logOddsOf(model, stateOf(model, cells)));
    yield;
  }
  const moved = rows.map((cells) => names.filter((name) => !same(own, cells, name)));
  const random = randomNumbers();
  const width = names.length;
  const [sums, squares, apart, further] = [0, 1, 2, 3].map(() => new Float64Array(rows.length * width));
  const counts = new Array(rows.length).fill(0);
  let at = rows.map((_, number) => number);
  for (let round = 0; ; round += 1) {
    const orders = at.map((b) => {
      const keys = new Map(names.map((name) => [name, random()]));
      return [...moved[b]].sort((one, other) => keys.get(one) - keys.get(other));
    });
    for (let number = 0; number < at.length; number += 1) {
      const b = at[number];
      const both = [];
      for (const order of [orders[number], [...orders[number]].reverse()]) {
        const path = [theirs[b]];
        const state = stateOf(model, rows[b]);
        for (const name of order.slice(0, -1)) {
          move(model, state, own, name);
          path.push(logOddsOf(model, state));
          yield;
        }
        path.push(ownLogOdds);
        both.push(new Map(order.map((name, rank) => [name, path[rank + 1] - path[rank]])));
      }
      names.forEach((name, column) => {
        const [first, second] = both.map((changes) => changes.get(name) ?? 0);
        const cell = b * width + column;
        const mean = (first + second) / 2;
        const square = (first - second) * (first - second);
        sums[cell] += mean;
        squares[cell] += mean * mean;
        apart[cell] += square;
        if (round > 0) further[cell] += square;
      });
      counts[b] += 1;
    }
    if (round === 0) {
      at = farthest(apart, width);
      continue;
    }
    at = rows.map((_, number) => number);
    const values = byColumn(sums.map((sum, cell) => sum / counts[Math.floor(cell / width)]), width);
    const found = values.map((value) => value / rows.length);
    const errors = standardErrors(width, sums, squares, apart, further, counts);
    const largest = found.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (round < MOST_ROUNDS && Math.max(...errors) > TOLERANCE * largest) continue;
    const place = model.columns.map(({ name }) => names.indexOf(name));
    return {
      base: sumOfAll(theirs) / theirs.length,
      values: place.map((column) => found[column]),
      errors: place.map((column) => errors[column]),
    };
  }
}

function columnsInOrder({ columns, header: { background } }) {
  const numbers = columns.filter(({ name }) => Object.hasOwn(background.numbers, name));
  const others = columns.filter(({ name }) => !Object.hasOwn(background.numbers, name));
  return [...numbers, ...others].map(({ name }) => name);
}

function backgroundCells({ columns, header: { background, encoder } }, row) {
  const [values, words] = [new Map(), new Map()];
  for (const { name, words: known } of columns) {
    const { [name]: cells = background.codes[name] } = background.numbers;
    values.set(name, cells[row] ?? NaN);
    if (known) words.set(name, new Set(background.words[name][row]));
  }
  for (const derived of encoder.derived) derive(values, derived);
  return { values, words };
}

function same(one, other, name) {
  const [x, y] = [one.values.get(name), other.values.get(name)];
  if (x !== y && !(Number.isNaN(x) && Number.isNaN(y))) return false;
  const [here, there] = [one.words.get(name), other.words.get(name)];
  return !here || (here.size === there.size && [...here].every((place) => there.has(place)));
}

function stateOf(model, { values, words }) {
  const cells = { values: new Map(values), words: new Map(words) };
  const inputs = model.rules.map((rules) => inputsOf(rules, cells));
  const sums = model.members.map(({ fold, layers }) => sumsOf(layers[0], inputs[fold]));
  return { cells, inputs, sums };
}

function logOddsOf(model, { sums }) {
  const { activation } = model.header.networks;
  const total = model.members.reduce(
    (sum, member, number) => sum + outputOf(member, activation, sums[number]),
    0,
  );
  return calibrated(model, total);
}

function move(model, { cells, inputs, sums }, own, name) {
  cells.values.set(name, own.values.get(name));
  if (own.words.has(name)) cells.words.set(name, own.words.get(name));
  for (const derived of model.header.encoder.derived) {
    if (derived.columns.includes(name)) derive(cells.values, derived);
  }
  model.rules.forEach(({ rules }, fold) => {
    for (const { columns, at, of } of rules) {
      if (!columns.includes(name)) continue;
      of(cells).forEach((x, offset) => {
        const before = inputs[fold][at + offset];
        if (x === before) return;
        inputs[fold][at + offset] = x;
        model.members.forEach((member, number) => {
          if (member.fold !== fold) return;
          const { weights } = member.layers[0];
          if (before !== 0) add(sums[number], weights, at + offset, -before);
          if (x !== 0) add(sums[number], weights, at + offset, x);
        });
      });
    }
  });
}

function farthest(apart, width) {
  const rows = Array.from({ length: apart.length / width }, (_, row) => row);
  const whole = rows.map((row) => sumOfAll(apart.subarray(row * width, (row + 1) * width)));
  return rows.sort((one, other) => whole[other] - whole[one] || one - other)
    .slice(0, CHECKED)
    .sort((one, other) => one - other);
}

function standardErrors(width, sums, squares, apart, further, counts) {
  const spread = [];
  counts.forEach((count, row) => {
    if (count < 2) return;
    for (let cell = row * width; cell < (row + 1) * width; cell += 1) {
      spread.push(Math.max(squares[cell] - (sums[cell] * sums[cell]) / count, 0));
    }
  });
  const whole = sumOfAll(further);
  const left = whole > 0 ? sumOfAll(spread) / whole : 0;
  const each = apart.map((square, cell) => square / counts[Math.floor(cell / width)] ** 2);
  return byColumn(each, width).map((sum) => Math.sqrt(left * sum) / counts.length);
}

function byColumn(cells, width) {
  if (width === 1) return [sumOfAll(cells)];
  return Array.from({ length: width }, (_, column) => {
    let sum = cells[column];
    for (let at = column + width; at < cells.length; at += width) sum += cells[at];
    return sum;
  });
}

function sumOfAll(x, start = 0, size = x.length) {
  if (size > 128) {
    const half = size / 2 - ((size / 2) % 8);
    return sumOfAll(x, start, half) + sumOfAll(x, start + half, size - half);
  }
  const whole = size - (size % 8);
  const parts = [0, 1, 2, 3, 4, 5, 6, 7].map((at) => x[start + at]);
  for (let at = 8; at < whole; at += 1) parts[at % 8] += x[start + at];
  const [a, b, c, d, e, f, g, h] = parts;
  let sum = whole > 0 ? a + b + (c + d) + (e + f + (g + h)) : 0;
  for (let at = whole; at < size; at += 1) sum += x[start + at];
  return sum;
}
return { explain, explaining };
})();
const module_reasons = (() => {
const { readCell } = module_cells;

const LONGEST = 40;

function reasons({ columns }, row, values, most = 3) {
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

function sixDigits(x) {
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  const [digits, exponent] = x.toExponential(5).split("e");
  if (exponent >= -4 && exponent < 6) return String(Number(x.toPrecision(6)));
  return `${Number(digits)}e${twoDigits(exponent)}`;
}

const twoDigits = (exponent) => exponent.replace(/^([+-])(\d)$/, "$10$2");

function factorText(factor) {
  if (factor >= 0.01 && factor < 99.5) return String(Number(factor.toPrecision(2)));
  if (factor >= 99.5 && factor < 1e6) return factor.toLocaleString("en-US", { maximumFractionDigits: 0 });
  const [digit, exponent] = factor.toExponential(0).split("e");
  return `${digit}e${twoDigits(exponent)}`;
}

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
return { reasons, factorText };
})();
const module_reader = (() => {
const { explain, explaining } = module_explain;
const { reasons } = module_reasons;
const { interval, read, readCell, score, sigmoid } = module_scorer;
return { explain, explaining, interval, read, readCell, reasons, score, sigmoid };
})();
return module_reader;
})();
