/** Silence: where a line is broken, for nothing was heard between two samples. */

export const GAP_S = 30; // longer without a sample of a device: nobody knows what was between
const MISSED = 3; // times of a sensor's own period
const SELDOM = 0.5; // of the samples

/**
 * Samples as they are drawn: null, at which a line ends, in each silence; undefined, which is drawn over, where a signal that is said seldom was not due.
 * @param {number[]} times @param {(number | null)[][]} columns
 * @returns {{ times: number[], columns: (number | null | undefined)[][], rows: number[], points: boolean[] }}
 *   `rows` has the sample that each moment belongs to, `points` whether what a column says is so far apart that each is marked
 */
export function heard(times, columns) {
  const known = columns.map((values) => times.filter((_, k) => (values[k] ?? null) !== null));
  const periods = known.map(usual);
  const quiet = known.map((said) => silences(said, patience(said)));
  const seldom = known.map((said) => said.length < SELDOM * times.length);
  const index = new Map(times.map((at, k) => [at, k]));
  const middles = quiet.flatMap((one) => [...one].map(([from, to]) => (from + to) / 2));
  const all = [...new Set([...times, ...middles])].sort((a, b) => a - b);
  let last = 0;
  const rows = all.map((at) => (last = index.get(at) ?? last));
  const drawn = columns.map((values, n) => {
    let until = -Infinity;
    return all.map((at) => {
      const k = index.get(at);
      const own = k === undefined ? null : (values[k] ?? null);
      if (own !== null) until = quiet[n].get(at) ?? -Infinity;
      return own ?? (at < until || (k !== undefined && !seldom[n]) ? null : undefined);
    });
  });
  return { times: all, columns: drawn, rows, points: columns.map((_, n) => seldom[n] || periods[n] > GAP_S) };
}

/** How long a signal may say nothing, by its own period. @param {number[]} known  when it was said */
function patience(known) {
  return Math.max(GAP_S, MISSED * usual(known));
}

/** What a signal says at each sample: what was said last, until it is silent. @param {number[]} times @param {(number | null)[]} values */
export function held(times, values) {
  const most = patience(times.filter((_, k) => (values[k] ?? null) !== null));
  let last = -1;
  return times.map((at, k) => {
    if ((values[k] ?? null) !== null) last = k;
    return last >= 0 && at - times[last] <= most ? values[last] : null;
  });
}

/** Stretches that are longer than a gap, their end by their begin. @param {number[]} moments @param {number} gap */
function silences(moments, gap) {
  return new Map(moments.slice(1).flatMap((at, k) => (at - moments[k] > gap ? [/** @type {[number, number]} */ ([moments[k], at])] : [])));
}

/** What mostly lies between two moments. @param {number[]} moments */
function usual(moments) {
  const steps = moments.slice(1).map((at, k) => at - moments[k]).sort((a, b) => a - b);
  return steps[steps.length >> 1] ?? 0;
}
