/** Tariffs: which there are, from when to when, signed by whom, with which rules; two of them held against each other. */

import { html } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { phrase } from '../lib/phrase.js';
import { day } from '../lib/format.js';
import { href, route } from '../lib/router.js';
import { pages } from '../lib/pages.js';
import { use } from '../lib/use.js';
import { share } from '../ui/columns.js';
import { Chart } from '../charts/chart.js';
import { columns as bars } from '../charts/options.js';
import { Fact, Failed, Filed, Head, Waiting } from '../ui/parts.js';
import { Files, Section, paid } from '../ui/report.js';
import { Table } from '../ui/table.js';
import { Choice } from '../ui/choice.js';
import { band } from './lift.js';

export function Tariffs() {
  const { old: before = '', new: after = '' } = route.value.query;
  const known = use('pricing/tariffs', {});
  if (known.error) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<h1>${t('screen.tariffs')}</h1><${Waiting} />`;
  const rows = /** @type {any[]} */ (known.data);
  const force = rows.find((one) => one.in_force) ?? rows[0];
  const names = rows.map((one) => [one.name, one.name]);
  return html`<${Head} title=${t('screen.tariffs')}><${Filed} status=${force.status} /><//>
    <${Table} caption=${t('screen.tariffs')} columns=${series(force)} rows=${rows} id=${(/** @type {any} */ row) => row.digest} />
    <section class="card"><h2>${t('tariffs.compare')}</h2>
    <div class="filters"><${Choice} name="old" value=${before || force.name} label=${t('tariffs.old')} options=${names} /><${Choice} name="new" value=${after} label=${t('tariffs.new')} options=${[['', t('tariffs.choose')], ...names]} /></div></section>
    ${after && html`<${Compared} key=${`${before} ${after}`} before=${before} after=${after} />`}`;
}

/** @param {any} force */
function series(force) {
  return [
    { key: 'tariff_id', label: t('premium.tariff'), show: (/** @type {any} */ row) => html`<b>${row.tariff_id}</b> <${Filed} status=${row.status} /> ${row.in_force && html`<small>${t(row.of_today ? 'tariffs.in_force' : 'tariffs.in_force_early')}</small>`}${row.configured ? '' : html`<small>${t('tariffs.comes_along')}</small>`}` },
    { key: 'valid_from', label: t('tariffs.from'), show: (/** @type {any} */ row) => day(row.valid_from) },
    { key: 'valid_to', label: t('tariffs.to'), show: (/** @type {any} */ row) => (row.valid_to ? day(row.valid_to) : t('tariffs.open')) },
    { key: 'signature', label: t('tariffs.signature'), show: (/** @type {any} */ row) => html`${word('signature', row.signature)} ${row.key && html`<code title=${row.key}>${row.key.slice(0, 12)}</code>`}` },
    { key: 'rules', label: t('tariffs.rules'), show: (/** @type {any} */ row) => html`<code>${row.rules}</code> ${row.rules_known ? '' : html`<b>${t('tariffs.rules_unknown')}</b>`}` },
    { key: 'on_record', label: t('tariffs.on_record'), show: (/** @type {any} */ row) => t(row.on_record ? 'report.yes' : 'report.no') },
    { key: 'currency', label: t('tariffs.currency') },
    { key: 'jurisdiction', label: t('tariffs.jurisdiction') },
    { key: 'digest', label: t('ledger.hash'), fixed: true, show: (/** @type {any} */ row) => html`<code title=${row.digest}>${row.digest.slice(0, 12)}</code>` },
    { key: 'name', label: t('tariffs.held'), fixed: true, show: (/** @type {any} */ row) => (row.in_force || row.currency !== force.currency ? '' : html`<a href=${href('/tariffs', { new: row.name })}>${t('tariffs.with_force')}</a>`) },
  ];
}

/** @param {{ before: string, after: string }} given */
function Compared({ before, after }) {
  const asked = { old: before, new: after };
  const known = use('pricing/tariffs/compare', asked);
  const moved = pages('pricing/dislocation', asked, { sort: 'moved' });
  if (known.error) return html`<${Failed} error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const { old: was, new: now, form, bands, covers, fleets, differences } = known.data;
  return html`<p><b>${was.tariff_id}</b> <${Filed} status=${was.status} /> → <b>${now.tariff_id}</b> <${Filed} status=${now.status} /></p>
    <section class="card"><h2>${t('tariffs.hits')}</h2>
      <dl class="facts">${Object.entries(form).map(([name, value]) => html`<${Fact} key=${name} label=${word('form', name)} value=${phrase(value)} />`)}</dl>
      ${bands.length > 0 && html`<${Chart} input=${bands} caption=${t('tariffs.bands')} label=${t('tariffs.bands')} option=${bars({ names: bands.map((/** @type {any} */ row) => band(row.band)), axis: t('column.change'), heights: bands.map((/** @type {any} */ row) => row.vehicles), name: t('portfolio.vehicles') })} />`}
    </section>
    <${Section} part=${{ name: 'disruption', title: t('tariffs.bands'), said: [], columns: Object.keys(bands[0] ?? {}), heads: {}, styles: STYLES, rows: bands.map((/** @type {any} */ row) => ({ ...row, band: band(row.band) })) }} />
    <div class="cards">${[['covers', covers, 'cover'], ['fleets', fleets, 'fleet']].map(([name, rows, family]) => html`<section key=${name} class="card"><h2>${t(`portfolio.${name}`)}</h2><${Table} caption=${t(`portfolio.${name}`)} name=${`part-${name}`} columns=${parts(name, family, now.currency)} rows=${rows} id=${(/** @type {any} */ row) => row.name} /></section>`)}</div>
    <section class="card"><header class="head"><h2>${t('tariffs.moved')}</h2><div class="tools"><${Files} path="pricing/dislocation" query=${moved.asked} /></div></header>
      ${moved.data ? html`<${Table} caption=${t('tariffs.moved')} name="moved" columns=${vehicles(now.currency)} rows=${moved.data.items} list=${moved} id=${(/** @type {any} */ row) => `${row.policy_id} ${row.vehicle_id}`} />` : html`<${Waiting} />`}</section>
    <section class="card"><h2>${t('tariffs.differences')}</h2><${Table} caption=${t('tariffs.differences')} name="differences" columns=${numbers()} rows=${differences} id=${(/** @type {any} */ row) => row.path} empty=${t('tariffs.same')} /></section>`;
}

const STYLES = { vehicles: 'count', share: 'share', old: 'money', new: 'money', change: 'share', least: 'share', most: 'share' };

/** Both premiums and the change between them. @param {string} currency */
function amounts(currency) {
  const amount = (/** @type {string} */ key, /** @type {string} */ label) => ({ key, label, number: true, unit: currency, by: (/** @type {any} */ row) => Number(row[key]), show: (/** @type {any} */ row) => paid(row[key], currency) });
  return [amount('old', t('tariffs.old')), amount('new', t('tariffs.new')), share('change', t('column.change'), 1)];
}

/** @param {string} name @param {string} family @param {string} currency */
function parts(name, family, currency) {
  return [{ key: 'name', label: t(name === 'covers' ? 'premiums.cover' : 'col.fleet'), show: (/** @type {any} */ row) => word(family, row.name) }, ...amounts(currency)];
}

/** @param {string} currency */
function vehicles(currency) {
  return [
    { key: 'vehicle_id', label: t('col.vehicle'), show: (/** @type {any} */ row) => html`<a href=${href(`/premiums/${row.fleet_id}/${row.vehicle_id}`)}>${row.vehicle_id}</a>` },
    { key: 'policy_id', label: t('premiums.policy') },
    ...amounts(currency),
    { key: 'caps', label: t('premium.caps'), show: (/** @type {any} */ row) => row.caps || '–' },
  ];
}

function numbers() {
  return [{ key: 'path', label: t('tariffs.number') }, { key: 'old', label: t('tariffs.old'), fixed: true }, { key: 'new', label: t('tariffs.new'), fixed: true }];
}
