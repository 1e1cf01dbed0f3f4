/** Path: one drive on the map: coloured by speed, dashed where nothing was heard, its events, and where it was at a moment. */

import { html, useEffect, useRef, useSignal } from '../lib/html.js';
import { language, t } from '../lib/i18n.js';
import { meta } from '../lib/session.js';
import { theme } from '../lib/theme.js';
import { GAP_S } from '../charts/silence.js';
import { opened } from './opened.js';
import { style, unread } from './basemap.js';

const STEP_KMH = 10; // what differs by less has one colour
/** Speeds in km/h and their colours: dark is slow, whatever the theme's land; apart for the colour-blind (viridis). */
const RAMP = [
  [0, '#440154'],
  [30, '#31688e'],
  [60, '#1f9e89'],
  [90, '#b5a800'],
  [120, '#e8590c'],
];

/** @param {{ found: Record<string, any>, events: any[], at: number, onAt: (index: number) => void, label?: string }} given */
export function PathMap({ found, events, at, onAt, label = t('trip.map') }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const map = useRef(/** @type {any} */ (null));
  const broken = useSignal(false);
  const ready = useSignal(false);
  const [lon, lat] = [found.lon_deg ?? [], found.lat_deg ?? []];
  const known = lon.map((/** @type {number} */ x, /** @type {number} */ k) => [x, lat[k]]).filter((/** @type {number[]} */ [x, y]) => x !== null && y !== null);

  useEffect(() => {
    if (!known.length) return;
    let gone = false;
    begin(/** @type {HTMLElement} */ (place.current), known)
      .then((made) => {
        if (gone) return made.remove();
        map.current = made;
        made.on('style.load', () => draw(made, found, events));
        if (made.isStyleLoaded()) draw(made, found, events);
        made.on('click', (/** @type {any} */ event) => onAt(closest(lon, lat, event.lngLat)));
        ready.value = true;
      })
      .catch(() => (broken.value = true));
    return () => {
      gone = true;
      map.current?.remove();
      map.current = null;
    };
  }, [found]);
  useEffect(() => {
    const shown = map.current; // none at first: it opens in these colours
    if (shown) void style(theme.value, language.value, meta.value?.tiles).then((said) => shown.setStyle(said, { diff: false }));
  }, [theme.value, language.value]);
  useEffect(() => {
    map.current?.getSource('here')?.setData(point(lon[at], lat[at]));
  }, [at, ready.value]);

  if (!known.length) return html`<p class="notice" role="status">${t('trip.no_positions')}</p>`;
  if (broken.value) return html`<p class="notice" role="status">${t('map.no_webgl')}</p>`;
  return html`${unread.value && html`<p class="notice" role="status">${t('map.unread')}</p>`}<div class="map path" ref=${place} role="region" aria-label=${label}></div>
    <p class="legend">${RAMP.map(([speed, colour]) => html`<span><i style=${`background:${colour}`}></i>${speed}</span>`)} km/h · <span>┄ ${t('trip.gap')}</span></p>`;
}

/** @param {HTMLElement} place @param {number[][]} known  longitude, latitude */
async function begin(place, known) {
  const box = known.reduce((b, [x, y]) => [Math.min(b[0], x), Math.min(b[1], y), Math.max(b[2], x), Math.max(b[3], y)], [180, 90, -180, -90]);
  return opened(place, box, { padding: 48, maxZoom: 15 });
}

/** @param {any} map @param {Record<string, any>} found @param {any[]} events */
function draw(map, found, events) {
  if (map.getSource('way')) return;
  map.addSource('way', { type: 'geojson', tolerance: 0, data: { type: 'FeatureCollection', features: pieces(found) } });
  map.addSource('here', { type: 'geojson', data: point(found.lon_deg[0], found.lat_deg[0]) });
  map.addSource('events', { type: 'geojson', data: { type: 'FeatureCollection', features: events.filter((one) => one.place).map((one) => point(one.place.lon, one.place.lat)) } });
  const width = { 'line-width': 5 };
  const colour = ['interpolate', ['linear'], ['get', 'speed'], ...RAMP.flat()];
  map.addLayer({ id: 'way', type: 'line', source: 'way', filter: ['!', ['get', 'gap']], layout: { 'line-cap': 'round' }, paint: { ...width, 'line-color': colour } });
  map.addLayer({ id: 'gaps', type: 'line', source: 'way', filter: ['get', 'gap'], paint: { 'line-width': 2, 'line-color': '#7a858f', 'line-dasharray': [2, 2] } });
  map.addLayer({ id: 'events', type: 'circle', source: 'events', paint: { 'circle-radius': 6, 'circle-color': '#cc2659', 'circle-stroke-width': 2, 'circle-stroke-color': '#fff' } });
  map.addLayer({ id: 'here', type: 'circle', source: 'here', paint: { 'circle-radius': 9, 'circle-color': '#fff', 'circle-stroke-width': 4, 'circle-stroke-color': '#0072b2' } });
}

/** The way in pieces of one colour; a silence is a piece of its own. @param {Record<string, any>} found */
function pieces({ t: times, lon_deg: lon, lat_deg: lat, speed_kmh: speeds = [] }) {
  /** @type {any[]} */
  const features = [];
  let last = -1;
  for (let k = 0; k < times.length; k++) {
    if (lon[k] === null || lat[k] === null) continue;
    if (last >= 0) {
      const gap = times[k] - times[last] > GAP_S;
      const speed = gap ? 0 : Math.round((speeds[k] ?? 0) / STEP_KMH) * STEP_KMH;
      const before = features.at(-1);
      const here = [lon[k], lat[k]];
      if (before?.properties.speed === speed && before.properties.gap === gap) before.geometry.coordinates.push(here);
      else features.push({ type: 'Feature', geometry: { type: 'LineString', coordinates: [[lon[last], lat[last]], here] }, properties: { gap, speed } });
    }
    last = k;
  }
  return features;
}

/** @param {number | null} lon @param {number | null} lat */
function point(lon, lat) {
  const geometry = lon === null || lat === null ? { type: 'GeometryCollection', geometries: [] } : { type: 'Point', coordinates: [lon, lat] };
  return { type: 'Feature', geometry, properties: {} };
}

/** @param {number[]} lon @param {number[]} lat @param {{ lng: number, lat: number }} at */
function closest(lon, lat, at) {
  const away = lon.map((x, k) => (x === null ? Infinity : (x - at.lng) ** 2 + (lat[k] - at.lat) ** 2));
  return away.indexOf(Math.min(...away));
}
