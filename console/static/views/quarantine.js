/** Quarantine: what could not be used, with its reason; read again when the cause is mended, or dropped for good. */

import { html, useSignal } from '../lib/html.js';
import { counted, t, word } from '../lib/i18n.js';
import { decided } from '../lib/decided.js';
import { number } from '../lib/format.js';
import { pages } from '../lib/pages.js';
import { href, route } from '../lib/router.js';
import { use } from '../lib/use.js';
import { count } from '../ui/columns.js';
import { Dialog } from '../ui/dialog.js';
import { Failed, Head, Time, Waiting } from '../ui/parts.js';
import { Table } from '../ui/table.js';
import { Choice } from '../ui/choice.js';

export function Quarantine() {
  const { reason = '' } = route.value.query;
  const reasons = use('quarantine/reasons', {});
  const known = pages('quarantine', { reason });
  const after = () => [reasons, known].forEach((each) => each.again());
  const options = (reasons.data ?? []).map((/** @type {any} */ one) => [one.reason, `${word('aside', one.reason)} (${number(one.count)})`]);
  return html`<${Head} title=${t('screen.quarantine')}>${reason && html`<${Decisions} said=${{ reason }} about=${word('aside', reason)} after=${after} />`}<//>
    <p class="hint">${t('quarantine.lead')}</p>
    <div class="filters"><${Choice} name="reason" value=${reason} label=${t('quarantine.reason')} options=${[['', t('inbox.any')], ...options]} /></div>
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${Table} caption=${t('screen.quarantine')} columns=${columns()} rows=${known.data.items} list=${known} id=${(/** @type {any} */ row) => row.id} empty=${t('quarantine.empty')} />` : !known.error && html`<${Waiting} />`}`;
}

/** Have them read again, or drop them: all of what they are `about`, or one. @param {{ said: object, about?: string, after: () => void }} given */
export function Decisions({ said, about = '', after }) {
  const asked = useSignal('');
  const carry = () => decided(`quarantine/${asked.value}`, said, { done: ({ rows }) => counted(`quarantine.done.${asked.value}`, rows), after });
  return html`${['replay', 'drop'].map((action) => html`<button key=${action} onClick=${() => (asked.value = action)}>${t(`quarantine.${action}`)}</button>`)}
    ${asked.value && html`<${Dialog} title=${t(`quarantine.${asked.value}`)} go=${t(`quarantine.${asked.value}`)} onGo=${carry} onLeave=${() => (asked.value = '')}><p>${t(about ? `quarantine.${asked.value}_asks` : `quarantine.${asked.value}_asks_one`, { reason: about })}</p><//>`}`;
}

function columns() {
  return [
    { key: 'received_at', label: t('col.time'), show: (/** @type {any} */ row) => html`<a href=${href(`/quarantine/${encodeURIComponent(row.id)}`)}><${Time} at=${row.received_at} /></a>` },
    { key: 'reason', label: t('quarantine.reason'), show: (/** @type {any} */ row) => word('aside', row.reason) },
    { key: 'detail', label: t('quarantine.detail'), show: (/** @type {any} */ row) => html`<code>${row.detail}</code>` },
    { key: 'topic', label: t('quarantine.topic'), show: (/** @type {any} */ row) => html`<code>${row.topic}</code>` },
    count('bytes', t('quarantine.bytes')),
    { key: 'again', label: t('col.status'), show: (/** @type {any} */ row) => (row.again ? t('quarantine.again') : '–') },
  ];
}
