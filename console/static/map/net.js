/** Net: meridians and parallels of a part of the map, some to each side, with their degrees. */

const STEPS = [30, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01]; // degrees between two lines
const LEAST = 3; // lines over the width
const NEAR = 1e-6; // of a step: what binary fractions leave

/** As GeoJSON. @param {number[]} box  degrees: west, south, east, north */
export function net([west, south, east, north]) {
  const step = STEPS.find((one) => (east - west) / one >= LEAST) ?? STEPS[STEPS.length - 1];
  const features = [
    ...multiples(west, east, step).map((lon) => line([[lon, south], [lon, north]], said(lon, step, 'E', 'W'))),
    ...multiples(south, north, step).map((lat) => line([[west, lat], [east, lat]], said(lat, step, 'N', 'S'))),
  ];
  return { type: 'FeatureCollection', features };
}

/** @param {number} from @param {number} to @param {number} step */
function multiples(from, to, step) {
  const [first, last] = [Math.ceil(from / step - NEAR), Math.floor(to / step + NEAR)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => (first + k) * step);
}

/** 8.5° E; 0° is on neither side. @param {number} degrees @param {number} step @param {string} above @param {string} below */
function said(degrees, step, above, below) {
  const digits = Math.max(0, Math.ceil(-Math.log10(step)));
  const side = Math.abs(degrees) < step / 2 ? '' : degrees > 0 ? ` ${above}` : ` ${below}`;
  return `${Math.abs(degrees).toFixed(digits)}°${side}`;
}

/** @param {number[][]} coordinates @param {string} text */
function line(coordinates, text) {
  return { type: 'Feature', properties: { said: text }, geometry: { type: 'LineString', coordinates } };
}
