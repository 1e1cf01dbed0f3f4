/** Drawer: one vehicle: what it does now, who drives it, its open alerts, who stands beside it, and the ways on from here. */

import { html, useEffect, useRef } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { freshness, lookOf, positions, roster, tick } from '../lib/fleet.js';
import { order, open } from '../lib/alerts.js';
import { href, refine, route } from '../lib/router.js';
import { number, span } from '../lib/format.js';
import { may } from '../lib/session.js';
import { LATELY_S, use } from '../lib/use.js';
import { GAP_S, trail } from '../map/trail.js';
import { Axles } from '../ui/axles.js';
import { DriverLink } from '../ui/links.js';
import { Fact, Priority, Status, Time } from '../ui/parts.js';

const TRAIL_S = 20; // between two looks at where it has been
const FIELDS = 't,lat_deg,lon_deg,speed_limit_kmh';
const BESIDE = 0.0005; // degrees: some fifty metres
const MOST = 8; // of those beside it

/** @param {{ at: number, vehicle: import('../lib/fleet.js').Vehicle }} given */
export function Drawer({ at, vehicle }) {
  tick.value;
  const known = use(`vehicles/${vehicle.id}`, {}, { every_s: LATELY_S });
  const lately = use(`vehicles/${vehicle.id}/trace`, { fields: FIELDS }, { every_s: TRAIL_S }); // its last half hour
  useEffect(() => {
    trail.value = lately.data;
    return () => void (trail.value = null);
  }, [lately.data]);
  const more = { ...vehicle, ...known.data };
  const seen = !Number.isNaN(positions.age[at]);
  return html`<aside class="drawer" aria-label=${t('drawer.label', { vehicle: vehicle.vehicle_id })}>
    <header><h2>${vehicle.vehicle_id} ${more.plate && html`<small>${more.plate}</small>`}</h2>
      <button aria-label=${t('act.close')} onClick=${() => refine({ vehicle: '', follow: '' })}>✕</button></header>
    <p><${Status} status=${lookOf(at)} /> ${seen && html`<span class=${freshness(at)}>${t('drawer.fix', { time: span(positions.age[at]) })}</span>`}</p>
    <${Ways} id=${vehicle.id} />
    <dl class="facts">
      <${Speed} speed=${seen ? positions.speed[at] : NaN} limit=${limit(lately.data)} />
      <${Fact} label=${t('col.driver')} value=${html`<${DriverLink} fleet=${more.fleet_id} id=${more.driver_id} name=${more.driver_name} />`} note=${more.driver_id && html`<${Scored} fleet=${more.fleet_id} id=${more.driver_id} />`} />
      <${Fact} label=${t('col.class')} value=${word('class', more.class) || '–'} />
      <${Fact} label=${t('col.site')} value=${more.site || '–'} />
    </dl>
    <${Beside} at=${at} />
    ${more.tyres?.length ? html`<${Axles} tyres=${more.tyres} small=${true} />` : null}
    <${Mine} vehicle=${vehicle.id} />
  </aside>`;
}

/** What to do with it, and where more of it is. @param {{ id: string }} given */
function Ways({ id }) {
  const trip = use('trips', { vehicle: id, limit: 1 }, { every_s: LATELY_S }).data?.items[0];
  const following = route.value.query.follow === 'yes';
  return html`<p class="choices">
    <button aria-pressed=${following} onClick=${() => refine({ follow: following ? '' : 'yes' })}>${t('drawer.follow')}</button>
    ${trip && html`<a class="button" href=${href(`/trips/${trip.trip_id}`, { at: trip.end })}>${t(trip.status === 'open' ? 'drawer.trip' : 'drawer.last_trip')}</a>`}
    <a class="button" href=${href('/trips', { vehicle: id })}>${t('screen.trips')}</a>
    <a class="button" href=${href('/tyres', { vehicle: id })}>${t('screen.tyres')}</a>
    ${may('manager') && html`<a class="button" href=${href('/tasks', { make: id })}>${t('alert.task')}</a>`}
  </p>`;
}

/** Who drives, by their score; where too little was driven there is none. @param {{ fleet: string, id: string }} given */
function Scored({ fleet, id }) {
  const name = `${fleet}/${encodeURIComponent(id)}`;
  const { data } = use(`drivers/${name}/score`, {});
  return data && html`${t('drivers.score')}: ${data.provisional || data.score === null ? t('drivers.too_little') : number(data.score, 1)}`;
}

/** What is open about it, each to be acknowledged here; the next one then has the focus. @param {{ vehicle: string }} given */
function Mine({ vehicle }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const mine = open.value.filter((one) => one.vehicle === vehicle).sort(order);
  const acted = useRef(-1);
  useEffect(() => {
    if (acted.current < 0 || document.activeElement !== document.body) return;
    const left = [...(list.current?.querySelectorAll('button') ?? [])];
    (left[Math.min(acted.current, left.length - 1)] ?? list.current)?.focus();
    acted.current = -1;
  }, [mine.length]);
  const take = (/** @type {string} */ id, /** @type {number} */ k) => {
    acted.current = k;
    void import('../lib/acting.js').then(({ act }) => act([id], 'ack'));
  };
  return html`<section ref=${list} tabindex="-1"><h3>${t('drawer.alerts', { n: mine.length })}</h3>
    <ul class="plain">${mine.map((one, k) => html`<li key=${one.alert_id}><${Priority} priority=${one.priority} /> <a href=${href(`/alerts/${one.alert_id}`)}>${word('kind', one.kind)} ${one.subject}</a> <${Time} at=${one.last_seen} />
      ${may('manager') && html` <button class="link" onClick=${() => take(one.alert_id, k)}>${t('today.ack')}</button>`}</li>`)}</ul></section>`;
}

/** How fast, against what is allowed there. @param {{ speed: number, limit: number | null }} given */
function Speed({ speed, limit: most }) {
  const over = most !== null && speed > most;
  const note = most === null ? t('drawer.no_limit') : t('drawer.limit', { limit: number(most, 0, 'km/h') });
  return html`<${Fact} label=${t('col.speed')} value=${html`<span class=${over ? 'verdict bad' : ''}>${number(speed, 0, 'km/h')}</span>`} note=${note} />`;
}

/** The limit where it was last, if that is told by a sample of the last half minute: not all have one. @param {Record<string, any> | null} found @returns {number | null} */
function limit(found) {
  const { t: times = [], speed_limit_kmh: limits = [] } = found ?? {};
  const k = limits.findLastIndex((/** @type {number | null} */ one) => one !== null);
  return k >= 0 && times.at(-1) - times[k] <= GAP_S ? limits[k] : null;
}

/** Vehicles that stand where this one does, as at a depot, where their marks lie on each other. @param {{ at: number }} given */
function Beside({ at }) {
  const { lon, lat } = positions;
  if (Number.isNaN(lon[at])) return null;
  const others = positions.near(lon[at], lat[at], BESIDE, (i) => i !== at);
  if (!others.length) return null;
  return html`<p class="hint">${t('drawer.beside', { n: others.length })} ${others.slice(0, MOST).map((i) => html`<a key=${i} href=${href('/', { ...route.value.query, vehicle: roster.value[i]?.id })}>${roster.value[i]?.vehicle_id}</a> `)}${others.length > MOST && '…'}</p>`;
}
