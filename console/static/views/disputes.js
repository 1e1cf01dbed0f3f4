/** Disputes: what fleets dismissed, and whether the insurer lets it reach the price. */

import { html, useSignal } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { decided } from '../lib/decided.js';
import { href } from '../lib/router.js';
import { may } from '../lib/session.js';
import { pages } from '../lib/pages.js';
import { Dialog } from '../ui/dialog.js';
import { Failed, Head, Time, Waiting } from '../ui/parts.js';
import { Table } from '../ui/table.js';

/** @typedef {{ id: string, action: string, rev: number }} Asked */

export function Disputes() {
  const asked = useSignal(/** @type {Asked | null} */ (null));
  const known = pages('pricing/disputes', {}, { sort: 'sort' });
  return html`<${Head} title=${t('screen.disputes')} /><p class="hint">${t('disputes.lead')}</p>
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${Table} caption=${t('screen.disputes')} columns=${columns((row, action) => (asked.value = { id: row.alert_id, action, rev: row.action_id }))} rows=${known.data.items} list=${known} id=${(/** @type {any} */ row) => row.action_id} empty=${t('disputes.empty')} />` : !known.error && html`<${Waiting} />`}
    ${asked.value && html`<${Judge} ...${asked.value} after=${known.again} leave=${() => (asked.value = null)} />`}`;
}

/** The reason of a judgement. @param {Asked & { after: () => void, leave: () => void }} given  `rev`: of the dismissal that is judged */
export function Judge({ id, action, rev, after, leave }) {
  const judge = (/** @type {Record<string, string>} */ said) => decided(`pricing/disputes/${encodeURIComponent(id)}/${action}`, said, { rev, done: t(`disputes.${action}_said`), after });
  return html`<${Dialog} title=${t(`disputes.${action}`)} go=${t(`disputes.${action}`)} onGo=${judge} onLeave=${leave}>
    <label>${t('disputes.reason')}<textarea name="reason" rows="3" required data-first></textarea></label><//>`;
}

/** @param {(action: string) => void} ask */
export function choices(ask) {
  return ['accept', 'refuse'].map((action) => html`<button key=${action} onClick=${() => ask(action)}>${t(`disputes.${action}`)}</button> `);
}

/** Why the fleet dismissed it. @param {any} row */
export function why(row) {
  return [row.why && word('dismissal', row.why), row.reason].filter(Boolean).join('; ');
}

/** @param {(row: any, action: string) => void} ask */
function columns(ask) {
  const judging = may('underwriter');
  return [
    { key: 'at', label: t('col.time'), show: (/** @type {any} */ row) => html`<${Time} at=${row.at} />` },
    { key: 'kind', label: t('col.kind'), show: (/** @type {any} */ row) => html`<a href=${href(`/disputes/${row.alert_id}`)}>${row.kind ? word('kind', row.kind) : t('disputes.one')}</a>` },
    { key: 'vehicle', label: t('col.vehicle') },
    { key: 'why', label: t('col.why'), show: why },
    { key: 'objections', label: t('objections.said'), fixed: true, show: (/** @type {any} */ row) => row.objections.join('; ') || '–' },
    { key: 'actor', label: t('col.who') },
    { key: 'state', label: t('col.state'), show: (/** @type {any} */ row) => html`${t(`dispute.${row.state}`)} ${row.judged_by && html`<small>${row.judged_by}: ${row.judgement}</small>`}` },
    { key: 'act', label: t('col.actions'), fixed: true, unsaved: true, show: (/** @type {any} */ row) => (judging && row.state === 'waiting' ? choices((action) => ask(row, action)) : '') },
  ];
}
