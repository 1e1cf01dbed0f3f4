/** Runs: what was posted, sealed, accepted and taken away as a file, by whom; each file can be made again. */

import { html } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { address } from '../lib/api.js';
import { pages } from '../lib/pages.js';
import { count, date, moment } from '../ui/columns.js';
import { Failed, Head, Waiting } from '../ui/parts.js';
import { Files } from '../ui/report.js';
import { Table } from '../ui/table.js';

export function Runs() {
  const known = pages('pricing/runs', {});
  const seals = pages('pricing/seals', {});
  return html`<${Head} title=${t('screen.runs')}><${Files} path="pricing/runs" /><//>
    <p class="hint">${t('runs.hint')}</p>
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${Table} caption=${t('screen.runs')} columns=${done()} rows=${known.data.items} list=${known} id=${(/** @type {any} */ row) => `${row.at} ${row.action} ${row.sha256 ?? row.about}`} empty=${t('runs.empty')} />` : !known.error && html`<${Waiting} />`}
    <section class="card"><header class="head"><h2>${t('runs.seals')}</h2><div class="tools"><${Files} path="pricing/seals" /></div></header>
      ${seals.data && html`<${Table} caption=${t('runs.seals')} name="seal" columns=${sealed()} rows=${seals.data.items} list=${seals} id=${(/** @type {any} */ row) => String(row.number)} empty=${t('runs.no_seals')} />`}</section>`;
}

function done() {
  return [
    moment('at', t('col.time')),
    { key: 'actor', label: t('col.who') },
    { key: 'action', label: t('col.what'), show: (/** @type {any} */ row) => word('run', row.action) },
    { key: 'about', label: t('audit.about'), fixed: true, show: (/** @type {any} */ row) => (row.path ? row.path : row.about.slice(0, 24)) },
    { key: 'query', label: t('runs.with'), fixed: true, show: (/** @type {any} */ row) => html`<code>${Object.entries(row.query).map(([name, value]) => `${name} ${value}`).join(', ')}</code>` },
    count('rows', t('runs.rows')),
    { key: 'sha256', label: t('ledger.hash'), fixed: true, show: (/** @type {any} */ row) => (row.sha256 ? html`<code title=${row.sha256}>${row.sha256.slice(0, 12)}</code>` : '–') },
    { key: 'path', label: t('runs.again'), fixed: true, unsaved: true, show: (/** @type {any} */ row) => (row.path ? html`<a href=${address(row.path, row.query)} download>${t('runs.download')}</a>` : '') },
  ];
}

function sealed() {
  return [
    { key: 'number', label: t('ledger.number'), number: true },
    date('day', t('runs.day')),
    count('policies', t('runs.policies')),
    count('entries', t('runs.entries')),
    { key: 'signature', label: t('runs.signature'), fixed: true, show: (/** @type {any} */ row) => html`<code title=${row.signature}>${row.signature.slice(0, 24)}</code>` },
  ];
}
