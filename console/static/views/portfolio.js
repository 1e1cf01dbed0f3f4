/** Portfolio: what is insured and driven; what it earns, each currency by itself; each sum leads to what it is made of. */

import { html } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { day, dayTime, money, number, percent } from '../lib/format.js';
import { href } from '../lib/router.js';
import { use } from '../lib/use.js';
import { Fact, Failed, Filed, Head, Waiting } from '../ui/parts.js';
import { count, share } from '../ui/columns.js';
import { Table } from '../ui/table.js';
import { Experience } from './experience.js';

/** @typedef {import('../ui/table.js').Column} Column */

const ASKED = /** @type {Record<string, string>} */ ({ covers: 'cover', classes: 'class', fleets: 'fleet' }); // what a list is asked for
const HEADS = /** @type {Record<string, string>} */ ({ covers: 'premiums.cover', classes: 'col.class', fleets: 'col.fleet' });

export function Portfolio() {
  const known = use('pricing/portfolio', {});
  if (known.error) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const one = known.data;
  const others = one.currencies.filter((/** @type {string} */ each) => each !== one.currency);
  const period = { from: one.from, to: one.to };
  return html`<${Head} title=${t('screen.portfolio')}><a class="button" href="#/lift">${t('screen.lift')}</a><//>
    <p class="hint">${one.from ? t('portfolio.period', { from: day(one.from), to: day(one.to), at: dayTime(one.as_of) }) : t('portfolio.nothing')}</p>
    <dl class="facts card">
      <${Fact} label=${t('devices.measured')} value=${to('/days', period, number(one.km_measured, 0, 'km'))} /><${Fact} label=${t('devices.gap')} value=${to('/days', period, number(one.km_gap, 0, 'km'))} />
    </dl>
    ${others.length > 0 && html`<p class="notice">${t('portfolio.apart')}</p>`}
    <${Money} one=${one} />
    ${others.map((/** @type {string} */ currency) => html`<${Other} key=${currency} currency=${currency} />`)}
    <section class="card"><h2>${t('portfolio.driven')}</h2><${Driven} rows=${one.months} /></section>`;
}

/** A figure that leads to the list behind it. @param {string} path @param {Record<string, unknown>} query @param {any} shown */
function to(path, query, shown) {
  return html`<a href=${href(path, query)}>${shown}</a>`;
}

/** Of a currency that is not the first one's. @param {{ currency: string }} given */
function Other({ currency }) {
  const known = use('pricing/portfolio', { currency });
  if (known.error) return html`<${Failed} error=${known.error} again=${known.again} />`;
  return known.data ? html`<${Money} one=${known.data} />` : html`<${Waiting} />`;
}

/** All that there is in one currency. @param {{ one: any }} given */
function Money({ one }) {
  const { currency } = one;
  return html`<section aria-label=${currency}><header class="head"><h2>${t('portfolio.in', { currency })}</h2><div class="tools">${one.premiums > 0 && html`<${Filed} status=${one.status} />`}</div></header>
    <dl class="facts card">
      ${one.premiums > 0 && html`<${Fact} label=${t('premium.tariff')} value=${one.tariff_id} />`}<${Fact} label=${t('portfolio.amount')} value=${to('/premiums', { currency }, money(one.amount, currency))} />
      <${Fact} label=${t('portfolio.vehicles')} value=${number(one.vehicles)} /><${Fact} label=${t('portfolio.premiums')} value=${to('/premiums', { currency }, number(one.premiums))} />
      <${Fact} label=${t('portfolio.claims')} value=${one.claims ? to('/claims', { currency }, number(one.claims)) : number(0)} note=${one.claims ? '' : t('portfolio.no_claims')} />
    </dl>
    <div class="cards wide">
      ${Object.keys(ASKED).map((key) => html`<section key=${key} class="card"><h3>${t(`portfolio.${key}`)}</h3><${Totals} name=${key} rows=${one[key]} currency=${currency} claimed=${one.claims > 0} /></section>`)}
    </div>
    <${Experience} currency=${currency} />
    <section class="card"><h3>${t('portfolio.months')} ${one.charged_status && html`<${Filed} status=${one.charged_status} />`}</h3><p class="hint">${t('portfolio.months_lead')}</p><${Charged} rows=${one.months} currency=${currency} /></section></section>`;
}

/** @param {{ name: string, rows: any[], currency: string, claimed: boolean }} given */
function Totals({ name, rows, currency, claimed }) {
  const most = Math.max(...rows.map((row) => Number(row.amount)), 1);
  const asked = (/** @type {any} */ row) => ({ [ASKED[name]]: row.name, currency });
  const own = (/** @type {any} */ row) => (name === 'fleets' ? to(`/fleets/${encodeURIComponent(row.name)}`, { currency }, row.name) : to('/premiums', asked(row), word(ASKED[name], row.name)));
  const columns = /** @type {Column[]} */ ([
    { key: 'name', label: t(HEADS[name]), show: own },
    count('vehicles', t('portfolio.vehicles')),
    count('km_measured', t('devices.measured')),
    { ...paid('amount', t('premiums.amount'), currency), show: (row) => html`${to('/premiums', asked(row), money(row.amount, currency))}<${Bar} share=${Number(row.amount) / most} />` },
    ...(claimed ? [
      { ...count('claims', t('portfolio.claims')), show: (/** @type {any} */ row) => (row.claims ? to('/claims', asked(row), number(row.claims)) : number(0)) },
      paid('incurred', t('column.incurred'), currency),
      { ...share('loss_ratio', t('portfolio.loss_ratio')), show: (/** @type {any} */ row) => to('/claims', asked(row), percent(row.loss_ratio)) },
    ] : []),
  ]);
  return html`<${Table} caption=${t(`portfolio.${name}`)} name=${`sort-${name}-${currency}`} columns=${columns} rows=${rows} id=${(/** @type {any} */ row) => row.name} />`;
}

/** @param {{ share: number }} given */
export function Bar({ share: part }) {
  return html`<svg class="share" viewBox="0 0 100 4" width="100%" height="4" preserveAspectRatio="none" aria-hidden="true"><rect width=${100 * part} height="4" /></svg>`;
}

/** An amount of a row that says no currency. @param {string} key @param {string} label @param {string} currency @returns {Column} */
function paid(key, label, currency) {
  return { key, label, number: true, unit: currency, by: (row) => Number(row[key]), value: (row) => row[key], show: (row) => money(row[key], currency) };
}

/** What stands in the ledger. @param {{ rows: any[], currency: string }} given */
function Charged({ rows, currency }) {
  const posted = (/** @type {string} */ key, /** @type {string} */ kind, /** @type {string} */ label) => ({ ...paid(key, label, currency), show: (/** @type {any} */ row) => (Number(row[key]) ? to('/ledger', { month: row.month, kind, currency }, money(row[key], currency)) : money(row[key], currency)) });
  const columns = [{ key: 'month', label: t('portfolio.month') }, posted('charged', 'charged', t('premium.charged')), posted('adjusted', 'adjustment', t('premium.adjustment'))];
  const some = rows.filter((row) => Number(row.charged) || Number(row.adjusted));
  return html`<${Table} caption=${t('portfolio.months')} name=${`months-${currency}`} columns=${columns} rows=${some} id=${(/** @type {any} */ row) => row.month} empty=${t('portfolio.uncharged')} />`;
}

/** What was driven, whatever it is insured in. @param {{ rows: any[] }} given */
function Driven({ rows }) {
  const columns = [
    { key: 'month', label: t('portfolio.month') },
    { ...count('vehicle_days', t('portfolio.days')), show: (/** @type {any} */ row) => to('/days', { month: row.month }, number(row.vehicle_days)) },
    count('km_measured', t('devices.measured')),
    count('km_gap', t('devices.gap')),
  ];
  return html`<${Table} caption=${t('portfolio.driven')} columns=${columns} rows=${rows.filter((row) => row.vehicle_days)} id=${(/** @type {any} */ row) => row.month} />`;
}
