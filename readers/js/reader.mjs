// What pages and exported modules use of the reader.

import { explain, explaining } from "./explain.mjs";
import { reasons } from "./reasons.mjs";
import { interval, read, readCell, score, sigmoid } from "./scorer.mjs";

export { explain, explaining, interval, read, readCell, reasons, score, sigmoid };
