// Dates in text, by the shapes of docs/format.md, as microseconds since 1970-01-01 UTC (BigInt).

import { FULL_NAMES, NAMES, SHORT_NAMES, dayOf, dayOfWeek, hoursOf, moment, monthNamed, timeOf } from "./calendar.mjs";
import { inAscii, strip } from "./text.mjs";

const ZONES = {
  z: 0, utc: 0, gmt: 0, ut: 0, est: -300, edt: -240, cst: -360, cdt: -300, mst: -420, mdt: -360,
  pst: -480, pdt: -420, cet: 60, cest: 120,
};
const SPELLINGS = "\u00a0\u202f\u2009\u2212\u2013äÄéÉûÛçÇáåìöÁÅÌÖ";
const SPELT = "   --aAeEuUcCaaioAAIO";
const ONE_SPELLING = new RegExp(`[${SPELLINGS}]`, "g");
// German, Dutch, French, Spanish, Italian, Portuguese and Swedish days, without accents.
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

// Whether a cell is a date of zeros, such as 0000-00-00.
export const noDate = (word) => NO_DATE.test(word);

// Microseconds of a cell by the first shape that it has; null where it is no date. `order` says
// which of three numbers is the year, the month, the day; `century` is the first of the hundred
// years that years of two digits stand for, 0 for none.
export function byShapes(word, order, century) {
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
