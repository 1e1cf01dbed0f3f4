/** Zoned: moments as the clocks of the fleet's zone say them: when its days begin, and what minute it is there. */

import { now } from './clock.js';
import { zone } from './format.js';

const DAY_MS = 86_400_000;

/** When a date (2025-11-26) begins in the fleet's zone, `later` days after it. @param {string} date @param {number} [later] */
export function midnight(date, later = 0) {
  const utc = Date.parse(`${date}T00:00Z`) + later * DAY_MS;
  return new Date(utc - ahead(utc - ahead(utc))).toISOString();
}

/** This minute as a registry has it: in the fleet's zone, and in which one that is. */
export function stamp() {
  const at = Math.floor(now() / 60_000) * 60_000;
  const minutes = ahead(at) / 60_000;
  const two = (/** @type {number} */ n) => String(Math.floor(n)).padStart(2, '0');
  return `${new Date(at + minutes * 60_000).toISOString().slice(0, 16)}${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}

/** By how many ms the fleet's clocks are ahead of UTC. @param {number} at */
function ahead(at) {
  const options = /** @type {const} */ ({ timeZone: zone.value, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' });
  const part = Object.fromEntries(new Intl.DateTimeFormat('en', options).formatToParts(at).map(({ type, value }) => [type, value]));
  return Date.parse(`${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}Z`) - Math.floor(at / 60_000) * 60_000;
}
