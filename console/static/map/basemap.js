/** Basemap: coast, lakes, rivers and cities out of the package itself; a tile server only if one is configured. */

import { signal } from '@preact/signals';
import { feature } from 'topojson-client';
import { LAND } from './palette.js';

/** True while the streets that are configured cannot be read, so that only the package's own map is drawn. */
export const unread = signal(false);

const HERE = new URL('../vendor/', import.meta.url);
/** @typedef {{ url: string, attribution: string, borders: string }} Said */

const SOURCES = {
  earth: 'Natural Earth',
  cities: '<a href="https://www.geonames.org" target="_blank" rel="noopener noreferrer">GeoNames</a> CC BY 4.0',
};

/** @type {Promise<Record<string, any>> | null} */
let read = null;

/** What the land looks like, as GeoJSON by name; fetched once. */
function shapes() {
  read ??= Promise.all(['basemap.topo.json', 'cities.json'].map((name) => fetch(new URL(name, HERE)).then((it) => it.json()))).then(
    ([topology, cities]) => ({
      ...Object.fromEntries(Object.keys(topology.objects).map((name) => [name, feature(topology, topology.objects[name])])),
      cities: points(cities),
    }),
  );
  return read;
}

/**
 * A style for MapLibre.
 * @param {'light' | 'dark'} theme @param {string} language @param {Said | undefined} said  as /meta has it
 */
export async function style(theme, language, said) {
  const c = LAND[theme];
  const sea = { id: 'sea', type: 'background', paint: { 'background-color': c.sea } };
  const borders = said?.borders === 'natural-earth';
  if (said?.url.endsWith('.pmtiles')) {
    const found = await import('./archive.js').then(({ archive }) => archive(said.url, said.attribution)).catch(() => null);
    unread.value = !found;
    if (found) return { version: 8, sources: { tiles: found.source }, layers: [sea, ...found.layers(c, language, borders)] };
  } else if (said?.url) {
    const tiles = { type: 'raster', tiles: [said.url], tileSize: 256, attribution: said.attribution };
    return { version: 8, sources: { tiles }, layers: [sea, { id: 'tiles', type: 'raster', source: 'tiles' }] };
  }
  const unseen = { ...sea, paint: { 'background-color': c.land } }; // until the land is there: nobody stands in the sea
  return { version: 8, sources: await own(), layers: [unseen, ...earth(c, borders), cities(c, language)] };
}

/** The sources of the map that comes with the package. */
async function own() {
  return Object.fromEntries(
    Object.entries(await shapes()).map(([name, data]) => [
      name,
      { type: 'geojson', data, attribution: name === 'cities' ? SOURCES.cities : name === 'land' ? SOURCES.earth : '' },
    ]),
  );
}

/** @param {Record<string, string>} c @param {boolean} borders */
function earth(c, borders) {
  return [
    { id: 'land', type: 'fill', source: 'land', paint: { 'fill-color': c.land, 'fill-outline-color': c.line } },
    { id: 'lakes', type: 'fill', source: 'lakes', paint: { 'fill-color': c.water } },
    { id: 'rivers', type: 'line', source: 'rivers', paint: { 'line-color': c.water, 'line-width': ['interpolate', ['linear'], ['zoom'], 2, 0.4, 8, 2] } },
    ...(borders ? [{ id: 'borders', type: 'line', source: 'borders', paint: { 'line-color': c.line, 'line-dasharray': [3, 2] } }] : []),
  ];
}

/** @param {Record<string, string>} c @param {string} language */
function cities(c, language) {
  return {
    id: 'cities',
    type: 'symbol',
    source: 'cities',
    filter: ['<=', ['get', 'rank'], ['step', ['zoom'], 60, 3, 250, 4, 700, 5, 1500, 6, 4000]],
    layout: {
      'text-field': language.startsWith('zh') ? ['coalesce', ['get', 'zh'], ['get', 'en']] : ['get', 'en'],
      'text-font': ['sans-serif'],
      'text-size': ['interpolate', ['linear'], ['zoom'], 3, 11, 8, 15],
      'symbol-sort-key': ['get', 'rank'],
    },
    paint: { 'text-color': c.text, 'text-halo-color': c.halo, 'text-halo-width': 1.2 },
  };
}

/** @param {[number, number, string, string | null][]} rows  longitude, latitude, name, Chinese name; the largest first */
function points(rows) {
  const features = rows.map(([lon, lat, en, zh], rank) => ({
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [lon, lat] },
    properties: { en, rank, ...(zh && { zh }) },
  }));
  return { type: 'FeatureCollection', features };
}
