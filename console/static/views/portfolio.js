/** Portfolio: what is insured and driven; what it earns, each currency by itself: by cover, class, fleet and month. */

import { html } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { money, number, percent } from '../lib/format.js';
import { use } from '../lib/use.js';
import { Fact, Failed, Filed, Head, Time, Waiting } from '../ui/parts.js';
import { Table } from '../ui/table.js';

const FAMILY = /** @type {Record<string, string>} */ ({ covers: 'cover', classes: 'class', fleets: 'fleet' });

export function Portfolio() {
  const known = use('pricing/portfolio', {});
  if (known.error) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const one = known.data;
  const others = one.currencies.filter((/** @type {string} */ each) => each !== one.currency);
  return html`<${Head} title=${t('screen.portfolio')}><a class="button" href="#/lift">${t('screen.lift')}</a><//>
    <dl class="facts card">
      <${Fact} label=${t('portfolio.as_of')} value=${html`<${Time} at=${one.as_of} />`} />
      <${Fact} label=${t('devices.measured')} value=${number(one.km_measured, 0, 'km')} /><${Fact} label=${t('devices.gap')} value=${number(one.km_gap, 0, 'km')} />
    </dl>
    ${others.length > 0 && html`<p class="notice">${t('portfolio.apart')}</p>`}
    <${Money} one=${one} />
    ${others.map((/** @type {string} */ currency) => html`<${Other} key=${currency} currency=${currency} />`)}
    <section class="card"><h2>${t('portfolio.driven')}</h2><${Driven} rows=${one.months} /></section>`;
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
      ${one.premiums > 0 && html`<${Fact} label=${t('premium.tariff')} value=${one.tariff_id} />`}<${Fact} label=${t('premiums.amount')} value=${money(one.amount, currency)} />
      <${Fact} label=${t('portfolio.vehicles')} value=${number(one.vehicles)} /><${Fact} label=${t('portfolio.premiums')} value=${number(one.premiums)} />
      <${Fact} label=${t('portfolio.claims')} value=${number(one.claims)} note=${one.claims ? '' : t('portfolio.no_claims')} />
    </dl>
    <div class="cards wide">
      ${Object.keys(FAMILY).map((key) => html`<section key=${key} class="card"><h3>${t(`portfolio.${key}`)}</h3><${Totals} name=${key} rows=${one[key]} currency=${currency} claimed=${one.claims > 0} /></section>`)}
    </div>
    <section class="card"><h3>${t('portfolio.months')} ${one.charged_status && html`<${Filed} status=${one.charged_status} />`}</h3><${Charged} rows=${one.months} currency=${currency} /></section></section>`;
}

/** @param {{ name: string, rows: any[], currency: string, claimed: boolean }} given */
function Totals({ name, rows, currency, claimed }) {
  const most = Math.max(...rows.map((row) => Number(row.amount)), 1);
  const columns = [
    { key: 'name', label: t(`portfolio.${name}`), fixed: true, show: (/** @type {any} */ row) => word(FAMILY[name], row.name) },
    { key: 'vehicles', label: t('portfolio.vehicles'), number: true, fixed: true, show: (/** @type {any} */ row) => number(row.vehicles) },
    { key: 'km_measured', label: t('devices.measured'), number: true, fixed: true, show: (/** @type {any} */ row) => number(row.km_measured) },
    { key: 'amount', label: t('premiums.amount'), number: true, fixed: true, show: (/** @type {any} */ row) => html`${money(row.amount, currency)}<${Bar} share=${Number(row.amount) / most} />` },
    ...(claimed ? [
      { key: 'claims', label: t('portfolio.claims'), number: true, fixed: true, show: (/** @type {any} */ row) => number(row.claims) },
      { key: 'incurred', label: t('column.incurred'), number: true, fixed: true, show: (/** @type {any} */ row) => money(row.incurred, currency) },
      { key: 'loss_ratio', label: t('portfolio.loss_ratio'), number: true, fixed: true, show: (/** @type {any} */ row) => percent(row.loss_ratio) },
    ] : []),
  ];
  return html`<${Table} caption=${t(`portfolio.${name}`)} columns=${columns} rows=${rows} id=${(/** @type {any} */ row) => row.name} />`;
}

/** @param {{ share: number }} given */
export function Bar({ share }) {
  return html`<svg class="share" viewBox="0 0 100 4" width="100%" height="4" preserveAspectRatio="none" aria-hidden="true"><rect width=${100 * share} height="4" /></svg>`;
}

/** What stands in the ledger. @param {{ rows: any[], currency: string }} given */
function Charged({ rows, currency }) {
  const amount = (/** @type {string} */ key, /** @type {string} */ label) => ({ key, label, number: true, by: (/** @type {any} */ row) => Number(row[key]), show: (/** @type {any} */ row) => money(row[key], currency) });
  const columns = [{ key: 'month', label: t('portfolio.month') }, amount('charged', t('premium.charged')), amount('adjusted', t('premium.adjustment'))];
  const some = rows.filter((row) => Number(row.charged) || Number(row.adjusted));
  return html`<${Table} caption=${t('portfolio.months')} name=${`months-${currency}`} columns=${columns} rows=${some} id=${(/** @type {any} */ row) => row.month} empty=${t('portfolio.uncharged')} />`;
}

/** What was driven, whatever it is insured in. @param {{ rows: any[] }} given */
function Driven({ rows }) {
  const count = (/** @type {string} */ key, /** @type {string} */ label) => ({ key, label, number: true, show: (/** @type {any} */ row) => number(row[key]) });
  const columns = [{ key: 'month', label: t('portfolio.month') }, count('vehicle_days', t('portfolio.days')), count('km_measured', t('devices.measured')), count('km_gap', t('devices.gap'))];
  return html`<${Table} caption=${t('portfolio.driven')} columns=${columns} rows=${rows.filter((row) => row.vehicle_days)} id=${(/** @type {any} */ row) => row.month} />`;
}
