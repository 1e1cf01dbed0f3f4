/** Premiums: a row a vehicle and cover; each explains itself. */

import { html } from '../lib/html.js';
import { counted, t, word } from '../lib/i18n.js';
import { pages } from '../lib/pages.js';
import { href } from '../lib/router.js';
import { Asked, asked } from '../ui/asked.js';
import { amount, count, share, term } from '../ui/columns.js';
import { Failed, Filed, Head, Waiting } from '../ui/parts.js';
import { several } from '../ui/places.js';
import { Files } from '../ui/report.js';
import { Table } from '../ui/table.js';

const ASKED = ['vehicle', 'fleet', 'policy', 'cover', 'class', 'currency'];
const ALWAYS = ['vehicle', 'fleet', 'cover', 'class']; // fields that are there before anything is asked for

export function Premiums() {
  const wanted = asked(ASKED);
  const known = pages('pricing/premiums', wanted, { sort: 'sort' });
  return html`<${Head} title=${t('screen.premiums')}>
<${Files} path="pricing/premiums" query=${known.asked} /><//>
    <${Asked} names=${ASKED.filter((name) => wanted[name] || ALWAYS.includes(name))} values=${wanted} />
    ${known.data && html`<p class="hint">${counted('premiums.count', known.data.total)}</p>`}
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${Table} caption=${t('screen.premiums')} columns=${columns()} rows=${known.data.items} list=${known} id=${(/** @type {any} */ row) => row.premium_id} empty=${t('premiums.empty')} />` : !known.error && html`<${Waiting} />`}`;
}

function columns() {
  return [
    { key: 'vehicle', label: t('col.vehicle'), show: (/** @type {any} */ row) => html`<a href=${href(`/premiums/${row.vehicle}`, { cover: row.cover, from: row.valid_from })}>${several.value ? row.vehicle : row.vehicle_id}</a>` },
    { key: 'policy_id', label: t('premiums.policy') },
    { key: 'cover', label: t('premiums.cover'), show: (/** @type {any} */ row) => word('cover', row.cover) },
    term(t('premiums.term')),
    { key: 'kind', label: t('col.kind'), show: (/** @type {any} */ row) => word('premium', row.kind) },
    amount('amount', t('premiums.amount')),
    { key: 'reasons', label: t('premiums.reasons'), fixed: true, show: (/** @type {any} */ row) => row.reasons.map(reason).join(', ') || '–' },
    count('km_measured', t('devices.measured')),
    share('credibility', t('drivers.credibility')),
    { key: 'status', label: t('col.status'), show: (/** @type {any} */ row) => html`<${Filed} status=${row.status} />` },
  ];
}

/** @param {{ name: string, effect: string }} given */
function reason({ name, effect }) {
  return `${word('factor', name)} ×${Number(effect).toFixed(2)}`;
}
