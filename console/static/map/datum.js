/**
 * Datum: places as the tiles of Chinese maps have them (GCJ-02), for display only; what is stored and scored is WGS 84.
 *
 * Source: the public approximation of the offset (SK-42 ellipsoid), good to a few metres; outside China there is none.
 */

import { meta } from '../lib/session.js';

const A = 6378245;
const EE = 0.00669342162296594323;
const RAD = Math.PI / 180;

/** Whether places are drawn elsewhere at all. */
const shifts = () => meta.value?.tiles.datum === 'gcj02';

/** Where to draw a place: [longitude, latitude]. @param {number} lon @param {number} lat @returns {[number, number]} */
export function drawn(lon, lat) {
  if (!shifts() || !(lon > 73.66 && lon < 135.05 && lat > 3.86 && lat < 53.55)) return [lon, lat];
  const [x, y] = [lon - 105, lat - 35];
  const waves = (20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * (2 / 3);
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + waves + swing(y, 20, 40) + (160 * Math.sin((y * Math.PI) / 12) + 320 * Math.sin((y * Math.PI) / 30)) * (2 / 3);
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + waves + swing(x, 20, 40) + (150 * Math.sin((x * Math.PI) / 12) + 300 * Math.sin((x * Math.PI) / 30)) * (2 / 3);
  const magic = 1 - EE * Math.sin(lat * RAD) ** 2;
  const root = Math.sqrt(magic);
  return [lon + east / ((A / root) * Math.cos(lat * RAD) * RAD), lat + north / (((A * (1 - EE)) / (magic * root)) * RAD)];
}

/** @param {number} v @param {number} a @param {number} b */
function swing(v, a, b) {
  return (a * Math.sin(v * Math.PI) + b * Math.sin((v * Math.PI) / 3)) * (2 / 3);
}

/** A recording with its positions where the map has them. @param {Record<string, any>} found @returns {Record<string, any>} */
export function placed(found) {
  const both = (found.lon_deg ?? []).map((/** @type {number | null} */ lon, /** @type {number} */ k) => (lon === null || found.lat_deg[k] === null ? [null, null] : drawn(lon, found.lat_deg[k])));
  return { ...found, lon_deg: both.map((/** @type {any[]} */ one) => one[0]), lat_deg: both.map((/** @type {any[]} */ one) => one[1]) };
}

/** An event, or an alert, with its place where the map has it. @param {any} event */
export function placedEvent(event) {
  if (!event.place) return event;
  const [lon, lat] = drawn(event.place.lon, event.place.lat);
  return { ...event, place: { lon, lat } };
}
