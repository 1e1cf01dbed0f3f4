/** Behind: what the sums of the portfolio are made of: claims, and vehicles day by day. */

import { html } from '../lib/html.js';
import { counted, t, word } from '../lib/i18n.js';
import { pages } from '../lib/pages.js';
import { href } from '../lib/router.js';
import { Asked, asked } from '../ui/asked.js';
import { amount, count, date, moment } from '../ui/columns.js';
import { Failed, Head, Waiting } from '../ui/parts.js';
import { Files } from '../ui/report.js';
import { Table } from '../ui/table.js';

/** @typedef {import('../ui/table.js').Column} Column */

const ASKED = { claims: ['fleet', 'cover', 'class', 'currency'], days: ['month', 'fleet', 'vehicle', 'from', 'to'] };

export function Claims() {
  return html`<${Behind} of="claims" columns=${claims()} id=${(/** @type {any} */ row) => `${row.fleet_id} ${row.claim_id}`} />`;
}

export function Days() {
  return html`<${Behind} of="days" columns=${days()} id=${(/** @type {any} */ row) => `${row.day} ${row.vehicle}`} />`;
}

/** @param {{ of: 'claims' | 'days', columns: Column[], id: (row: any) => string }} given */
function Behind({ of, columns, id }) {
  const wanted = asked(ASKED[of]);
  const path = `pricing/${of}`;
  const known = pages(path, wanted, { sort: 'sort' });
  return html`<${Head} title=${t(`screen.${of}`)}><${Files} path=${path} query=${known.asked} /><//>
    <p class="hint">${t(`${of}.lead`)} ${known.data && counted(`${of}.count`, known.data.total)}</p>
    <${Asked} names=${ASKED[of]} values=${wanted} />
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${Table} caption=${t(`screen.${of}`)} columns=${columns} rows=${known.data.items} list=${known} id=${id} />` : !known.error && html`<${Waiting} />`}`;
}

/** @returns {Column[]} */
function claims() {
  return [
    moment('loss_at', t('claims.loss')),
    { key: 'claim_id', label: t('claims.claim') },
    { key: 'vehicle', label: t('col.vehicle'), show: (row) => html`<a href=${href(`/premiums/${row.vehicle}`, { cover: row.cover })}>${row.vehicle}</a>` },
    { key: 'class', label: t('col.class'), show: (row) => word('class', row.class) },
    { key: 'cover', label: t('premiums.cover'), show: (row) => word('cover', row.cover) },
    { key: 'status', label: t('col.status'), show: (row) => word('claim', row.status) },
    moment('valued_at', t('claims.valued')),
    ...['paid', 'reserve', 'recovery', 'incurred'].map((name) => amount(name, t(`claims.${name}`))),
  ];
}

/** @returns {Column[]} */
function days() {
  return [
    date('day', t('days.day')),
    { key: 'vehicle', label: t('col.vehicle'), show: (row) => html`<a href=${href(`/premiums/${row.vehicle}`)}>${row.vehicle}</a>` },
    count('km_measured', t('devices.measured'), 1),
    count('km_gap', t('devices.gap'), 1),
  ];
}
