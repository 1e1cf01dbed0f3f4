/** Evidence: what was measured around an alert, on the map and second by second with one cursor; and the way to its trip. */

import { html, useEffect, useMemo, useSignal } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { moment, number, span } from '../lib/format.js';
import { after } from '../lib/moments.js';
import { href } from '../lib/router.js';
import { Trace } from '../charts/trace.js';
import { LEAST_KPA, strips } from '../charts/strips.js';
import { placed, placedEvent } from '../map/datum.js';
import { lazy } from '../ui/lazy.js';

const PathMap = lazy(() => import('../map/path.js'), 'PathMap');

/** @param {{ one: any }} given  an alert in full */
export function Evidence({ one }) {
  const when = one.event?.start ?? one.first_seen;
  const start = (moment(when)?.getTime() ?? 0) / 1000;
  const kept = one.evidence?.t?.length ?? 0;
  const drawn = useMemo(() => shown(one, start), [one.alert_id, start, kept, Boolean(one.place)]); // what the stream tells makes no map anew
  const at = useSignal(0);
  useEffect(() => void (at.value = after(drawn.found.t, start)), [drawn]);
  const on = (/** @type {number} */ k) => (at.value = k);
  return html`<section class="card"><header class="head"><h2>${t('alert.evidence')}</h2>
      ${one.trip_id && html`<a class="button" href=${href(`/trips/${one.trip_id}`, { at: when })}>${t('alert.trip')}</a>`}</header>
    ${drawn.located && html`<${PathMap} label=${t('alert.map')} found=${drawn.found} events=${drawn.events} at=${at.value} onAt=${on} />`}
    ${one.wheel?.t.length > 0 && html`<${Wheel} one=${one} mark=${start || null} />`}
    ${kept
      ? html`<${Trace} caption=${t('alert.trace', { time: span(drawn.found.t[kept - 1] - drawn.found.t[0]) })} times=${drawn.found.t} strips=${drawn.strips} mark=${start || null} at=${at.value} onAt=${on} />`
      : html`<p>${t('alert.no_evidence')}</p>`}
  </section>`;
}

/** What the wheel of an alert held in the hours around it. @param {{ one: any, mark: number | null }} given */
function Wheel({ one: { subject, wheel }, mark }) {
  const { t: times, cold_kpa: values, placard_kpa: placard, threshold_kpa: threshold } = wheel;
  const key = `tyre_${subject}_pressure_kpa`;
  const drawn = [{ key, unit: 'kPa', least: LEAST_KPA, lines: [{ key, values }], ...(threshold !== null && { thresholds: [threshold] }) }];
  const told = [t('alert.wheel', { wheel: subject, low: number(Math.min(...values), 0), high: number(Math.max(...values), 0, 'kPa') }), threshold !== null && t('alert.wheel_threshold', { kpa: number(threshold, 0, 'kPa') }), placard !== null && t('alert.wheel_placard', { kpa: number(placard, 0, 'kPa') })];
  return html`<${Trace} caption=${told.filter(Boolean).join(' ')} times=${times} strips=${drawn} mark=${mark} dated />`;
}

/** Samples, events and strips as they are drawn; where no sample is kept, the place alone. @param {any} one @param {number} start */
function shown(one, start) {
  const { lon, lat } = one.place ?? {};
  const found = placed(one.evidence?.t?.length ? one.evidence : { t: [start], lon_deg: [lon ?? null], lat_deg: [lat ?? null] });
  const located = found.lon_deg.some((/** @type {number | null} */ x) => x !== null);
  return { found, located, events: [placedEvent(one)], strips: strips(found, one.event) };
}
