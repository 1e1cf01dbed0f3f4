/** Portfolio: what is insured, what it earns, and how it lies by cover, class, fleet and month. */

import { html } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { money, number, percent } from '../lib/format.js';
import { route } from '../lib/router.js';
import { use } from '../lib/use.js';
import { Currencies } from '../ui/choice.js';
import { Fact, Failed, Filed, Head, Time, Waiting } from '../ui/parts.js';
import { Table } from '../ui/table.js';

export function Portfolio() {
  const { currency = '' } = route.value.query;
  const known = use('pricing/portfolio', { currency });
  if (known.error) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const one = known.data;
  return html`<${Head} title=${t('screen.portfolio')}><${Filed} status=${one.status} /><a class="button" href="#/lift">${t('screen.lift')}</a><//>
    <${Currencies} of=${one.currency} all=${one.currencies} />
    <dl class="facts card">
      <${Fact} label=${t('portfolio.as_of')} value=${html`<${Time} at=${one.as_of} />`} /><${Fact} label=${t('premium.tariff')} value=${one.tariff_id} />
      <${Fact} label=${t('portfolio.vehicles')} value=${number(one.vehicles)} /><${Fact} label=${t('portfolio.premiums')} value=${number(one.premiums)} />
      <${Fact} label=${t('premiums.amount')} value=${money(one.amount, one.currency)} />
      <${Fact} label=${t('devices.measured')} value=${number(one.km_measured)} /><${Fact} label=${t('devices.gap')} value=${number(one.km_gap)} />
      <${Fact} label=${t('portfolio.claims')} value=${number(one.claims)} note=${one.claims ? '' : t('portfolio.no_claims')} />
    </dl>
    <div class="cards">
      ${['covers', 'classes', 'fleets'].map((key) => html`<section key=${key} class="card"><h2>${t(`portfolio.${key}`)}</h2><${Totals} name=${key} rows=${one[key]} currency=${one.currency} claimed=${one.claims > 0} /></section>`)}
    </div>
    <section class="card"><h2>${t('portfolio.months')}</h2><${Months} rows=${one.months} currency=${one.currency} /></section>`;
}

const FAMILY = /** @type {Record<string, string>} */ ({ covers: 'cover', classes: 'class', fleets: 'fleet' });

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

/** @param {{ rows: any[], currency: string }} given */
function Months({ rows, currency }) {
  const columns = [
    { key: 'month', label: t('portfolio.month') },
    { key: 'vehicle_days', label: t('portfolio.days'), number: true, show: (/** @type {any} */ row) => number(row.vehicle_days) },
    { key: 'km_measured', label: t('devices.measured'), number: true, show: (/** @type {any} */ row) => number(row.km_measured) },
    { key: 'km_gap', label: t('devices.gap'), number: true, show: (/** @type {any} */ row) => number(row.km_gap) },
    { key: 'charged', label: t('premium.charged'), number: true, by: (/** @type {any} */ row) => Number(row.charged), show: (/** @type {any} */ row) => money(row.charged, currency) },
    { key: 'adjusted', label: t('premium.adjustment'), number: true, by: (/** @type {any} */ row) => Number(row.adjusted), show: (/** @type {any} */ row) => money(row.adjusted, currency) },
  ];
  return html`<${Table} caption=${t('portfolio.months')} columns=${columns} rows=${rows} id=${(/** @type {any} */ row) => row.month} />`;
}
