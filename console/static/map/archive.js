/** Archive: a map of streets out of one file (.pmtiles) that the console serves: its source, and how it is drawn. */

import { PMTiles, Protocol } from 'pmtiles';

const VECTOR = 1; // tile type of an archive's header

/** @type {Map<string, Promise<{ source: any, layers: (colours: Record<string, string>, language: string, borders: boolean) => any[] }>>} */
const known = new Map();

/** The archive at an address; its header is read once. @param {string} path @param {string} attribution */
export function archive(path, attribution) {
  const url = new URL(path, location.origin).href;
  const found = known.get(url) ?? read(url, attribution);
  known.set(url, found);
  return found;
}

/** @param {string} url @param {string} attribution */
async function read(url, attribution) {
  const [gl, protocol, file] = [await import('maplibre-gl'), new Protocol(), new PMTiles(url)];
  protocol.add(file);
  gl.addProtocol('pmtiles', protocol.tile);
  const { tileType } = await file.getHeader();
  const vector = tileType === VECTOR;
  const source = { type: vector ? 'vector' : 'raster', url: `pmtiles://${url}`, attribution, ...(!vector && { tileSize: 256 }) };
  return { source, layers: vector ? streets : () => [{ id: 'tiles', type: 'raster', source: 'tiles' }] };
}

/** Layers of the Protomaps schema (v4), plain: what is not in a file is not drawn. @param {Record<string, string>} c @param {string} language @param {boolean} borders */
function streets(c, language, borders) {
  const of = (/** @type {string} */ layer) => ({ source: 'tiles', 'source-layer': layer });
  const wide = (/** @type {number} */ most) => ['interpolate', ['exponential', 1.6], ['zoom'], 6, 0.4, 12, most / 5, 18, most * 3];
  const road = (/** @type {string} */ kind, /** @type {number} */ most) => ({ id: `road-${kind}`, type: 'line', ...of('roads'), filter: ['==', ['get', 'kind'], kind], layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': c.line, 'line-width': wide(most) } });
  const name = language.startsWith('zh') ? ['coalesce', ['get', 'name:zh-Hans'], ['get', 'name:zh'], ['get', 'name']] : ['coalesce', ['get', 'name:en'], ['get', 'name']];
  const label = (/** @type {string} */ layer, /** @type {any} */ layout) => ({ id: `name-${layer}`, type: 'symbol', ...of(layer), layout: { 'text-field': name, 'text-font': ['sans-serif'], 'text-size': 12, ...layout }, paint: { 'text-color': c.text, 'text-halo-color': c.halo, 'text-halo-width': 1.2 } });
  return [
    { id: 'earth', type: 'fill', ...of('earth'), paint: { 'fill-color': c.land } },
    { id: 'water', type: 'fill', ...of('water'), filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': c.water } },
    { id: 'buildings', type: 'fill', ...of('buildings'), minzoom: 14, paint: { 'fill-color': c.line, 'fill-opacity': 0.4 } },
    road('path', 1),
    road('minor_road', 4),
    road('major_road', 7),
    road('highway', 10),
    ...(borders ? [{ id: 'borders', type: 'line', ...of('boundaries'), paint: { 'line-color': c.line, 'line-dasharray': [3, 2] } }] : []),
    label('roads', { 'symbol-placement': 'line', 'text-size': 11 }),
    label('places', { 'text-size': ['interpolate', ['linear'], ['zoom'], 4, 11, 12, 16] }),
  ];
}
