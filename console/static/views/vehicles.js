/** Vehicles: the live map as a table, with the same filters. */

import { html, useMemo } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { freshness, positions, roster, lookOf, tick } from '../lib/fleet.js';
import { href } from '../lib/router.js';
import { number, span } from '../lib/format.js';
import { Table } from '../ui/table.js';
import { Status } from '../ui/parts.js';
import { several } from '../ui/places.js';

/** @param {{ wanted: (i: number) => boolean }} given */
export function Vehicles({ wanted }) {
  const rows = useMemo(() => listed(wanted), [tick.value, wanted, roster.value]);
  return html`<${Table} caption=${t('vehicles.caption')} columns=${columns()} rows=${rows} id=${(/** @type {any} */ row) => row.id} empty=${t('vehicles.empty')} />`;
}

/** @param {(i: number) => boolean} wanted */
function listed(wanted) {
  const rows = [];
  for (let i = 0; i < positions.n; i++) {
    if (!wanted(i) || !roster.value[i]) continue;
    const at = { status: lookOf(i), speed: known(positions.speed[i]), age: known(positions.age[i]) };
    rows.push({ ...roster.value[i], ...at, fresh: freshness(i) });
  }
  return rows;
}

function columns() {
  return [
    { key: 'vehicle_id', label: t('col.vehicle'), show: (/** @type {any} */ row) => html`<a href=${href('/', { vehicle: row.id })}>${several.value ? row.id : row.vehicle_id}</a>` },
    { key: 'plate', label: t('col.plate') },
    { key: 'status', label: t('col.status'), show: (/** @type {any} */ row) => html`<${Status} status=${row.status} />` },
    { key: 'speed', label: t('col.speed'), number: true, unit: 'km/h', show: (/** @type {any} */ row) => number(row.speed, 0, 'km/h') },
    { key: 'driver_id', label: t('col.driver'), by: called, show: (/** @type {any} */ row) => html`<span title=${row.driver_id}>${called(row)}</span>` },
    { key: 'class', label: t('col.class'), show: (/** @type {any} */ row) => word('class', row.class) },
    { key: 'site', label: t('col.site') },
    { key: 'age', label: t('col.age'), number: true, unit: 's', show: (/** @type {any} */ row) => html`<span class=${row.fresh}>${span(row.age)}</span>` },
  ];
}

/** @param {any} row */
function called(row) {
  return row.driver_name || row.driver_id;
}

/** @param {number} value */
function known(value) {
  return Number.isNaN(value) ? null : value;
}
