// The numbers of numpy.random.default_rng(0).random(): PCG64 (O'Neill 2014), XSL-RR output.

const MASK = (1n << 128n) - 1n;
const LOW = (1n << 64n) - 1n;
const FACTOR = 0x2360ed051fc65da44385df649fccf645n;
const STATE = 35399562948360463058890781895381311971n;
const STEP = 87136372517582989555478159403783844777n;

// Gives a function whose calls give these numbers one after another, from 0 to below 1.
export function randomNumbers() {
  let state = STATE;
  return () => {
    state = (state * FACTOR + STEP) & MASK;
    const folded = (state >> 64n) ^ (state & LOW);
    const turn = state >> 122n;
    const turned = ((folded >> turn) | (folded << (64n - turn))) & LOW;
    return Number(turned >> 11n) / 9007199254740992;
  };
}
