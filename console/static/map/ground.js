/** Ground: what a map has that knows no streets: a net of degrees, and the roads that the fleet itself has driven. */

import { get } from '../lib/api.js';
import { may } from '../lib/session.js';
import { theme } from '../lib/theme.js';
import { drawn } from './datum.js';
import { LAND } from './palette.js';
import { net } from './net.js';

const BELOW = 'cities'; // of the package's own map: its names stand above
const EMPTY = { type: 'FeatureCollection', features: [] };
const MARGIN = 0.5; // of what is seen, on each side: a small move asks nothing
const AGAIN_MS = 30_000; // between two looks for what has been driven since
const GROWN = 1; // zoom levels, then finer places are asked for
/** Drives of a road, and how wide it is drawn from so many on. */
const OFTEN = [
  [1, 0.8],
  [3, 1.8],
  [10, 3],
];

/** Lay the ground of a map without streets, and keep it as the map moves. @param {any} map */
export function ground(map) {
  /** @type {{ ways: any, asked: AbortController | null, box: number[], zoom: number }} */
  const held = { ways: EMPTY, asked: null, box: [], zoom: 0 };
  const lay = () => {
    if (!map.getLayer(BELOW)) return; // it has streets
    layers(map, held.ways);
    map.getSource('net').setData(net(bounds(map, 0)));
    if (!covered(map, held)) again();
  };
  const again = () => void (may('viewer', 'manager') && map.getSource('ways') && !document.hidden && learn(map, held));
  const timer = setInterval(again, AGAIN_MS);
  map.on('style.load', lay);
  map.on('moveend', lay);
  map.on('remove', () => {
    clearInterval(timer);
    held.asked?.abort();
  });
  map.once('idle', lay);
}

/** Ask for the roads of what is seen, again while trips are left to be read. @param {any} map @param {any} held */
async function learn(map, held) {
  held.asked?.abort();
  const { signal } = (held.asked = new AbortController());
  const [west, south, east, north] = (held.box = bounds(map, MARGIN));
  held.zoom = map.getZoom();
  try {
    for (let left = 1; left && !signal.aborted; ) {
      const found = await get('ways', { west, south, east, north }, signal);
      held.ways = roads(found);
      map.getSource('ways')?.setData(held.ways);
      left = found.left;
    }
  } catch {
    if (!signal.aborted) held.box = []; // the map does without; the next move asks again
  }
}

/** Whether what is seen lies within what was asked for, as fine as it may be. @param {any} map @param {any} held */
function covered(map, held) {
  const [west, south, east, north] = bounds(map, 0);
  const [left, low, right, high] = held.box;
  return west >= left && south >= low && east <= right && north <= high && Math.abs(map.getZoom() - held.zoom) < GROWN;
}

/** What is seen, and so much more on each side; degrees: west, south, east, north. @param {any} map @param {number} more @returns {number[]} */
function bounds(map, more) {
  const box = map.getBounds();
  const [wide, high] = [box.getEast() - box.getWest(), box.getNorth() - box.getSouth()].map((side) => side * more);
  return [Math.max(-180, box.getWest() - wide), Math.max(-90, box.getSouth() - high), Math.min(180, box.getEast() + wide), Math.min(90, box.getNorth() + high)];
}

/** Joints between places as lines, together by how often they were driven. @param {{ lon: number[], lat: number[], joined: number[] }} found */
export function roads({ lon, lat, joined }) {
  const at = lon.map((x, k) => drawn(x, lat[k]));
  /** @type {[number, number][][][]} */
  const lines = OFTEN.map(() => []);
  for (let k = 0; k < joined.length; k += 3) lines[OFTEN.findLastIndex(([drives]) => joined[k + 2] >= drives)].push([at[joined[k]], at[joined[k + 1]]]);
  const features = lines.map((coordinates, often) => ({ type: 'Feature', properties: { often }, geometry: { type: 'MultiLineString', coordinates } }));
  return { type: 'FeatureCollection', features };
}

/** @param {any} map @param {any} ways */
function layers(map, ways) {
  if (map.getSource('ways')) return;
  const c = LAND[theme.value];
  const wide = ['match', ['get', 'often'], ...OFTEN.flatMap(([, pixels], often) => [often, pixels]), 1];
  map.addSource('net', { type: 'geojson', data: EMPTY });
  map.addSource('ways', { type: 'geojson', data: ways, tolerance: 0 });
  map.addLayer({ id: 'net', type: 'line', source: 'net', paint: { 'line-color': c.line, 'line-width': 0.6, 'line-opacity': 0.8 } }, BELOW);
  map.addLayer({ id: 'ways', type: 'line', source: 'ways', layout: { 'line-cap': 'round' }, paint: { 'line-color': c.way, 'line-width': wide } }, BELOW);
  map.addLayer({ id: 'net-said', type: 'symbol', source: 'net', layout: { 'symbol-placement': 'line', 'symbol-spacing': 500, 'text-field': ['get', 'said'], 'text-font': ['sans-serif'], 'text-size': 10 }, paint: { 'text-color': c.text, 'text-opacity': 0.7, 'text-halo-color': c.halo, 'text-halo-width': 1 } }, BELOW);
}
