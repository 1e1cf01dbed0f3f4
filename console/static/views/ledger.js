/** Ledger: what was charged and why, and proof that no byte of it was altered. */

import { html, useSignal } from '../lib/html.js';
import { has, t, word } from '../lib/i18n.js';
import { get } from '../lib/api.js';
import { money } from '../lib/format.js';
import { pages } from '../lib/pages.js';
import { phrase } from '../lib/phrase.js';
import { href } from '../lib/router.js';
import { everywhere } from '../lib/session.js';
import { Asked, asked } from '../ui/asked.js';
import { amount, term } from '../ui/columns.js';
import { Failed, Filed, Head, Time, Waiting } from '../ui/parts.js';
import { several } from '../ui/places.js';
import { Files } from '../ui/report.js';
import { Table } from '../ui/table.js';

const ASKED = ['policy', 'vehicle', 'month', 'cover', 'kind', 'currency'];

export function Ledger() {
  const wanted = asked(ASKED);
  const known = pages('pricing/ledger', wanted, { sort: 'sort' });
  const verdict = useSignal(/** @type {any} */ (null));
  const replay = useSignal(false);
  const verify = async () => {
    verdict.value = { busy: true, policies: 0, of: 0 };
    while (verdict.value.busy) verdict.value = await get('pricing/ledger/verify', { replay: replay.value }).then((found) => ({ ...found, busy: !found.done })).catch((error) => ({ error }));
  };
  return html`<${Head} title=${t('screen.ledger')}><${Files} path="pricing/ledger" query=${known.asked} />
      ${everywhere() && html`<label><input type="checkbox" checked=${replay.value} onChange=${(/** @type {any} */ event) => (replay.value = event.target.checked)} /> ${t('ledger.replay')}</label>
      <button onClick=${verify} disabled=${verdict.value?.busy}>${t('ledger.verify')}</button>`}<//>
    <${Verdict} found=${verdict.value} />
    <${Asked} names=${ASKED} values=${wanted} />
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${Table} caption=${t('screen.ledger')} columns=${entries()} rows=${known.data.items} list=${known} id=${(/** @type {any} */ row) => row.hash} empty=${t('ledger.empty')} />` : !known.error && html`<${Waiting} />`}`;
}

/** @param {{ found: any }} given */
function Verdict({ found }) {
  if (!found) return null;
  if (found.busy) return found.of ? html`<p class="waiting" role="status"><progress value=${found.policies} max=${found.of} aria-label=${t('ledger.verify')}></progress> ${t('ledger.progress', { policies: found.policies, of: found.of })}</p>` : html`<${Waiting} />`;
  if (found.error) return html`<${Failed} error=${found.error} />`;
  return html`<div class=${`notice ${found.good ? '' : 'bad'}`} role="status"><p>${t(found.good ? 'ledger.good' : 'ledger.bad', { entries: found.entries, policies: found.policies, seals: found.seals })}</p>
    <p>${found.good && found.replayed > 0 && t('ledger.replayed', { n: found.replayed })} ${t(found.signatures ? 'ledger.signed' : 'ledger.unsigned')}</p>
    ${found.problems.length > 0 && html`<ul>${found.problems.map((/** @type {string} */ one) => html`<li>${phrase(one)}</li>`)}</ul>`}</div>`;
}

/** Its vehicle, with the fleet where there are several. @param {any} row */
export function named({ fleet_id, vehicle_id }) {
  return fleet_id && several.value ? `${fleet_id}/${vehicle_id}` : vehicle_id;
}

/** Of a list of entries, each of which leads to its own page. */
export function entries() {
  return [
    { key: 'recorded_at', label: t('ledger.recorded'), show: (/** @type {any} */ row) => html`<a href=${href(`/ledger/${row.hash}`)}><${Time} at=${row.recorded_at} /></a>` },
    { key: 'policy_id', label: t('premiums.policy') },
    { key: 'seq', label: t('ledger.number'), number: true },
    { key: 'vehicle_id', label: t('col.vehicle'), by: named, show: named },
    { key: 'cover', label: t('premiums.cover'), show: (/** @type {any} */ row) => word('cover', row.cover) },
    term(t('premiums.term')),
    { key: 'kind', label: t('col.kind'), show: (/** @type {any} */ row) => word('premium', row.kind) },
    { ...amount('amount', t('premiums.amount')), show: (/** @type {any} */ row) => html`${money(row.amount, row.currency)} ${row.status && html`<${Filed} status=${row.status} />`}` },
    { key: 'reason', label: t('col.why'), show: (/** @type {any} */ row) => why(row.reason) },
    { key: 'hash', label: t('ledger.hash'), fixed: true, show: (/** @type {any} */ row) => html`<code>${row.hash.slice(0, 12)}</code>` },
  ];
}

/** Why something was posted, in words; what somebody has written is as it was written. @param {string} reason */
export function why(reason) {
  const key = `posting.${reason.replaceAll(' ', '_')}`;
  return has(key) ? t(key) : reason;
}
