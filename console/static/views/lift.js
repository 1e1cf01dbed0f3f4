/** Lift: whether the tariff in force orders, levels and holds: A/E with exact intervals, double lift, Lorenz, drift. */

import { html } from '../lib/html.js';
import { has, t, word } from '../lib/i18n.js';
import { phrase } from '../lib/phrase.js';
import { route } from '../lib/router.js';
import { use } from '../lib/use.js';
import { Chart } from '../charts/chart.js';
import { columns, curves, lines, ratios } from '../charts/options.js';
import { Currencies } from '../ui/choice.js';
import { Empty, Fact, Failed, Filed, Head, Waiting } from '../ui/parts.js';
import { Files, Section, title } from '../ui/report.js';

/** @typedef {import('../ui/report.js').Part} Part */

export function Lift() {
  const { currency = '' } = route.value.query;
  const known = use('pricing/quality', { currency });
  if (/** @type {any} */ (known.error)?.status === 404) return html`<${Head} title=${t('screen.lift')} /><${Empty} text=${known.error?.message} />`; // nothing is on record yet
  if (known.error) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<h1>${t('screen.lift')}</h1><${Waiting} />`;
  const { facts, sections, status } = known.data;
  return html`<${Head} title=${t('screen.lift')}><${Filed} status=${status} /><${Files} path="pricing/quality" query=${{ currency }} kinds=${['html', 'xlsx']} /><//>
    <${Currencies} of=${facts.currency} all=${[facts.currency, ...(facts['other currencies']?.split(', ') ?? [])]} />
    <p class="hint">${t('lift.hint')}</p>
    <dl class="facts card">${Object.entries(facts).map(([name, value]) => html`<${Fact} key=${name} label=${word('fact', name)} value=${phrase(value)} />`)}</dl>
    ${sections.map((/** @type {Part} */ part) => html`<${Section} key=${part.name} part=${part} charts=${drawn(part)} />`)}`;
}

/** The charts of a part; `own`: called as the report itself calls it. @param {Part} part @param {boolean} [own] */
export function drawn(part, own = false) {
  const make = CHARTS[part.name];
  return make && part.rows.length > 1 ? make(own ? { ...part, name: '' } : part) : null;
}

const CHARTS = /** @type {Record<string, undefined | ((part: Part) => any)>} */ ({
  calibration: (part) => html`${judged(part, 'bin', t('lift.tenth_axis'))}<${Chart} input=${part.rows} caption=${t('lift.rates')} label=${t('lift.rates_label', { n: part.rows.length })}
    option=${lines({ names: column(part, 'bin').map(String), axis: t('lift.tenth_axis'), series: [
      { name: t('column.actual'), values: part.rows.map((row) => row.actual / row.exposure) },
      { name: t('column.expected'), values: part.rows.map((row) => row.expected / row.exposure) }] })} />`,
  by_score: (part) => judged(part, 'tenth', t('lift.score_axis')),
  by_class: (part) => judged(part, 'class', t('col.class'), 'class'),
  lorenz_curve: (part) => html`<${Chart} input=${part.rows} high=${360} caption=${title(part)} label=${t('lift.lorenz_label')}
    option=${curves({ x: column(part, 'exposure'), series: part.columns.slice(1).map((name) => ({ name: word('model', name), values: column(part, name) })) })} />`,
  double_lift: (part) => html`<${Chart} input=${part.rows} caption=${title(part)} label=${t('lift.double_label')}
    option=${lines({ names: column(part, 'bin').map(String), axis: t('lift.double_axis'), base: 1, series: [
      ...['actual_to_new', 'actual_to_old'].map((key) => ({ name: phrase(part.heads[key]), values: column(part, key) }))] })} />`,
  credibility: (part) => html`<${Chart} input=${part.rows} caption=${title(part)} label=${title(part)}
    option=${columns({ names: column(part, 'credibility').map(phrase), axis: t('drivers.credibility'), heights: column(part, 'vehicles'), name: t('portfolio.vehicles') })} />`,
  disruption: (part) => html`<${Chart} input=${part.rows} caption=${title(part)} label=${title(part)}
    option=${columns({ names: column(part, 'band').map(band), axis: t('column.change'), heights: column(part, 'vehicles'), name: t('portfolio.vehicles') })} />`,
});

/** A/E with its intervals. @param {Part} part @param {string} key @param {string} axis @param {string} [family] */
function judged(part, key, axis, family) {
  const points = part.rows.map((row) => ({ name: family ? word(family, row[key]) : String(row[key]), value: row.ratio, low: row.low, high: row.high, off: row.off }));
  const off = points.filter((one) => one.off).length;
  return html`<${Chart} input=${part.rows} caption=${t('lift.ae_caption')} label=${t('lift.ae_label', { n: points.length, off })} option=${ratios({ points, axis })} />`;
}

/** @param {Part} part @param {string} name */
function column(part, name) {
  return part.rows.map((row) => row[name]);
}

/** A band of change in the reader's words. @param {string} name */
export function band(name) {
  return has(`band.${name}`) ? t(`band.${name}`) : name.replace('up to', '≤').replace('above', '>').replace(' to ', ' … ');
}
