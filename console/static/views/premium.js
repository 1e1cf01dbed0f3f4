/** Premium: why it is what it is: every step with the running amount, summed anew to the cent in front of the reader. */

import { html, useMemo } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { money, number, percent } from '../lib/format.js';
import { address } from '../lib/api.js';
import { climb } from '../lib/ladder.js';
import { pages } from '../lib/pages.js';
import { href, route } from '../lib/router.js';
import { may } from '../lib/session.js';
import { use } from '../lib/use.js';
import { Day, Fact, Failed, Filed, Head, Waiting } from '../ui/parts.js';
import { Choice } from '../ui/choice.js';
import { Table } from '../ui/table.js';
import { entries } from './ledger.js';
import { Otherwise } from './otherwise.js';
import { Since } from './since.js';
import { Rungs } from './steps.js';

const DAY_MS = 86_400_000;

/** @param {{ parts: string[] }} given */
export function Premium({ parts: [, fleet, vehicle] }) {
  const { cover = '', from = '' } = route.value.query;
  const path = `pricing/vehicles/${encodeURIComponent(fleet)}/${encodeURIComponent(vehicle ?? '')}/premium`;
  const known = use(path, {});
  if (known.error) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const all = /** @type {any[]} */ (known.data);
  const covers = [...new Set(all.map((each) => each.cover))];
  const terms = all.filter((each) => each.cover === (covers.includes(cover) ? cover : covers[0])).sort((a, b) => (a.valid_from < b.valid_from ? -1 : 1));
  const one = terms.find((each) => each.valid_from === from) ?? terms[terms.length - 1];
  return html`<${Head} title=${t('premium.title', { vehicle: one.vehicle_id })}><a class="button" href=${address(path, { cover: one.cover })} download="premium.json">JSON</a><//>
    <div class="filters"><${Choice} name="cover" value=${one.cover} label=${t('premiums.cover')} also=${{ from: '', since: '' }} options=${covers.map((each) => [each, word('cover', each)])} /></div>
    <p class="amount">${money(one.amount, one.currency)} <${Filed} status=${one.status} /></p>
    <dl class="facts card">
      <${Fact} label=${t('premiums.term')} value=${html`<${Day} at=${one.valid_from} /> – <${Day} at=${one.valid_to} />`} />
      <${Fact} label=${t('premiums.policy')} value=${one.policy_id} /><${Fact} label=${t('premium.tariff')} value=${one.tariff_id} />
      <${Fact} label=${t('devices.measured')} value=${number(one.km_measured, 0, 'km')} /><${Fact} label=${t('devices.gap')} value=${number(one.km_gap, 0, 'km')} />
      <${Fact} label=${t('premium.caps')} value=${capped(one.caps)} />
      ${one.silent > 0 && html`<${Fact} label=${t('premium.silent')} value=${percent(one.silent)} />`}
    </dl>
    <${Ways} one=${one} terms=${terms} />
    <section class="card"><h2>${t('premium.steps')}</h2><${Rungs} steps=${one.factors} /><${Check} one=${one} /></section>
    <${Otherwise} one=${one} /><${Since} one=${one} terms=${terms} />
    ${may('underwriter', 'actuary') && html`<${Account} one=${one} />`}`;
}

/** To the term before and after, and to what the rate is made of. @param {{ one: any, terms: any[] }} given */
function Ways({ one, terms }) {
  const at = terms.indexOf(one);
  const last = new Date(Date.parse(one.valid_to) - DAY_MS).toISOString().slice(0, 10); // the end is excluded
  const days = { vehicle: one.vehicle, from: one.valid_from, to: last };
  const term = (/** @type {any} */ other, /** @type {string} */ name) => other && html`<a class="button" href=${href(`/premiums/${one.vehicle}`, { cover: one.cover, from: other.valid_from })}>${t(name, { amount: money(other.amount, other.currency) })}</a>`;
  return html`<p class="choices">${term(terms[at - 1], 'premium.before')}${term(terms[at + 1], 'premium.after')}
    ${may('viewer', 'manager') && html`<a class="button" href=${href('/trips', days)}>${t('premium.trips')}</a>`}
    ${may('underwriter', 'actuary') && html`<a class="button" href=${href('/days', days)}>${t('premium.days')}</a>`}</p>`;
}

/** What the ledger has of the same cover: what was indicated and charged, the newest first. @param {{ one: any }} given */
function Account({ one }) {
  const known = pages('pricing/ledger', { policy: one.policy_id, vehicle: one.vehicle_id, cover: one.cover }, { sort: 'account' });
  return html`<section class="card"><h2>${t('premium.account')}</h2>
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${Table} caption=${t('premium.account')} name="account" columns=${entries()} rows=${known.data.items} list=${known} id=${(/** @type {any} */ row) => row.hash} empty=${t('premium.no_account')} />` : !known.error && html`<${Waiting} />`}</section>`;
}

/** Caps that bound, in words. @param {string | null} caps */
function capped(caps) {
  const names = (caps ?? '').split(/,\s*/).filter(Boolean);
  return names.map((name) => word('factor', `${name}_cap`)).join(', ') || t('premium.none');
}

/** Whether the steps make the amount: worked out here where all are shown, else by the server. @param {{ one: any }} given */
function Check({ one }) {
  const check = useMemo(() => (one.whole ? climb(one.factors) : null), [one]);
  if (!check) return html`<p class="notice">${t(one.sums ? 'premium.loads_hidden' : 'premium.differs_somewhere')}</p>`;
  const right = check.ok && one.sums && check.amount === Number(one.amount).toFixed(2);
  return html`<p class=${`notice sum ${right ? '' : 'bad'}`} role="status">${t(right ? 'premium.adds_up' : 'premium.differs', { amount: money(check.amount, one.currency) })}</p>`;
}
