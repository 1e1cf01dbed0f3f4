/** Factors: the tariff as it stands: each curve or list of levels, and what is insured on every part of it. */

import { html } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { money, number } from '../lib/format.js';
import { href, route } from '../lib/router.js';
import { use } from '../lib/use.js';
import { Fact, Failed, Head, Waiting } from '../ui/parts.js';
import { Table } from '../ui/table.js';
import { Bar } from './portfolio.js';
import { Filed } from './premiums.js';

export function Factors() {
  const known = use('pricing/factors', {});
  if (known.error) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const columns = [
    { key: 'name', label: t('factors.factor'), show: (/** @type {any} */ row) => html`<a href=${href(`/factors/${encodeURIComponent(row.name)}`, { cover: row.cover })}>${word('factor', row.name)}</a>` },
    { key: 'cover', label: t('premiums.cover'), show: (/** @type {any} */ row) => word('cover', row.cover) },
    { key: 'unit', label: t('factors.unit') },
    { key: 'base', label: t('factors.base') },
    { key: 'source', label: t('factors.source'), fixed: true },
  ];
  return html`<${Head} title=${t('screen.factors')}><${Filed} status=${known.data.status} /><//>
    <p class="hint">${t('premium.tariff')} ${known.data.tariff_id}</p>
    <${Table} caption=${t('screen.factors')} columns=${columns} rows=${known.data.factors} id=${(/** @type {any} */ row) => `${row.name} ${row.cover}`} />`;
}

/** @param {{ parts: string[] }} given */
export function Factor({ parts: [, name] }) {
  const { cover = '' } = route.value.query;
  const known = use(`pricing/factors/${encodeURIComponent(name)}`, { cover });
  if (known.error) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const one = known.data;
  return html`<${Head} title=${word('factor', name)}><a href="#/factors">${t('screen.factors')}</a><//>
    <section class="card"><h2>${word('cover', one.cover)} <${Filed} status=${one.status} /></h2>
      <dl class="facts"><${Fact} label=${t('factors.meaning')} value=${one.meaning} /><${Fact} label=${t('factors.source')} value=${one.source} /><${Fact} label=${t('factors.base')} value=${one.base} /></dl>
      <${Curve} one=${one} /><${Levels} rows=${one.levels} /></section>`;
}

/** The relativity over its covariate; the line at 1 is the base. @param {{ one: any }} given */
function Curve({ one }) {
  const points = /** @type {[number, number][]} */ (one.points ?? []);
  if (points.length < 2) return null;
  const [xs, ys] = [points.map(([x]) => x), [...points.map(([, y]) => y), 1]];
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys) - 0.05, Math.max(...ys) + 0.05];
  const at = (/** @type {number} */ x, /** @type {number} */ y) => `${(100 * (x - x0)) / (x1 - x0)},${60 - (60 * (y - y0)) / (y1 - y0)}`;
  return html`<figure class="curve"><svg viewBox="-2 -2 104 64" role="img" aria-label=${t('factors.curve', { low: number(x0, 1), high: number(x1, 1), least: number(Math.min(...ys), 2), most: number(Math.max(...ys), 2) })}>
      <polyline class="base" points=${`${at(x0, 1)} ${at(x1, 1)}`} /><polyline class="fitted" points=${points.map(([x, y]) => at(x, y)).join(' ')} />
      ${points.map(([x, y]) => html`<circle cx=${at(x, y).split(',')[0]} cy=${at(x, y).split(',')[1]} r="1.6" />`)}
    </svg><figcaption>${number(x0, 1)} – ${number(x1, 1)} ${one.unit}; ${number(Math.min(...ys), 2)} – ${number(Math.max(...ys), 2)}</figcaption></figure>`;
}

/** @param {{ rows: any[] }} given */
function Levels({ rows = [] }) {
  const most = Math.max(1, ...rows.map((row) => row.days));
  const columns = [
    { key: 'name', label: t('factors.level'), fixed: true, show: (/** @type {any} */ row) => html`${row.name} ${row.base && html`<small>${t('factors.is_base')}</small>`}` },
    { key: 'relativity', label: t('factors.relativity'), number: true, fixed: true, show: (/** @type {any} */ row) => html`<b>${number(row.relativity, 4)}</b>` },
    { key: 'days', label: t('portfolio.days'), number: true, fixed: true, show: (/** @type {any} */ row) => html`${number(row.days)}<${Bar} share=${row.days / most} />` },
    { key: 'vehicles', label: t('portfolio.vehicles'), number: true, fixed: true, show: (/** @type {any} */ row) => number(row.vehicles) },
    { key: 'km', label: t('trips.km'), number: true, fixed: true, show: (/** @type {any} */ row) => number(row.km) },
    { key: 'amount', label: t('premiums.amount'), number: true, fixed: true, show: (/** @type {any} */ row) => number(Number(row.amount), 2) },
  ];
  return html`<${Table} caption=${t('factors.levels')} columns=${columns} rows=${rows} id=${(/** @type {any} */ row) => row.name} />`;
}
