/** Trip: a drive replayed: the way on a map, what was measured below it, and one moment that both show. */

import { html, useEffect, useMemo, useSignal } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { address } from '../lib/api.js';
import { clock, moment, number, span } from '../lib/format.js';
import { after } from '../lib/moments.js';
import '../lib/phrase.js'; // words of stops
import { stops } from '../lib/stops.js';
import { route } from '../lib/router.js';
import { use } from '../lib/use.js';
import { Trace } from '../charts/trace.js';
import { strips } from '../charts/strips.js';
import { placed, placedEvent } from '../map/datum.js';
import { PathMap } from '../map/path.js';
import { Fact, Failed, Head, Time, Waiting } from '../ui/parts.js';
import { DriverLink, VehicleLink } from '../ui/links.js';
import { useChosen } from '../ui/traces.js';

const PACES = [1, 2, 5, 10, 20, 60];
const FRAME_MS = 100;

/** @param {{ parts: string[] }} given */
export function Trip({ parts: [, id] }) {
  const known = use(`trips/${encodeURIComponent(id)}`, {});
  const traced = use(`trips/${encodeURIComponent(id)}/trace`, {});
  const found = useMemo(() => traced.data && placed(traced.data), [traced.data]);
  const events = useMemo(() => (known.data?.events ?? []).map(placedEvent), [known.data]);
  if (known.error) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  return html`<${Facts} trip=${known.data} id=${id} />
    ${traced.error && html`<${Failed} error=${traced.error} again=${traced.again} />`}
    ${traced.data?.t?.length ? html`<${Replay} found=${found} events=${events} />` : traced.data && html`<p>${t('alert.no_evidence')}</p>`}`;
}

/** @param {{ trip: any, id: string }} given */
function Facts({ trip, id }) {
  return html`<${Head} title=${t('trip.title', { vehicle: trip.vehicle_id })}>
      ${['gpx', 'csv'].map((fmt) => html`<a class="button" href=${address(`trips/${encodeURIComponent(id)}/trace`, { fmt })} download>${fmt.toUpperCase()}</a>`)}
    <//>
    <dl class="facts card">
      <${Fact} label=${t('col.vehicle')} value=${html`<${VehicleLink} id=${trip.vehicle} />`} />
      <${Fact} label=${t('col.driver')} value=${html`<${DriverLink} fleet=${trip.fleet_id} id=${trip.driver_id} name=${trip.driver_name} />`} />
      <${Fact} label=${t('trips.start')} value=${html`<${Time} at=${trip.start} />`} /><${Fact} label=${t('trip.end')} value=${html`<${Time} at=${trip.end} />`} />
      <${Fact} label=${t('trips.km')} value=${number(trip.km, 1, 'km')} /><${Fact} label=${t('trips.driving')} value=${span(trip.driving_s)} />
      <${Fact} label=${t('status.idle')} value=${span(trip.idle_s)} /><${Fact} label=${t('trips.night')} value=${span(trip.night_s)} />
    </dl>`;
}

/** @param {{ found: Record<string, any>, events: any[] }} given */
function Replay({ found, events }) {
  const times = /** @type {number[]} */ (found.t);
  const at = useSignal(after(times, (moment(route.value.query.at)?.getTime() ?? 0) / 1000)); // where the address says
  const pace = useSignal(10);
  const running = useSignal(false);
  const { buttons, shown } = useChosen(useMemo(() => strips(found), [found]));
  useEffect(() => {
    if (!running.value) return;
    let now = times[at.value];
    const timer = setInterval(() => {
      now += (pace.value * FRAME_MS) / 1000;
      at.value = after(times, now);
      if (at.value >= times.length - 1) running.value = false;
    }, FRAME_MS);
    return () => clearInterval(timer);
  }, [running.value, pace.value, times]);
  const step = (/** @type {number} */ by) => (at.value = Math.max(0, Math.min(times.length - 1, at.value + by)));
  return html`<section class="card" aria-label=${t('trip.replay')}>
    <${PathMap} found=${found} events=${events} at=${at.value} onAt=${(/** @type {number} */ k) => (at.value = k)} />
    <div class="player" role="group" aria-label=${t('trip.replay')}>
      <button onClick=${() => (running.value = !running.value)} aria-pressed=${running.value}>${t(running.value ? 'trip.pause' : 'trip.play')}</button>
      <button onClick=${() => step(-1)} aria-label=${t('trip.back')}>◀</button>
      <input type="range" min="0" max=${times.length - 1} value=${at.value} aria-label=${t('trip.moment')} aria-valuetext=${clock(times[at.value], true)} onInput=${(/** @type {any} */ event) => (at.value = Number(event.target.value))} />
      <button onClick=${() => step(1)} aria-label=${t('trip.on')}>▶</button>
      <output aria-live="off">${clock(times[at.value], true)}</output>
      <select aria-label=${t('trip.pace')} value=${pace.value} onChange=${(/** @type {any} */ event) => (pace.value = Number(event.target.value))}>${PACES.map((one) => html`<option value=${one}>${one}×</option>`)}</select>
    </div>
    ${events.length > 0 && html`<div class="ticks" role="group" aria-label=${t('trip.events')}>${events.map((one) => html`<button key=${one.id} onClick=${() => (at.value = after(times, (moment(one.start)?.getTime() ?? 0) / 1000))}>${clock(one.start, true)} ${word('kind', one.kind)}</button>`)}</div>`}
    <${Stops} found=${found} onStop=${(/** @type {number} */ t) => (at.value = after(times, t))} />
    ${buttons}
    <${Trace} caption=${t('trip.measured')} times=${times} strips=${shown} at=${at.value} onAt=${(/** @type {number} */ k) => (at.value = k)} />
  </section>`;
}

/** @param {{ found: Record<string, any>, onStop: (t: number) => void }} given */
function Stops({ found: { t: times, speed_kmh: speeds }, onStop }) {
  const all = useMemo(() => (speeds ? stops(times, speeds) : []), [times, speeds]);
  if (!all.length) return null;
  const total = t('stops.total', { n: number(all.length), time: span(all.reduce((sum, { s }) => sum + s, 0)) });
  return html`<p>${total}</p>
    <div class="ticks" role="group" aria-label=${t('stops.jump')}>${all.map(({ start, s }) => html`<button key=${start} onClick=${() => onStop(start)}>${clock(start, true)} · ${span(s)}</button>`)}</div>`;
}
