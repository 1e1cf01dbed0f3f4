/** Overlays: what may be laid over the live map: where events happened within a day, and the fleet's own areas. */

import { signal } from '@preact/signals';
import { get } from '../lib/api.js';
import { number } from '../lib/format.js';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { drawn } from './datum.js';
import { LAND } from './palette.js';

const HEAT = ['#fde725', '#f98e09', '#bc3754']; // few to many: apart for the colour-blind, and by lightness
const STOPS = [0, 0.3, 1]; // of the fullest square, where each colour stands
const FORBIDDEN = { light: '#b3184a', dark: '#ff8fb0' };
const AREA = { light: '#005f96', dark: '#6cc0f0' };

const hottest = signal(0); // events of the fullest square

/** Squares in which events happened, by their middles, as GeoJSON. */
async function heat() {
  const { cells } = await get('heat');
  const most = Math.max(1, ...cells.map((/** @type {any} */ one) => one.events));
  hottest.value = cells.length ? most : 0;
  return collection(cells.map((/** @type {any} */ one) => [{ type: 'Point', coordinates: drawn(one.lon, one.lat) }, { share: one.events / most }]));
}

/** What the colours of heat mean. */
export function Legend() {
  if (!hottest.value) return html`<p class="legend" role="status">${t('over.heat_empty')}</p>`;
  return html`<p class="legend"><span>${t('over.heat_legend')}</span> ${HEAT.map((colour, k) => html`<span key=${colour}><i style=${`background:${colour}`}></i>${number(Math.max(1, Math.round(hottest.value * STOPS[k])))}</span>`)}</p>`;
}

/** Areas that hold, as GeoJSON. */
async function zones() {
  const found = await get('zones');
  return collection(found.map((/** @type {any} */ one) => [{ ...one.geometry, coordinates: moved(one.geometry.coordinates) }, { kind: one.kind, name: one.name || one.id }]));
}

/** Places where the tiles have them, however deep they are nested. @param {any} part @returns {any} */
function moved(part) {
  return typeof part[0] === 'number' ? drawn(part[0], part[1]) : part.map(moved);
}

/** @param {[any, any][]} pairs */
function collection(pairs) {
  return { type: 'FeatureCollection', features: pairs.map(([geometry, properties]) => ({ type: 'Feature', geometry, properties })) };
}

/** @type {Record<string, { data: () => Promise<any>, layers: (theme: 'light' | 'dark') => any[] }>} */
const KINDS = {
  zones: {
    data: zones,
    layers: (theme) => {
      const colour = ['match', ['get', 'kind'], 'forbidden', FORBIDDEN[theme], AREA[theme]];
      return [
        { id: 'zones', type: 'fill', paint: { 'fill-color': colour, 'fill-opacity': 0.12 } },
        { id: 'zones-edge', type: 'line', filter: ['!=', ['get', 'kind'], 'forbidden'], paint: { 'line-color': colour, 'line-width': 2 } },
        { id: 'zones-shut', type: 'line', filter: ['==', ['get', 'kind'], 'forbidden'], paint: { 'line-color': colour, 'line-width': 2, 'line-dasharray': [3, 1.5] } },
        { id: 'zones-name', type: 'symbol', minzoom: 8, layout: { 'text-field': ['get', 'name'], 'text-font': ['sans-serif'], 'text-size': 12 }, paint: { 'text-color': LAND[theme].text, 'text-halo-color': LAND[theme].halo, 'text-halo-width': 1.2 } },
      ];
    },
  },
  heat: {
    data: heat,
    layers: () => [{ id: 'heat', type: 'circle', paint: { 'circle-radius': ['interpolate', ['exponential', 2], ['zoom'], 4, 5, 11, 20, 14, 160], 'circle-blur': 0.5, 'circle-opacity': 0.6, 'circle-color': ['interpolate', ['linear'], ['get', 'share'], ...HEAT.flatMap((colour, k) => [STOPS[k], colour])] } }],
  },
};

const OVERLAYS = Object.keys(KINDS);

/** Lay over a map what is asked for, and take away the rest. @param {any} map @param {string[]} wanted @param {'light' | 'dark'} theme */
export async function overlay(map, wanted, theme) {
  for (const name of OVERLAYS) {
    if (!wanted.includes(name)) remove(map, name, theme);
    else if (!map.getSource(name)) add(map, name, theme, await KINDS[name].data());
  }
}

/** @param {any} map @param {string} name @param {'light' | 'dark'} theme @param {any} data */
function add(map, name, theme, data) {
  if (map.getSource(name)) return; // asked for twice while it was on its way
  map.addSource(name, { type: 'geojson', data });
  for (const layer of KINDS[name].layers(theme)) map.addLayer({ ...layer, source: name });
}

/** @param {any} map @param {string} name @param {'light' | 'dark'} theme */
function remove(map, name, theme) {
  if (!map.getSource(name)) return;
  for (const layer of KINDS[name].layers(theme)) map.removeLayer(layer.id);
  map.removeSource(name);
}
