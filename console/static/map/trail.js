/** Trail: where the chosen vehicle has been lately, as a line under the vehicles. */

import { signal } from '@preact/signals';
import { drawn } from './datum.js';
import { LAND } from './palette.js';

/** What was measured of it, column by column; null: none is chosen. @type {import('@preact/signals').Signal<Record<string, any> | null>} */
export const trail = signal(null);

export const GAP_S = 30; // longer without a sample: nobody knows the way, or the limit

/** Show it, or take it away. @param {any} map @param {'light' | 'dark'} theme */
export function trailed(map, theme) {
  const data = { type: 'Feature', properties: {}, geometry: { type: 'MultiLineString', coordinates: ways(trail.value) } };
  const source = map.getSource('trail');
  if (source) return source.setData(data);
  map.addSource('trail', { type: 'geojson', data });
  for (const [name, colour, width] of [['edge', LAND[theme].halo, 6], ['line', LAND[theme].text, 3]]) {
    map.addLayer({ id: `trail-${name}`, type: 'line', source: 'trail', layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': colour, 'line-width': width, 'line-opacity': 0.75 } });
  }
}

/** Stretches without a gap. @param {Record<string, any> | null} found @returns {number[][][]} */
function ways(found) {
  /** @type {number[][][]} */
  const all = [];
  let last = -Infinity;
  (found?.t ?? []).forEach((/** @type {number} */ t, /** @type {number} */ k) => {
    const [lon, lat] = [found?.lon_deg?.[k], found?.lat_deg?.[k]];
    if (typeof lon !== 'number' || typeof lat !== 'number') return;
    if (t - last > GAP_S) all.push([]);
    all[all.length - 1].push(drawn(lon, lat));
    last = t;
  });
  return all.filter((way) => way.length > 1);
}
