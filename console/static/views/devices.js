/** Devices: what is heard of each box, how well, and where the fleet is blind. */

import { html } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { pages } from '../lib/pages.js';
import { route } from '../lib/router.js';
import { LATELY_S } from '../lib/use.js';
import { Failed, Head, Status, Waiting } from '../ui/parts.js';
import { Places } from '../ui/places.js';
import { count, moment, share } from '../ui/columns.js';
import { Table } from '../ui/table.js';
import { VehicleLink } from '../ui/links.js';

export function Devices() {
  const { fleet = '', site = '' } = route.value.query;
  const known = pages('devices', { fleet, site }, { every_s: LATELY_S, sort: 'sort' });
  if (known.error && !known.data) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  return html`<${Head} title=${t('screen.devices')} /><p class="hint">${t('devices.lead')}</p>
    <div class="filters"><${Places} query=${route.value.query} /></div>
    <${Table} caption=${t('screen.devices')} columns=${columns()} rows=${known.data.items} list=${known} id=${(/** @type {any} */ row) => row.vehicle} empty=${t('devices.empty')} />`;
}

function columns() {
  return [
    { key: 'vehicle', label: t('col.vehicle'), show: (/** @type {any} */ row) => html`<${VehicleLink} id=${row.vehicle} />` },
    { key: 'status', label: t('col.status'), show: (/** @type {any} */ row) => html`<${Status} status=${row.status} />` },
    moment('heard', t('devices.heard')),
    count('km_measured', t('devices.measured')),
    count('km_gap', t('devices.gap')),
    share('seen_share', t('devices.seen'), 1),
    share('observed_share', t('devices.observed')),
    share('driver_share', t('devices.driver')),
    { key: 'faults', label: t('devices.faults'), show: (/** @type {any} */ row) => told('kind', row.faults) },
    { key: 'set_aside', label: t('devices.aside'), show: (/** @type {any} */ row) => told('aside', row.set_aside) },
  ];
}

/** What there is of each kind. @param {string} family @param {Record<string, number>} counts */
function told(family, counts) {
  const found = Object.entries(counts).map(([kind, n]) => `${word(family, kind)}${n > 1 ? ` ×${n}` : ''}`);
  return found.join(', ') || '–';
}
