// Words in cells of text, as columns/words.py finds them (docs/format.md, "Words").

const LETTERS =
  "a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u060b\u060d-\u061a\u061c-\u061e\u0620-\u0963" +
  "\u0966-\u1fff\u2c00-\u2dff\u2e80-\u2fff\u3005-\u3007\u3031-\ufdff\ufe70-\ufefe" +
  "\uff10-\uffef\u{10000}-\u{10ffff}";
const WORD = new RegExp(`[0-9]+|[${LETTERS}]+`, "gu");
const PIECE = 3;

// Gives, for the text of a cell (null where it is missing), the set of places of its words in `words`.
export function wordFinder(words) {
  const places = new Map(words.map((word, place) => [word, place]));
  return (text) => {
    const parts = text === null ? [""] : partsOf(text);
    return new Set(parts.flatMap((part) => places.get(part) ?? []));
  };
}

// Sum of the amounts of the places that a cell has, exact in any order.
export function sumOf(found, places, amounts) {
  return places.reduce((sum, place, at) => (found.has(place) ? sum + amounts[at] : sum), 0);
}

// Words, neighbouring words, and pieces of words.
export function partsOf(text) {
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
