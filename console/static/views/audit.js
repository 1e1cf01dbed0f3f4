/** Audit: who did what, in a chain in which nothing can be altered unseen. */

import { html, useSignal } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { get } from '../lib/api.js';
import { refine, route } from '../lib/router.js';
import { use } from '../lib/use.js';
import { Failed, Head, Time, Waiting } from '../ui/parts.js';
import { Table } from '../ui/table.js';

export function Audit() {
  const { cursor = '' } = route.value.query;
  const known = use('audit', { cursor, limit: 200 });
  const verdict = useSignal(/** @type {any} */ (null));
  const verify = async () => (verdict.value = await get('audit/verify').catch((error) => ({ error })));
  return html`<${Head} title=${t('screen.audit')}><button onClick=${verify}>${t('ledger.verify')}</button><//>
    ${verdict.value?.error && html`<${Failed} error=${verdict.value.error} />`}
    ${verdict.value && !verdict.value.error && html`<div class=${`notice ${verdict.value.good ? '' : 'bad'}`} role="status">${t(verdict.value.good ? 'audit.good' : 'audit.bad')}</div>`}
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${Table} caption=${t('screen.audit')} columns=${columns()} rows=${known.data.items} id=${(/** @type {any} */ row) => String(row.id)} />
      ${known.data.cursor && html`<p class="choices"><button onClick=${() => refine({ cursor: known.data.cursor })}>${t('table.next')}</button></p>`}` : !known.error && html`<${Waiting} />`}`;
}

function columns() {
  return [
    { key: 'at', label: t('col.time'), show: (/** @type {any} */ row) => html`<${Time} at=${row.at} seconds=${true} />` },
    { key: 'actor', label: t('col.who') },
    { key: 'action', label: t('col.what'), show: (/** @type {any} */ row) => html`<code>${row.action}</code>` },
    { key: 'fleet_id', label: t('portfolio.fleets') },
    { key: 'about', label: t('audit.about'), show: (/** @type {any} */ row) => html`<code>${row.about}</code>` },
    { key: 'detail', label: t('quarantine.detail'), show: (/** @type {any} */ row) => html`<code>${typeof row.detail === 'string' ? row.detail : JSON.stringify(row.detail)}</code>` },
  ];
}
