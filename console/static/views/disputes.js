/** Disputes: what fleets dismissed, and whether the insurer lets it reach the price. */

import { html, useSignal } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { decided } from '../lib/decided.js';
import { href } from '../lib/router.js';
import { may } from '../lib/session.js';
import { use } from '../lib/use.js';
import { Dialog } from '../ui/dialog.js';
import { Failed, Head, Time, Waiting } from '../ui/parts.js';
import { Table } from '../ui/table.js';

/** @typedef {{ id: string, action: string }} Asked */

export function Disputes() {
  const asked = useSignal(/** @type {Asked | null} */ (null));
  const known = use('pricing/disputes', { limit: 1000 });
  const judge = (/** @type {Record<string, string>} */ said) => {
    const { id, action } = /** @type {Asked} */ (asked.value);
    return decided(`pricing/disputes/${id}/${action}`, said, { after: known.again });
  };
  return html`<${Head} title=${t('screen.disputes')} /><p class="hint">${t('disputes.lead')}</p>
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${Table} caption=${t('screen.disputes')} columns=${columns((id, action) => (asked.value = { id, action }))} rows=${known.data.items} id=${(/** @type {any} */ row) => row.alert_id} empty=${t('disputes.empty')} />` : !known.error && html`<${Waiting} />`}
    ${asked.value && html`<${Dialog} title=${t(`disputes.${asked.value.action}`)} go=${t(`disputes.${asked.value.action}`)} onGo=${judge} onLeave=${() => (asked.value = null)}>
      <label>${t('disputes.reason')}<textarea name="reason" rows="3" required data-first></textarea></label><//>`}`;
}

/** @param {(id: string, action: string) => void} ask */
function columns(ask) {
  const judging = may('underwriter');
  return [
    { key: 'at', label: t('col.time'), show: (/** @type {any} */ row) => html`<${Time} at=${row.at} />` },
    { key: 'kind', label: t('col.kind'), show: (/** @type {any} */ row) => html`<a href=${href(`/alerts/${row.alert_id}`)}>${word('kind', row.kind)}</a>` },
    { key: 'vehicle', label: t('col.vehicle') },
    { key: 'why', label: t('col.why'), show: (/** @type {any} */ row) => [row.why && word('dismissal', row.why), row.reason].filter(Boolean).join('; ') },
    { key: 'actor', label: t('col.who') },
    { key: 'state', label: t('col.state'), show: (/** @type {any} */ row) => html`${t(`dispute.${row.state}`)} ${row.judged_by && html`<small>${row.judged_by}: ${row.judgement}</small>`}` },
    { key: 'act', label: t('col.actions'), fixed: true, show: (/** @type {any} */ row) => (judging && row.state === 'waiting' ? html`<button onClick=${() => ask(row.alert_id, 'accept')}>${t('disputes.accept')}</button> <button onClick=${() => ask(row.alert_id, 'refuse')}>${t('disputes.refuse')}</button>` : '') },
  ];
}
