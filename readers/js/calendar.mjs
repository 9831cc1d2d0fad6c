// Days, times and zones as microseconds since 1970-01-01 UTC (BigInt).

import { millionths } from "./durations.mjs";

const MONTHS = [
  "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
  "november", "december",
];
// German, Dutch, French, Spanish, Portuguese, Italian and Swedish names, without accents.
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

// Names of months in full and their first three letters, as one alternative of a regular expression
// has them.
export const FULL_NAMES = MONTHS.join("|");
export const SHORT_NAMES = MONTHS.map((month) => month.slice(0, 3)).join("|");
// All names, the longer first.
export const NAMES = [...MONTHS, "sept", ...MONTHS.map((month) => month.slice(0, 3)), ...OTHERS.flat()]
  .sort((a, b) => b.length - a.length)
  .join("|");
export function monthNamed(text) {
  const name = text.toLowerCase();
  const other = OTHERS.findIndex((names) => names.includes(name));
  return other < 0 ? MONTHS.findIndex((month) => month.startsWith(name.slice(0, 3))) + 1 : other + 1;
}

// Days since 1970-01-01 of a date, null where there is none such.
export function dayOf(year, month, day) {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const most = LENGTHS[month - 1] + (month === 2 && leap ? 1 : 0);
  return month >= 1 && month <= 12 && day >= 1 && day <= most ? dayNumber(year, month, day) : null;
}

// Days since 1970-01-01 of a day of an ISO week, null where the year has no such week.
export function dayOfWeek(year, week, weekday) {
  const monday = (of) => {
    const fourth = dayNumber(of, 1, 4); // is in week 1
    return fourth - ((fourth + 3) % 7 + 7) % 7;
  };
  const day = monday(year) + 7 * (week - 1) + weekday - 1;
  return week < 1 || day >= monday(year + 1) || day > LAST_DAY ? null : day;
}

// Microseconds since 1970 UTC; the zone is so many minutes before UTC.
export const moment = (day, time, ahead) =>
  BigInt(day) * 86400000000n + time - BigInt(ahead) * 60000000n;

// Microseconds since midnight.
export const timeOf = (hours, minutes, seconds, fraction) =>
  BigInt((hours * 60 + minutes) * 60 + seconds) * 1000000n + millionths(fraction);

// Hours of 24 by those of a clock with am or pm; −1 for hours that it has not.
export function hoursOf(hours, half) {
  if (half === undefined) return hours;
  if (hours < 1 || hours > 12) return -1;
  return (hours % 12) + (half.toLowerCase().startsWith("p") ? 12 : 0);
}

// In eras of 400 years from 1 March of year 0 (Hinnant, chrono-compatible algorithms).
function dayNumber(year, month, day) {
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const ofEra = y - era * 400;
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const days = ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear;
  return era * 146097 + days - 719468;
}
