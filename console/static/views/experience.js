/** Experience: what claims make of the portfolio: how often, how much, and against what is expected, of any months. */

import '../lib/phrase.js'; // with the words that come later
import { html } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { money, number, percent } from '../lib/format.js';
import { href, route } from '../lib/router.js';
import { use } from '../lib/use.js';
import { Fact, Failed, Filed, Waiting } from '../ui/parts.js';
import { Choice } from '../ui/choice.js';
import { count, share } from '../ui/columns.js';
import { Table } from '../ui/table.js';

const HEADS = /** @type {Record<string, string>} */ ({ cover: 'premiums.cover', class: 'col.class', fleet: 'col.fleet', month: 'portfolio.month' });

/** @param {{ currency: string }} given */
export function Experience({ currency }) {
  const { by = 'cover', since = '', until = '', of = '' } = route.value.query;
  const known = use('pricing/experience', { by, from: since, to: until, cover: of, currency });
  if (known.error) return html`<${Failed} error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const one = known.data;
  const title = t('experience.title');
  return html`<section class="card"><h3>${title} <${Filed} status=${one.status} /></h3><p class="hint">${t('experience.lead')}</p>
    <${Asked} one=${one} by=${by} since=${since} until=${until} of=${of} />
    ${one.whole.claims === null && html`<p class="notice">${t('experience.not_loaded')}</p>`}
    <${Whole} one=${one.whole} currency=${currency} />
    <${Table} caption=${title} name=${`experience-${currency}`} columns=${columns(by, currency)} rows=${one.parts} id=${(/** @type {any} */ row) => row.name} empty=${t('experience.nothing')} /></section>`;
}

/** By what, of which cover and months. @param {{ one: any, by: string, since: string, until: string, of: string }} given */
function Asked({ one, by, since, until, of }) {
  const all = months(one.first, one.last).map((month) => [month, month]);
  return html`<div class="filters">
    <${Choice} name="by" value=${by} label=${t('experience.by')} options=${Object.entries(HEADS).map(([key, head]) => [key, t(head)])} />
    <${Choice} name="of" value=${of} label=${t('premiums.cover')} options=${[['', t('experience.every')], ...one.covers.map((/** @type {string} */ cover) => [cover, word('cover', cover)])]} />
    <${Choice} name="since" value=${since} label=${t('trips.from')} options=${[['', t('experience.first')], ...all]} />
    <${Choice} name="until" value=${until} label=${t('trips.to')} options=${[['', t('experience.last')], ...all]} />
  </div>`;
}

/** @param {string} first @param {string} last  months like 2025-11 */
function months(first, last) {
  const found = [];
  for (let at = first; at && at <= last; at = after(at)) found.push(at);
  return found;
}

/** @param {string} month */
function after(month) {
  const [year, number_] = month.split('-').map(Number);
  return number_ === 12 ? `${year + 1}-01` : `${year}-${String(number_ + 1).padStart(2, '0')}`;
}

/** @param {{ one: any, currency: string }} given */
function Whole({ one, currency }) {
  return html`<dl class="facts">
    <${Fact} label=${t('experience.years')} value=${number(one.years, 2)} /><${Fact} label=${t('experience.earned')} value=${money(one.earned, currency)} />
    <${Fact} label=${t('portfolio.claims')} value=${number(one.claims)} /><${Fact} label=${t('experience.frequency')} value=${spread(one, 'frequency', 'frequency_low', 'frequency_high')} />
    <${Fact} label=${t('experience.severity')} value=${money(one.severity, currency)} /><${Fact} label=${t('experience.pure')} value=${money(one.pure, currency)} />
    <${Fact} label=${t('experience.loss_ratio')} value=${percent(one.loss_ratio)} />
  </dl>`;
}

/** A figure with its interval. @param {any} row @param {string} key @param {string} low @param {string} high */
function spread(row, key, low, high) {
  return row[key] === null ? '–' : html`<span>${number(row[key], 2)} <small>${number(row[low], 2)} – ${number(row[high], 2)}</small></span>`;
}

/** @param {string} by @param {string} currency */
function columns(by, currency) {
  const paid = (/** @type {string} */ key, /** @type {string} */ label) => ({ key, label, number: true, unit: currency, by: (/** @type {any} */ row) => Number(row[key]), value: (/** @type {any} */ row) => row[key], show: (/** @type {any} */ row) => money(row[key], currency) });
  return [
    { key: 'name', label: t(/** @type {string} */ (HEADS[by])), by: (/** @type {any} */ row) => named(by, row.name), value: (/** @type {any} */ row) => named(by, row.name), show: (/** @type {any} */ row) => led(by, row.name, currency) },
    count('years', t('experience.years'), 2),
    paid('earned', t('experience.earned')),
    count('claims', t('portfolio.claims')),
    { ...count('frequency', t('experience.frequency'), 2), show: (/** @type {any} */ row) => spread(row, 'frequency', 'frequency_low', 'frequency_high') },
    paid('severity', t('experience.severity')),
    paid('pure', t('experience.pure')),
    share('loss_ratio', t('experience.loss_ratio')),
    count('expected', t('column.expected'), 2),
    { ...count('ratio', t('lift.ae'), 2), show: (/** @type {any} */ row) => spread(row, 'ratio', 'low', 'high') },
  ];
}

/** @param {string} by @param {string} name */
function named(by, name) {
  return by === 'cover' || by === 'class' ? word(by, name) : name;
}

/** To what a part is made of. @param {string} by @param {string} name @param {string} currency */
function led(by, name, currency) {
  const path = by === 'fleet' ? href(`/fleets/${encodeURIComponent(name)}`, { currency }) : by === 'month' ? href('/days', { month: name }) : href('/premiums', { [by]: name, currency });
  return html`<a href=${path}>${named(by, name)}</a>`;
}
