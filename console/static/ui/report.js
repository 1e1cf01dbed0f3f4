/** Report: a part of a report as it is told by the API: a chart where there is one, and always the table. */

import { html } from '../lib/html.js';
import { has, language, t, word } from '../lib/i18n.js';
import { phrase } from '../lib/phrase.js';
import { money, number, percent } from '../lib/format.js';
import { address } from '../lib/api.js';
import { Empty } from './parts.js';
import { Table } from './table.js';

/** @typedef {{ name: string, title: string, said: string[], columns: string[], heads: Record<string, string>, styles: Record<string, string>, rows: any[] }} Part */

const DIGITS = /** @type {Record<string, number>} */ ({ count: 0, number: 2, money: 2, factor: 3 });
const FAMILIES = /** @type {Record<string, string>} */ ({ cover: 'cover', factor: 'factor', class: 'class', cap: 'factor', 'x-axis': 'axis', figure: 'figure', model: 'model', level: 'use' });

/** @param {{ part: Part, charts?: any, own?: boolean }} given  `own`: named as the report itself names it, for the catalogue speaks of the tariff in force */
export function Section({ part, charts = null, own = false }) {
  const hint = own ? '' : `part.${part.name}.hint`;
  const named = own ? phrase(part.title) : title(part);
  return html`<section class="card" id=${part.name}><h2>${named}</h2>
    ${has(hint) && html`<p class="hint">${t(hint)}</p>`}
    ${part.rows.length ? html`${charts}<${Table} caption=${named} name=${`sort-${part.name}`} columns=${columns(part, own)} rows=${part.rows} id=${(/** @type {any} */ row) => JSON.stringify(row)} />` : html`<${Empty} text=${t('report.nothing')} />`}
    ${part.said.length > 0 && html`<details><summary>${t('report.said')}</summary>${part.said.map((one) => html`<p>${phrase(one)}</p>`)}</details>`}
  </section>`;
}

/** @param {Part} part */
export function title(part) {
  return has(`part.${part.name}.title`) ? t(`part.${part.name}.title`) : phrase(part.title);
}

/** @param {Part} part @param {boolean} own */
function columns({ name, columns: names, heads, styles, rows }, own) {
  return names.map((key) => {
    const numeric = rows.some((row) => typeof row[key] === 'number') || rows.every((row) => (row[key] ?? null) === null);
    const of = styles[key] === 'share' ? { unit: '%', value: (/** @type {any} */ row) => (typeof row[key] === 'number' ? Number((100 * row[key]).toFixed(4)) : null) } : {};
    return { key, label: own ? called(key, heads) : head(name, key, heads), number: numeric, ...of, show: (/** @type {any} */ row) => shown(row[key], key, styles[key] ?? '') };
  });
}

/** The word for a column: in its part, in general, of a model; else as the report has it. @param {string} part @param {string} key @param {Record<string, string>} heads */
function head(part, key, heads) {
  const said = [`column.${part}.${key}`, `column.${key}`, `model.${key}`].find(has);
  return said ? t(said) : called(key, heads);
}

/** As the report has it. @param {string} key @param {Record<string, string>} heads */
function called(key, heads) {
  return phrase(heads[key] ?? key.replaceAll('_', ' '));
}

/** @param {any} value @param {string} key @param {string} style */
function shown(value, key, style) {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return t(value ? 'report.yes' : 'report.no');
  if (typeof value === 'string') return FAMILIES[key] && has(`${FAMILIES[key]}.${value}`) ? word(FAMILIES[key], value) : phrase(value);
  if (style === 'share') return percent(value, 1);
  return number(value, DIGITS[style] ?? (Number.isInteger(value) ? 0 : 3));
}

/** Ways to take a list away as a file. @param {{ path: string, query?: Record<string, unknown>, kinds?: string[] }} given */
export function Files({ path, query = {}, kinds = ['csv', 'xlsx', 'parquet'] }) {
  const of = path.split('/').at(-1);
  return kinds.map((kind) => {
    const page = kind === 'html';
    const text = page ? t('report.print') : kind.toUpperCase();
    return html`<a key=${kind} class="button" href=${address(`${path}.${kind}`, { ...query, language: language.value })} download=${!page} target=${page ? '_blank' : undefined} rel="noopener" aria-label=${`${text}: ${word('list', of)}`}>${text}</a>`;
  });
}

/** An amount, or a dash. @param {any} amount @param {string} currency */
export function paid(amount, currency) {
  return amount === null || amount === undefined ? '–' : money(amount, currency);
}
