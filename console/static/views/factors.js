/** Factors: the tariff as it stands: each curve or list of levels, what is insured on every part, what claims say. */

import { html, useMemo } from '../lib/html.js';
import { has, t, word } from '../lib/i18n.js';
import { phrase, unit } from '../lib/phrase.js';
import { number } from '../lib/format.js';
import { href, route } from '../lib/router.js';
import { use } from '../lib/use.js';
import { Chart } from '../charts/chart.js';
import { factor } from '../charts/options.js';
import { Currencies } from '../ui/choice.js';
import { Fact, Failed, Filed, Head, Waiting } from '../ui/parts.js';
import { Files } from '../ui/report.js';
import { Table } from '../ui/table.js';

export function Factors() {
  const { currency = '' } = route.value.query;
  const known = use('pricing/factors', { currency });
  if (known.error) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const columns = [
    { key: 'name', label: t('factors.factor'), show: (/** @type {any} */ row) => html`<a href=${href(`/factors/${encodeURIComponent(row.name)}`, { cover: row.cover, currency })}>${word('factor', row.name)}</a>` },
    { key: 'cover', label: t('premiums.cover'), show: (/** @type {any} */ row) => word('cover', row.cover) },
    { key: 'unit', label: t('factors.unit'), show: (/** @type {any} */ row) => unit(row.unit) },
    { key: 'base', label: t('factors.base'), show: (/** @type {any} */ row) => level(row.base) },
    { key: 'source', label: t('factors.source'), fixed: true, show: (/** @type {any} */ row) => phrase(row.source) },
  ];
  return html`<${Head} title=${t('screen.factors')}><${Filed} status=${known.data.status} /><${Files} path="pricing/levels" query=${{ currency }} /><//>
    <${Currencies} of=${known.data.currency} all=${known.data.currencies} />
    <p class="hint">${t('premium.tariff')} ${known.data.tariff_id}</p>
    <${Table} caption=${t('screen.factors')} columns=${columns} rows=${known.data.factors} id=${(/** @type {any} */ row) => `${row.name} ${row.cover}`} />`;
}

/** @param {{ parts: string[] }} given */
export function Factor({ parts: [, name] }) {
  const { cover = '', currency = '' } = route.value.query;
  const known = use(`pricing/factors/${encodeURIComponent(name)}`, { cover, currency });
  if (known.error) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const one = known.data;
  return html`<${Head} title=${word('factor', name)}><a href=${href('/factors', { currency })}>${t('screen.factors')}</a><${Files} path="pricing/levels" query=${{ cover: one.cover, factor: one.name, currency: one.currency }} /><//>
    <section class="card"><h2>${word('cover', one.cover)} <small>${one.currency}</small> <${Filed} status=${one.status} /></h2>
      <dl class="facts"><${Fact} label=${t('factors.meaning')} value=${phrase(one.meaning)} /><${Fact} label=${t('factors.source')} value=${phrase(one.source)} /><${Fact} label=${t('factors.base')} value=${level(one.base)} /></dl>
      <${Drawn} one=${one} /><${Levels} rows=${one.levels} /></section>`;
}

/** Exposure, relativity in force, and what claims ask for. @param {{ one: any }} given */
function Drawn({ one }) {
  const levels = /** @type {any[]} */ (one.levels);
  const option = useMemo(() => factor({
    names: levels.map((row) => level(row.level)),
    exposure: levels.map((row) => row.days),
    relativity: levels.map((row) => row.relativity),
    points: levels.map((row) => ({ name: row.level, value: row.observed, low: row.observed_low, high: row.observed_high, off: row.off })),
  }), [levels]);
  if (!levels.length) return null;
  const off = levels.filter((row) => row.off).length;
  return html`<${Chart} input=${levels} caption=${t('factors.caption')} label=${t('factors.chart', { factor: word('factor', one.name), n: levels.length, off })} option=${option} />`;
}

/** The reader's word for a level or a stretch. @param {string} name */
export function level(name) {
  if (name === 'not known') return t('premium.unknown');
  if (/^-?\d+\.\d+$/.test(name)) return number(Number(name), Number.isInteger(Number(name)) ? 0 : 2);
  if (/^[a-z]+$/.test(name)) return has(`class.${name}`) ? t(`class.${name}`) : word('use', name);
  return name.replace(' and more', ' …').replace('below ', '… ').replace(' to ', ' – ');
}

/** @param {{ rows: any[] }} given */
function Levels({ rows = [] }) {
  const plain = (/** @type {string} */ key, /** @type {string} */ label, digits = 0) => ({ key, label, number: true, fixed: true, show: (/** @type {any} */ row) => number(row[key], digits) });
  const columns = [
    { key: 'level', label: t('factors.level'), fixed: true, show: (/** @type {any} */ row) => html`${level(row.level)} ${row.base && html`<small>${t('factors.is_base')}</small>`}` },
    { key: 'relativity', label: t('factors.relativity'), number: true, fixed: true, show: (/** @type {any} */ row) => html`<b>${number(row.relativity, 4)}</b>` },
    plain('days', t('portfolio.days')),
    plain('vehicles', t('portfolio.vehicles')),
    plain('km', t('trips.km')),
    plain('technical', t('column.technical'), 2),
    plain('claims', t('portfolio.claims')),
    plain('expected', t('column.expected'), 2),
    { key: 'ratio', label: t('lift.ae'), number: true, fixed: true, show: (/** @type {any} */ row) => span(row.ratio, row.low, row.high) },
    { key: 'observed', label: t('factors.asked'), number: true, fixed: true, show: (/** @type {any} */ row) => span(row.observed, row.observed_low, row.observed_high) },
  ];
  return html`<${Table} caption=${t('factors.levels')} columns=${columns} rows=${rows} id=${(/** @type {any} */ row) => row.level} />`;
}

/** A figure with its interval. @param {number | null} value @param {number | null} low @param {number | null} high */
function span(value, low, high) {
  return value === null ? '–' : html`${number(value, 2)} <small>${number(low, 2)} – ${number(high, 2)}</small>`;
}
