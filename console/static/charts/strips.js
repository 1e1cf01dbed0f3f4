/** Strips: which signals of a recording are drawn, in which order and unit. */

/** @typedef {import('./trace.js').Strip} Strip */

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

/**
 * The strips of a recording in columns; its event's threshold is drawn where it is of the same unit.
 * @param {Record<string, any>} found @param {{ unit?: string, threshold?: number | null, kind?: string }} [event] @returns {Strip[]}
 */
export function strips(found, event = {}) {
  const known = SIGNALS.filter(([name]) => found[name]?.length).map(([name, unit]) => ({
    key: name,
    unit,
    values: found[name],
    ...(name === 'speed_kmh' && found.speed_limit_kmh && { limit: found.speed_limit_kmh }),
  }));
  const tyres = Object.keys(found).filter((name) => /^tyre_.*_pressure_kpa$/.test(name));
  return [...known, ...tyres.map((name) => ({ key: name, unit: 'kPa', values: found[name] }))].map((strip) => marked(strip, event));
}

/** @param {Strip} strip @param {{ unit?: string, threshold?: number | null, kind?: string }} event */
function marked(strip, { unit, threshold, kind = '' }) {
  if (threshold === undefined || threshold === null || unit !== strip.unit || strip.limit) return strip;
  if (!strip.key.startsWith('accel')) return { ...strip, thresholds: [threshold] };
  const sides = SIDES[kind];
  return sides && sides.signal === strip.key ? { ...strip, thresholds: sides.signs.map((sign) => sign * threshold) } : strip;
}

/** Thresholds are told without a sign; which way the vehicle was pushed is the kind's. */
const SIDES = /** @type {Record<string, { signal: string, signs: number[] }>} */ ({
  harsh_braking: { signal: 'accel_long_mps2', signs: [-1] },
  harsh_acceleration: { signal: 'accel_long_mps2', signs: [1] },
  harsh_cornering: { signal: 'accel_lat_mps2', signs: [-1, 1] },
  lane_change: { signal: 'accel_lat_mps2', signs: [-1, 1] },
});
