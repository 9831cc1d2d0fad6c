// Durations and times of day in text, as whole microseconds (BigInt).

import { SPACE, inAscii, strip } from "./text.mjs";

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

// Whole microseconds of a duration or a time of day, null where the text is neither.
export function microseconds(word) {
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

// Microseconds as seconds: the nearest double, divided by 10⁶.
export const seconds = (ticks) => Number(ticks) / 1e6;

// The first six digits of a fraction of a second, as microseconds.
export const millionths = (digits = "") => BigInt(digits.slice(0, 6).padEnd(6, "0"));

function onClock({ days = "0", after, within, hours, minutes = "0", seconds = "0", part, half }, sign) {
  let hour = BigInt(hours);
  if (half !== undefined) {
    if (hour < 1n || hour > 12n) return null;
    hour = (hour % 12n) + (half.toLowerCase() === "p" ? 12n : 0n);
  }
  const time = (hour * 3600n + BigInt(minutes) * 60n + BigInt(seconds)) * SECOND + millionths(part);
  const whole = BigInt(days) * DAY;
  if (within && after === undefined) return null;
  // A sign before the days is the days' alone here.
  if (within || after?.startsWith(",")) return sign * whole + (within === "-" ? -time : time);
  return sign * (whole + time);
}

// Numbers with their units, none where anything else stands there.
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
