/** Entry: one line of the ledger: the steps of its premium, all that it holds, and the entries it belongs to. */

import { html } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { money } from '../lib/format.js';
import { href } from '../lib/router.js';
import { use } from '../lib/use.js';
import { Day, Fact, Failed, Filed, Head, Time, Waiting } from '../ui/parts.js';
import { Table } from '../ui/table.js';
import { entries, named, why } from './ledger.js';
import { Rungs } from './steps.js';

/** @param {{ parts: string[] }} given */
export function Entry({ parts: [, id] }) {
  const known = use(`pricing/ledger/${encodeURIComponent(id)}`, {});
  if (known.error) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const one = known.data;
  return html`<${Head} title=${t('entry.title', { policy: one.policy_id, n: one.seq })}><a href=${href('/ledger', { policy: one.policy_id })}>${t('screen.ledger')}</a><//>
    <p class="amount">${money(one.amount, one.currency)} ${one.status && html`<${Filed} status=${one.status} />`}</p>
    <${Facts} one=${one} />
    ${one.factors.length > 0 && html`<section class="card"><h2>${t('premium.steps')}</h2><${Rungs} steps=${one.factors} />
      <p class=${`notice sum ${one.sums ? '' : 'bad'}`} role="status">${t(one.sums ? 'entry.adds_up' : 'premium.differs_somewhere')}</p></section>`}
    <section class="card"><h2>${t('entry.near')}</h2>
      <${Table} caption=${t('entry.near')} name="near" columns=${[{ key: 'what', label: t('entry.relation'), show: (/** @type {any} */ row) => t(`entry.near.${row.what}`) }, ...entries()]} rows=${one.near} id=${(/** @type {any} */ row) => `${row.what} ${row.hash}`} empty=${t('entry.alone')} /></section>
    <section class="card"><h2>${t('entry.held')}</h2><p class="hint">${t('entry.held_lead')}</p>
      <${Table} caption=${t('entry.held')} name="held" columns=${held()} rows=${one.held} id=${(/** @type {any} */ row) => row.name} empty=${t('entry.nothing')} /></section>`;
}

/** @param {{ one: any }} given */
function Facts({ one }) {
  const vehicle = one.fleet_id && one.vehicle_id ? html`<a href=${href(`/premiums/${one.fleet_id}/${one.vehicle_id}`, { cover: one.cover })}>${named(one)}</a>` : one.vehicle_id || t('entry.whole');
  return html`<dl class="facts card">
    <${Fact} label=${t('col.kind')} value=${word('premium', one.kind)} note=${one.by && word('made', one.by)} />
    <${Fact} label=${t('ledger.recorded')} value=${html`<${Time} at=${one.recorded_at} seconds=${true} />`} />
    <${Fact} label=${t('col.vehicle')} value=${vehicle} />
    <${Fact} label=${t('premiums.cover')} value=${one.cover ? word('cover', one.cover) : '–'} />
    <${Fact} label=${t('premiums.term')} value=${html`<${Day} at=${one.valid_from} /> – <${Day} at=${one.valid_to} />`} />
    ${one.tariff_id && html`<${Fact} label=${t('premium.tariff')} value=${one.tariff_id} />`}
    ${one.reason && html`<${Fact} label=${t('col.why')} value=${why(one.reason)} />`}
    <${Fact} label=${t('ledger.hash')} value=${html`<code>${one.hash}</code>`} />
    ${one.prev && html`<${Fact} label=${t('entry.prev')} value=${html`<a href=${href(`/ledger/${one.prev}`)}><code>${one.prev.slice(0, 12)}</code></a>`} />`}
  </dl>`;
}

function held() {
  return ['name', 'value'].map((key) => ({ key, label: t(`entry.${key}`), fixed: true, show: (/** @type {any} */ row) => html`<code>${row[key]}</code>` }));
}
