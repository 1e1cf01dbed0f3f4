/** Ladder: a premium's steps worked out anew, in whole millionths, as pricing/ladder.py works them out in decimals. */

const MICRO = 1_000_000n;
const PURE = ['standing', 'running', 'gap'];

/** @typedef {{ part: string, op: string, value: string, effect: string, amount: string }} Step */

/** The last amount before levies, and whether every step shows what it makes. @param {Step[]} steps */
export function climb(steps) {
  let before = 0n;
  let ok = true;
  let last = 0n;
  /** @type {Map<string, bigint>} */
  const parts = new Map();
  for (const step of steps) {
    const shown = micros(step.amount);
    ok &&= shown === made(step, before, parts);
    before = shown;
    parts.set(step.part, shown);
    if (step.part !== 'levies') last = shown;
  }
  return { ok, amount: cents(last) };
}

/** @param {Step} step @param {bigint} before @param {Map<string, bigint>} parts */
function made(step, before, parts) {
  const effect = ratio(step.effect);
  if (step.op === 'start') return times(ratio(step.value), effect);
  if (step.op === 'times') return times([before, MICRO], effect);
  if (step.op === 'plus') return before + rounded(effect[0] * MICRO, effect[1]);
  if (step.op === 'divide') return rounded(before * effect[1], effect[0]);
  if (step.op === 'sum') return PURE.reduce((all, part) => all + (parts.get(part) ?? 0n), 0n);
  if (step.op === 'round' || step.op === 'levy') return micros(step.amount); // by a rule of the tariff, named in the step
  const [low, high] = step.value.split(' to '); // what a cap allows; high may be Infinity
  if (high === undefined) return rounded(effect[0] * MICRO, effect[1]);
  const most = high === 'Infinity' ? before : micros(high);
  const within = before < micros(low) ? micros(low) : before > most ? most : before;
  return within === rounded(effect[0] * MICRO, effect[1]) ? within : -1n;
}

/** @param {[bigint, bigint]} a @param {[bigint, bigint]} b */
function times([a, over], [b, under]) {
  return rounded(a * b * MICRO, over * under);
}

/** A decimal as a whole number over a power of ten. @param {string} text @returns {[bigint, bigint]} */
function ratio(text) {
  const [, sign, whole, rest = '', power = '0'] = /^(-?)(\d+)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(String(text)) ?? [];
  const digits = BigInt(`${sign ?? ''}${whole ?? 0}${rest}`);
  const shift = rest.length - Number(power);
  return shift >= 0 ? [digits, 10n ** BigInt(shift)] : [digits * 10n ** BigInt(-shift), 1n];
}

/** @param {string} text */
function micros(text) {
  const [a, b] = ratio(text);
  return rounded(a * MICRO, b);
}

/** Half to even, as the tariff's decimals are. @param {bigint} a @param {bigint} b */
function rounded(a, b) {
  const whole = a / b;
  const rest = a - whole * b;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  const up = twice > b || (twice === b && whole % 2n !== 0n);
  return up ? whole + (a < 0n ? -1n : 1n) : whole;
}

/** @param {bigint} value */
function cents(value) {
  const all = rounded(value, 10_000n);
  const [whole, rest] = [all / 100n, all % 100n];
  return `${whole}.${String(rest < 0n ? -rest : rest).padStart(2, '0')}`;
}
