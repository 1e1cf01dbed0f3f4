/** Stops: where a vehicle stood on its way, and for how long; a silence is no stop, for nobody knows what was in it. */

import { GAP_S } from '../charts/silence.js';

const STANDS_KMH = 1;
const LEAST_S = 60;

/** @param {number[]} times  UTC epoch seconds @param {(number | null)[]} speeds  km/h @returns {{ start: number, s: number }[]} */
export function stops(times, speeds) {
  const found = [];
  let [start, last] = [NaN, NaN]; // of the stop that goes on, if one does; the sample before
  for (let k = 0; k < times.length; k++) {
    const speed = speeds[k];
    if (speed === null) continue;
    const silent = times[k] - last > GAP_S;
    if (silent || speed >= STANDS_KMH) {
      found.push({ start, s: (silent ? last : times[k]) - start });
      start = NaN;
    }
    if (speed < STANDS_KMH && Number.isNaN(start)) start = times[k];
    last = times[k];
  }
  found.push({ start, s: last - start });
  return found.filter(({ s }) => s >= LEAST_S);
}
