/** Premiums: a row a vehicle and cover; each explains itself. */

import { html } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { day, money, number, percent } from '../lib/format.js';
import { href, route } from '../lib/router.js';
import { use } from '../lib/use.js';
import { Failed, Filed, Head, Waiting } from '../ui/parts.js';
import { Files } from '../ui/report.js';
import { Table } from '../ui/table.js';
import { Field } from './trips.js';

export function Premiums() {
  const { vehicle = '', cover = '' } = route.value.query;
  const known = use('pricing/premiums', { vehicle, cover, limit: 1000 });
  return html`<${Head} title=${t('screen.premiums')}>
<${Files} path="pricing/premiums" query=${{ vehicle, cover }} /><//>
    <div class="filters"><${Field} name="vehicle" value=${vehicle} label=${t('col.vehicle')} /></div>
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${Table} caption=${t('screen.premiums')} columns=${columns()} rows=${known.data.items} id=${(/** @type {any} */ row) => row.premium_id} empty=${t('premiums.empty')} />` : !known.error && html`<${Waiting} />`}`;
}

function columns() {
  return [
    { key: 'vehicle_id', label: t('col.vehicle'), show: (/** @type {any} */ row) => html`<a href=${href(`/premiums/${row.vehicle}`, { cover: row.cover })}>${row.vehicle_id}</a>` },
    { key: 'policy_id', label: t('premiums.policy') },
    { key: 'cover', label: t('premiums.cover'), show: (/** @type {any} */ row) => word('cover', row.cover) },
    { key: 'valid_from', label: t('premiums.term'), show: (/** @type {any} */ row) => `${day(row.valid_from)} – ${day(row.valid_to)}` },
    { key: 'kind', label: t('col.kind'), show: (/** @type {any} */ row) => word('premium', row.kind) },
    { key: 'amount', label: t('premiums.amount'), number: true, by: (/** @type {any} */ row) => Number(row.amount), show: (/** @type {any} */ row) => html`<b>${money(row.amount, row.currency)}</b>` },
    { key: 'reasons', label: t('premiums.reasons'), fixed: true, show: (/** @type {any} */ row) => row.reasons.map(reason).join(', ') || '–' },
    { key: 'km_measured', label: t('devices.measured'), number: true, show: (/** @type {any} */ row) => number(row.km_measured) },
    { key: 'credibility', label: t('drivers.credibility'), number: true, show: (/** @type {any} */ row) => percent(row.credibility) },
    { key: 'status', label: t('col.status'), show: (/** @type {any} */ row) => html`<${Filed} status=${row.status} />` },
  ];
}

/** @param {{ name: string, effect: string }} given */
function reason({ name, effect }) {
  return `${word('factor', name)} ×${Number(effect).toFixed(2)}`;
}
