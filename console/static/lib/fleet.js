/** Fleet: the roster and where every vehicle is, kept up by the stream; how many there are of each look. */

import { batch, signal } from '@preact/signals';
import { bytes, parts } from './api.js';
import { meta } from './session.js';
import { on } from './stream.js';
import { Positions, frame, unpacked } from './rows.js';

const STATUSES = /** @type {const} */ (['parked', 'moving', 'idle', 'silent', 'alert']); // by number, as rows have it
/** How vehicles look, in the order they are drawn: the most urgent last. */
export const LOOKS = /** @type {const} */ (['parked', 'silent', 'idle', 'moving', 'alert']);
const STALE_S = 60;
const OLD_S = 600;
const PAGE = 1000;

/** @typedef {typeof LOOKS[number]} Look */
/** @typedef {{ id: string, fleet_id: string, vehicle_id: string, plate?: string, driver_id?: string | null, class?: string, site?: string }} Vehicle */

/** @type {import('@preact/signals').Signal<Vehicle[]>} */
export const roster = signal([]);
export const tick = signal(0); // rises whenever positions change
export const loading = signal(true);
export const failed = signal(/** @type {Error | null} */ (null));
export let positions = new Positions(0);
let name = ''; // of the order of the rows
let reading = false;

/** How many there are of each look. @param {(i: number) => boolean} wanted @returns {Record<Look, number>} */
export function countsOf(wanted) {
  const found = { parked: 0, moving: 0, idle: 0, silent: 0, alert: 0 };
  for (let i = 0; i < positions.n; i++) if (wanted(i)) found[lookOf(i)] += 1;
  return found;
}

/** How a vehicle looks, by its place in the roster. @param {number} i @returns {Look} */
export function lookOf(i) {
  return STATUSES[positions.status[i]] ?? 'silent';
}

/** How old a fix is. @param {number} i */
export function freshness(i) {
  const age = positions.age[i];
  if (Number.isNaN(age)) return 'none';
  return age > OLD_S ? 'old' : age > STALE_S ? 'stale' : 'fresh';
}

/** @type {((lon: number, lat: number) => [number, number]) | null} */
let shifts = null; // where to draw a place, if that is elsewhere

/** Read all vehicles, and anew when the server says so. */
export async function follow() {
  on('pos', take);
  on('resync', () => void load());
  await load();
}

export async function load() {
  if (reading) return;
  reading = true;
  try {
    if (meta.value?.tiles.datum === 'gcj02') shifts = (await import('../map/datum.js')).drawn;
    const found = frame((await bytes('positions.bin')).body);
    const known = new Map(roster.value.map((one) => [one.id, one]));
    batch(() => {
      name = found.roster;
      positions = new Positions(found.ids.length).read(found.rows, shifts);
      roster.value = found.ids.map((id) => known.get(id) ?? bare(id));
      failed.value = null;
      tick.value += 1;
    });
    void describe();
  } catch (error) {
    if (loading.value) failed.value = /** @type {Error} */ (error);
  }
  loading.value = false;
  reading = false;
}

/** Plates, drivers, classes and sites come after the map has its dots. */
async function describe() {
  for await (const { items } of parts('vehicles', { limit: PAGE })) {
    const found = new Map(items.map((/** @type {Vehicle} */ one) => [one.id, one]));
    roster.value = roster.value.map((one) => found.get(one.id) ?? one);
  }
}

/** @param {{ rows: string, roster: string }} said */
function take(said) {
  if (said.roster !== name) return void load();
  positions.read(unpacked(said.rows), shifts);
  tick.value += 1;
}

/** @param {string} id @returns {Vehicle} */
function bare(id) {
  const at = id.indexOf('/');
  return { id, fleet_id: id.slice(0, at), vehicle_id: id.slice(at + 1) };
}
