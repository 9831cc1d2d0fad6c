// Units and currencies beside a number: which words are one, and their one spelling.

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

// The unit of a word before a number (`first`) or behind it, `apart` where a blank divides them;
// null for a word that is no unit.
export function unitOf(word, first, apart) {
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
