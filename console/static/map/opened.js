/** Opened: a MapLibre map as all of ours are: flat, north up, in the reader's language and theme. */

import { language, t } from '../lib/i18n.js';
import { meta } from '../lib/session.js';
import { sheet } from '../lib/sheet.js';
import { still, theme } from '../lib/theme.js';
import { style, unread } from './basemap.js';
import { ground } from './ground.js';
import { LAND } from './palette.js';

const WORKER = new URL('../vendor/maplibre-gl-worker.mjs', import.meta.url).href;
const WORDS = ['NavigationControl.ZoomIn', 'NavigationControl.ZoomOut', 'Map.Title', 'AttributionControl.ToggleAttribution'];

/** A map of a box (west, south, east, north); fails where there is no WebGL 2. @param {HTMLElement} place @param {number[]} box @param {{ padding: number, maxZoom: number }} fit */
export async function opened(place, box, fit) {
  const [gl] = await Promise.all([import('maplibre-gl'), sheet('vendor/maplibre-gl.css')]);
  gl.setWorkerUrl(WORKER);
  const map = new gl.Map({
    container: place,
    style: await style(theme.value, language.value, meta.value?.tiles),
    bounds: /** @type {any} */ (box),
    fitBoundsOptions: fit,
    attributionControl: { compact: true },
    fadeDuration: still.value ? 0 : 150,
    dragRotate: false,
    pitchWithRotate: false,
    locale: Object.fromEntries(WORDS.map((name) => [name, t(`map.${name}`)])),
  });
  map.on('error', (/** @type {any} */ { sourceId, error }) => {
    if (sourceId !== 'tiles') console.error(error);
    else if (error?.status !== 404) unread.value = true; // there are none of that place
  });
  map.on('sourcedata', (/** @type {any} */ { sourceId, isSourceLoaded }) => {
    const { sea } = LAND[theme.value];
    if (sourceId === 'land' && isSourceLoaded && map.getPaintProperty('sea', 'background-color') !== sea) map.setPaintProperty('sea', 'background-color', sea);
  });
  ground(map);
  map.touchZoomRotate.disableRotation();
  map.addControl(new gl.NavigationControl({ showCompass: false }), 'top-right');
  map.addControl(new gl.ScaleControl({}), 'bottom-left');
  /** @type {any} */ (globalThis).tripmeterMap = map; // what tests look through
  return map;
}
