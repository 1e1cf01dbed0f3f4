/** Strips: which signals of a recording are drawn, in which order and unit. */

/** @typedef {import('./trace.js').Strip} Strip */

export const LEAST_KPA = 40; // of an axis: what a tyre gains in the sun is no fault

const SIGNALS = /** @type {[string, string][]} */ ([
  ['speed_kmh', 'km/h'],
  ['accel_long_mps2', 'm/s²'],
  ['accel_lat_mps2', 'm/s²'],
  ['accel', 'm/s²'],
  ['brake_pedal_pct', '%'],
  ['brake_air_kpa', 'kPa'],
  ['coolant_c', '°C'],
  ['oil_pressure_kpa', 'kPa'],
  ['battery_v', 'V'],
  ['fuel_pct', '%'],
]);

/** @typedef {{ unit?: string, threshold?: number | null, kind?: string, subject?: string }} Event */

/**
 * The strips of a recording in columns, what its event was found in first, with its threshold.
 * @param {Record<string, any>} found @param {Event} [event] @returns {Strip[]}
 */
export function strips(found, event = {}) {
  const known = SIGNALS.filter(([name]) => found[name]?.length).map(([name, unit]) => ({
    key: name,
    unit,
    lines: [{ key: name, values: found[name] }],
    ...(name === 'speed_kmh' && found.speed_limit_kmh && { limit: found.speed_limit_kmh }),
  }));
  const tyres = Object.keys(found).filter((name) => /^tyre_.*_pressure_kpa$/.test(name));
  const main = signal(event);
  const own = tyres.filter((name) => place(name) === main);
  const all = [...known, ...[own, tyres.filter((name) => !own.includes(name))].filter((names) => names.length).map((names) => wheels(names, found))];
  return [...all.filter((strip) => strip.key === main), ...all.filter((strip) => strip.key !== main)].map((strip) => (strip.key === main ? marked(strip, event) : strip));
}

/** Wheels in one strip, a line each. @param {string[]} names @param {Record<string, any>} found @returns {Strip} */
function wheels(names, found) {
  const lines = names.map((name) => ({ key: place(name), values: found[name] }));
  return { key: lines.length > 1 ? 'tyres' : lines[0].key, unit: 'kPa', lines };
}

/** The name of a tyre's signal as alerts and lists have it: the outer one of a pair, 2LO, is 2L. @param {string} name */
function place(name) {
  return name.replace('O_pressure', '_pressure');
}

/** The signal an event was found in. @param {Event} event */
function signal({ kind = '', subject }) {
  return kind.startsWith('tyre_') && subject ? `tyre_${subject}_pressure_kpa` : SIDES[kind]?.signal;
}

/** @param {Strip} strip @param {Event} event */
function marked(strip, { unit, threshold, kind = '' }) {
  if (threshold === undefined || threshold === null || unit !== strip.unit || strip.limit) return strip;
  return { ...strip, thresholds: (SIDES[kind]?.signs ?? [1]).map((sign) => sign * threshold) };
}

/** Where a kind is found. Thresholds are told without a sign; which way the vehicle was pushed is the kind's. */
const SIDES = /** @type {Record<string, { signal: string, signs: number[] }>} */ ({
  speeding: { signal: 'speed_kmh', signs: [1] },
  brake_air_low: { signal: 'brake_air_kpa', signs: [1] },
  coolant_hot: { signal: 'coolant_c', signs: [1] },
  oil_pressure_low: { signal: 'oil_pressure_kpa', signs: [1] },
  battery_low: { signal: 'battery_v', signs: [1] },
  harsh_braking: { signal: 'accel_long_mps2', signs: [-1] },
  harsh_acceleration: { signal: 'accel_long_mps2', signs: [1] },
  harsh_cornering: { signal: 'accel_lat_mps2', signs: [-1, 1] },
  lane_change: { signal: 'accel_lat_mps2', signs: [-1, 1] },
});
