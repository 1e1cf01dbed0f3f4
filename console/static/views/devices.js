/** Devices: what is heard of each box, how well, and where the fleet is blind. */

import { html } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { number, percent } from '../lib/format.js';
import { route } from '../lib/router.js';
import { LATELY_S, use } from '../lib/use.js';
import { Failed, Head, Status, Time, Waiting } from '../ui/parts.js';
import { Places, within } from '../ui/places.js';
import { Table } from '../ui/table.js';
import { VehicleLink } from '../ui/links.js';

export function Devices() {
  const known = use('devices', { limit: 1000 }, { every_s: LATELY_S });
  if (known.error && !known.data) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  return html`<${Head} title=${t('screen.devices')} /><p class="hint">${t('devices.lead')}</p>
    <div class="filters"><${Places} query=${route.value.query} /></div>
    <${Table} caption=${t('screen.devices')} columns=${columns()} rows=${known.data.items.filter(within(route.value.query))} id=${(/** @type {any} */ row) => row.vehicle} empty=${t('devices.empty')} />`;
}

function columns() {
  return [
    { key: 'vehicle', label: t('col.vehicle'), show: (/** @type {any} */ row) => html`<${VehicleLink} id=${row.vehicle} />` },
    { key: 'status', label: t('col.status'), show: (/** @type {any} */ row) => html`<${Status} status=${row.status} />` },
    { key: 'heard', label: t('devices.heard'), show: (/** @type {any} */ row) => html`<${Time} at=${row.heard} />` },
    { key: 'km_measured', label: t('devices.measured'), number: true, show: (/** @type {any} */ row) => number(row.km_measured) },
    { key: 'km_gap', label: t('devices.gap'), number: true, show: (/** @type {any} */ row) => number(row.km_gap) },
    { key: 'seen_share', label: t('devices.seen'), number: true, show: (/** @type {any} */ row) => percent(row.seen_share, 1) },
    { key: 'observed_share', label: t('devices.observed'), number: true, show: (/** @type {any} */ row) => percent(row.observed_share) },
    { key: 'driver_share', label: t('devices.driver'), number: true, show: (/** @type {any} */ row) => percent(row.driver_share) },
    { key: 'faults', label: t('devices.faults'), by: (/** @type {any} */ row) => Object.keys(row.faults).length, show: (/** @type {any} */ row) => told('kind', row.faults) },
    { key: 'set_aside', label: t('devices.aside'), by: (/** @type {any} */ row) => Object.keys(row.set_aside).length, show: (/** @type {any} */ row) => told('aside', row.set_aside) },
  ];
}

/** What there is of each kind. @param {string} family @param {Record<string, number>} counts */
function told(family, counts) {
  const found = Object.entries(counts).map(([kind, n]) => `${word(family, kind)}${n > 1 ? ` ×${n}` : ''}`);
  return found.join(', ') || '–';
}
