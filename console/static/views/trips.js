/** Trips: what was driven, newest first; each can be replayed. */

import { html } from '../lib/html.js';
import { counted, t } from '../lib/i18n.js';
import { midnight } from '../lib/zoned.js';
import { href, refine, route } from '../lib/router.js';
import { pages } from '../lib/pages.js';
import { Failed, Head, Time, Waiting } from '../ui/parts.js';
import { Places } from '../ui/places.js';
import { count, lasting } from '../ui/columns.js';
import { Table } from '../ui/table.js';
import { DriverLink, VehicleLink } from '../ui/links.js';

export function Trips() {
  const { vehicle = '', driver = '', from = '', to = '', fleet = '', site = '' } = route.value.query;
  const asked = { vehicle, driver, fleet, site, from: from && midnight(from), to: to && midnight(to, 1) }; // the last day is meant to be in it
  const known = pages('trips', asked, { sort: 'sort' });
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
    ${known.data ? html`<${List} list=${known} />` : !known.error && html`<${Waiting} />`}`;
}

/** @param {{ name: string, value: string, label: string, type?: string }} given */
export function Field({ name, value, label, type = 'search' }) {
  return html`<label>${label}<input type=${type} value=${value} onChange=${(/** @type {any} */ event) => refine({ [name]: event.target.value.trim() })} /></label>`;
}

/** @param {{ list: import('../lib/pages.js').Pages }} given */
function List({ list }) {
  const columns = [
    { key: 'start', label: t('trips.start'), show: (/** @type {any} */ row) => html`<a href=${href(`/trips/${row.trip_id}`)}><${Time} at=${row.start} /></a>` },
    { key: 'vehicle', label: t('col.vehicle'), show: (/** @type {any} */ row) => html`<${VehicleLink} id=${row.vehicle} />` },
    { key: 'driver_id', label: t('col.driver'), show: (/** @type {any} */ row) => html`<${DriverLink} fleet=${row.fleet_id} id=${row.driver_id} name=${row.driver_name} />` },
    count('km', t('trips.km'), 1),
    lasting('driving_s', t('trips.driving')),
    lasting('idle_s', t('status.idle')),
    lasting('night_s', t('trips.night')),
    { key: 'status', label: t('col.status'), show: (/** @type {any} */ row) => t(row.status === 'open' ? 'trips.open' : 'trips.closed') },
  ];
  return html`<p class="hint">${counted('trips.count', list.data.total)}</p>
    <${Table} caption=${t('screen.trips')} columns=${columns} rows=${list.data.items} list=${list} id=${(/** @type {any} */ row) => row.trip_id} empty=${t('trips.empty')} />`;
}
