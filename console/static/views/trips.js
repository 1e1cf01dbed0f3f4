/** Trips: what was driven, newest first; each can be replayed. */

import { html } from '../lib/html.js';
import { counted, t } from '../lib/i18n.js';
import { midnight, number, span } from '../lib/format.js';
import { href, refine, route } from '../lib/router.js';
import { use } from '../lib/use.js';
import { Failed, Head, Time, Waiting } from '../ui/parts.js';
import { Places } from '../ui/places.js';
import { Table } from '../ui/table.js';
import { DriverLink, VehicleLink } from '../ui/links.js';

export function Trips() {
  const { vehicle = '', driver = '', from = '', to = '', fleet = '', site = '', cursor = '' } = route.value.query;
  const asked = { vehicle, driver, fleet, site, from: from && midnight(from), to: to && midnight(to, 1), cursor, limit: 200 }; // the last day is meant to be in it
  const known = use('trips', asked);
  return html`
    <${Head} title=${t('screen.trips')} />
    <div class="filters" role="group" aria-label=${t('inbox.filters')}>
      <${Places} query=${route.value.query} />
      <${Field} name="vehicle" value=${vehicle} label=${t('col.vehicle')} />
      <${Field} name="driver" value=${driver} label=${t('col.driver')} />
      <${Field} name="from" value=${from} label=${t('trips.from')} type="date" />
      <${Field} name="to" value=${to} label=${t('trips.to')} type="date" />
    </div>
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${List} page=${known.data} />` : !known.error && html`<${Waiting} />`}`;
}

/** @param {{ name: string, value: string, label: string, type?: string }} given */
export function Field({ name, value, label, type = 'search' }) {
  return html`<label>${label}<input type=${type} value=${value} onChange=${(/** @type {any} */ event) => refine({ [name]: event.target.value.trim(), cursor: '' })} /></label>`;
}

/** @param {{ page: any }} given */
function List({ page }) {
  const columns = [
    { key: 'start', label: t('trips.start'), show: (/** @type {any} */ row) => html`<a href=${href(`/trips/${row.trip_id}`)}><${Time} at=${row.start} /></a>` },
    { key: 'vehicle', label: t('col.vehicle'), show: (/** @type {any} */ row) => html`<${VehicleLink} id=${row.vehicle} />` },
    { key: 'driver_id', label: t('col.driver'), show: (/** @type {any} */ row) => html`<${DriverLink} fleet=${row.fleet_id} id=${row.driver_id} />` },
    { key: 'km', label: t('trips.km'), number: true, show: (/** @type {any} */ row) => number(row.km, 1) },
    { key: 'driving_s', label: t('trips.driving'), number: true, show: (/** @type {any} */ row) => span(row.driving_s) },
    { key: 'idle_s', label: t('status.idle'), number: true, show: (/** @type {any} */ row) => span(row.idle_s) },
    { key: 'night_s', label: t('trips.night'), number: true, show: (/** @type {any} */ row) => span(row.night_s) },
    { key: 'status', label: t('col.status'), show: (/** @type {any} */ row) => t(row.status === 'open' ? 'trips.open' : 'trips.closed') },
  ];
  return html`<p class="hint">${counted('trips.count', page.total)}</p>
    <${Table} caption=${t('screen.trips')} columns=${columns} rows=${page.items} id=${(/** @type {any} */ row) => row.trip_id} empty=${t('trips.empty')} />
    ${page.cursor && html`<p class="choices"><button onClick=${() => refine({ cursor: page.cursor })}>${t('table.next')}</button></p>`}`;
}
