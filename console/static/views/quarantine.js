/** Quarantine: what could not be used, with its reason; read again when the cause is mended, or dropped for good. */

import { html, useSignal } from '../lib/html.js';
import { counted, t, word } from '../lib/i18n.js';
import { decided } from '../lib/decided.js';
import { number } from '../lib/format.js';
import { route } from '../lib/router.js';
import { use } from '../lib/use.js';
import { Dialog } from '../ui/dialog.js';
import { Failed, Head, Time, Waiting } from '../ui/parts.js';
import { Table } from '../ui/table.js';
import { Choice } from '../ui/choice.js';

export function Quarantine() {
  const { reason = '' } = route.value.query;
  const reasons = use('quarantine/reasons', {});
  const known = use('quarantine', { reason, limit: 500 });
  const asked = useSignal('');
  const carry = () => {
    const action = asked.value;
    const after = () => [reasons, known].forEach((each) => each.again());
    return decided(`quarantine/${action}`, { reason }, { done: ({ rows }) => counted(`quarantine.done.${action}`, rows), after });
  };
  const options = (reasons.data ?? []).map((/** @type {any} */ one) => [one.reason, `${word('aside', one.reason)} (${number(one.count)})`]);
  return html`<${Head} title=${t('screen.quarantine')}>
      <button disabled=${!reason} onClick=${() => (asked.value = 'replay')}>${t('quarantine.replay')}</button>
      <button disabled=${!reason} onClick=${() => (asked.value = 'drop')}>${t('quarantine.drop')}</button>
    <//>
    <p class="hint">${t('quarantine.lead')}</p>
    <div class="filters"><${Choice} name="reason" value=${reason} label=${t('quarantine.reason')} options=${[['', t('inbox.any')], ...options]} /></div>
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${Table} caption=${t('screen.quarantine')} columns=${columns()} rows=${known.data.items} id=${(/** @type {any} */ row) => row.id} empty=${t('quarantine.empty')} />` : !known.error && html`<${Waiting} />`}
    ${known.data?.cursor && html`<p class="more">${t('table.more', { shown: known.data.items.length, all: known.data.total })}</p>`}
    ${asked.value && html`<${Dialog} title=${t(`quarantine.${asked.value}`)} go=${t(`quarantine.${asked.value}`)} onGo=${carry} onLeave=${() => (asked.value = '')}><p>${t(`quarantine.${asked.value}_asks`, { reason: word('aside', reason) })}</p><//>`}`;
}

function columns() {
  return [
    { key: 'received_at', label: t('col.time'), show: (/** @type {any} */ row) => html`<${Time} at=${row.received_at} />` },
    { key: 'reason', label: t('quarantine.reason'), show: (/** @type {any} */ row) => word('aside', row.reason) },
    { key: 'detail', label: t('quarantine.detail'), show: (/** @type {any} */ row) => html`<code>${row.detail}</code>` },
    { key: 'topic', label: t('quarantine.topic'), show: (/** @type {any} */ row) => html`<code>${row.topic}</code>` },
    { key: 'bytes', label: t('quarantine.bytes'), number: true, show: (/** @type {any} */ row) => number(row.bytes) },
    { key: 'again', label: t('col.status'), show: (/** @type {any} */ row) => (row.again ? t('quarantine.again') : '–') },
  ];
}
