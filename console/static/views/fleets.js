/** Fleets: what an underwriter is asked to insure: each fleet's file - schedule, experience, km unseen, what is charged. */

import { html, useMemo } from '../lib/html.js';
import { language, t, word } from '../lib/i18n.js';
import { number, percent } from '../lib/format.js';
import { address } from '../lib/api.js';
import { href, route } from '../lib/router.js';
import { use } from '../lib/use.js';
import { pages } from '../lib/pages.js';
import { amount, count, share, term } from '../ui/columns.js';
import { Chart } from '../charts/chart.js';
import { columns as bars } from '../charts/options.js';
import { Empty, Fact, Failed, Filed, Head, Waiting } from '../ui/parts.js';
import { Files, Section, paid } from '../ui/report.js';
import { Table } from '../ui/table.js';
import { Choice, Currencies } from '../ui/choice.js';
import { Bar } from './portfolio.js';

/** @typedef {import('../ui/report.js').Part} Part */

export function Fleets() {
  const known = pages('pricing/fleets', {}, { sort: 'sort' });
  return html`<${Head} title=${t('screen.fleets')}><${Files} path="pricing/fleets" query=${known.asked} /><//>
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${Table} caption=${t('screen.fleets')} columns=${overview()} rows=${known.data.items} list=${known} id=${(/** @type {any} */ row) => `${row.fleet_id} ${row.currency}`} empty=${t('fleets.empty')} />` : !known.error && html`<${Waiting} />`}`;
}

function overview() {
  return [
    { key: 'name', label: t('col.fleet'), show: (/** @type {any} */ row) => html`<a href=${href(`/fleets/${encodeURIComponent(row.fleet_id)}`, { currency: row.currency })}>${row.name}</a>` },
    count('vehicles', t('portfolio.vehicles')),
    count('km_measured', t('devices.measured')),
    gap(),
    share('credibility', t('fleets.z')),
    count('provisional', t('fleets.provisional')),
    amount('indicated', t('fleets.indicated')),
    amount('charged', t('premium.charged')),
    { key: 'status', label: t('col.status'), show: (/** @type {any} */ row) => html`<${Filed} status=${row.status} />` },
  ];
}

/** @param {{ parts: string[] }} given */
export function Fleet({ parts: [, id] }) {
  const path = `pricing/fleets/${encodeURIComponent(id)}`;
  const known = use('pricing/fleets', { fleet: id });
  const schedule = pages(`${path}/vehicles`, {}, { sort: 'sort' });
  if (schedule.error) return html`<${Failed} page error=${schedule.error} again=${schedule.again} />`;
  if (!schedule.data) return html`<${Waiting} />`;
  const parts = /** @type {any[]} */ (known.data?.items ?? []); // one a currency
  return html`<${Head} title=${t('fleets.file', { fleet: parts[0]?.name ?? id })}><a href="#/fleets">${t('screen.fleets')}</a><//>
    ${parts.length > 1 && html`<p class="notice">${t('portfolio.apart')}</p>`}
    ${parts.map((part) => html`<${Facts} key=${part.currency} fleet=${part} apart=${parts.length > 1} />`)}
    <section class="card"><header class="head"><h2>${t('fleets.schedule')}</h2><div class="tools"><${Files} path=${`${path}/vehicles`} query=${schedule.asked} /></div></header>
      <p class="hint">${t('fleets.sufficiency')}</p>
      <${Table} caption=${t('fleets.schedule')} columns=${vehicles()} rows=${schedule.data.items} list=${schedule} id=${(/** @type {any} */ row) => `${row.vehicle_id} ${row.policy_id} ${row.cover}`} /></section>
    <${Experience} path=${path} currencies=${parts.map((part) => part.currency)} />`;
}

/** What is insured in one currency. @param {{ fleet: any, apart: boolean }} given */
function Facts({ fleet, apart }) {
  return html`${apart && html`<h2>${t('portfolio.in', { currency: fleet.currency })}</h2>`}<dl class="facts card">
    <${Fact} label=${t('portfolio.vehicles')} value=${number(fleet.vehicles)} />
    <${Fact} label=${t('devices.measured')} value=${number(fleet.km_measured, 0, 'km')} />
    <${Fact} label=${t('devices.gap')} value=${number(fleet.km_gap, 0, 'km')} note=${percent(fleet.gap_share, 1)} />
    <${Fact} label=${t('fleets.z')} value=${percent(fleet.credibility)} />
    <${Fact} label=${t('fleets.provisional')} value=${number(fleet.provisional)} />
    <${Fact} label=${t('fleets.indicated')} value=${paid(fleet.indicated, fleet.currency)} />
    <${Fact} label=${t('premium.charged')} value=${paid(fleet.charged, fleet.currency)} />
    <${Fact} label=${t('col.status')} value=${html`<${Filed} status=${fleet.status} />`} />
  </dl>`;
}

function vehicles() {
  return [
    { key: 'vehicle_id', label: t('col.vehicle'), show: (/** @type {any} */ row) => html`<a href=${href(`/premiums/${row.vehicle}`, { cover: row.cover })}>${row.vehicle_id}</a>` },
    { key: 'class', label: t('col.class'), show: (/** @type {any} */ row) => word('class', row.class) },
    { key: 'cover', label: t('premiums.cover'), show: (/** @type {any} */ row) => word('cover', row.cover) },
    amount('indicated', t('fleets.indicated')),
    amount('charged', t('premium.charged')),
    amount('difference', t('fleets.difference')),
    term(t('premiums.term')),
    count('annual_km', t('fleets.declared')),
    { ...count('km_a_year', t('fleets.pace')), show: (/** @type {any} */ row) => (row.km_a_year === null && row.days ? html`<small>${t('fleets.too_early')}</small>` : number(row.km_a_year)) },
    gap(),
    { key: 'score', label: t('drivers.score'), number: true, by: sure, value: sure, show: (/** @type {any} */ row) => (sure(row) === null ? '–' : html`${number(row.score)} <small>${number(row.low)} – ${number(row.high)}</small>`) },
    { ...share('credibility', t('fleets.z')), show: (/** @type {any} */ row) => html`${percent(row.credibility)} ${row.provisional && html`<small>${t('fleets.is_provisional')}</small>`}<${Bar} share=${row.credibility ?? 0} />` },
  ];
}

/** A score where enough was driven for one. @param {any} row @returns {number | null} */
function sure({ provisional, score }) {
  return provisional ? null : score;
}

/** Km that were not seen, sorted by their share of all. */
function gap() {
  return { key: 'gap_share', label: t('devices.gap'), number: true, unit: 'km', value: (/** @type {any} */ row) => row.km_gap, show: (/** @type {any} */ row) => html`${number(row.km_gap)} <small>${percent(row.gap_share, 1)}</small>` };
}

/** The years of its claims, by cover, in one currency. @param {{ path: string, currencies: string[] }} given */
function Experience({ path, currencies }) {
  const { years = '5', currency = '' } = route.value.query;
  const asked = { years, currency };
  const known = use(`${path}/experience`, asked);
  const money = known.data?.facts.money ?? currency;
  return html`<header class="head"><h2>${t('fleets.experience')} <small>${money}</small></h2><div class="tools">${known.data && html`<${Files} path=${`${path}/experience`} query=${asked} kinds=${['html', 'xlsx']} /><a class="button" href=${address(`${path}/years.csv`, { ...asked, language: language.value })} download>CSV</a>`}</div></header>
    <div class="filters"><${Choice} name="years" value=${years} label=${t('fleets.years')} options=${['3', '5', '7', '10'].map((one) => [one, one])} /></div>
    ${money && html`<${Currencies} of=${money} all=${currencies} />`}
    ${known.error ? html`<${Empty} text=${known.error.message} />` : !known.data ? html`<${Waiting} />` : known.data.sections.map((/** @type {Part} */ part) => html`<${Section} key=${part.name} part=${part} charts=${part.name === 'years' ? html`<${ByYear} part=${part} />` : null} />`)}`;
}

/** A chart a cover: what is known, what it will come to, what was expected. @param {{ part: Part }} given */
function ByYear({ part }) {
  const covers = useMemo(() => [...new Set(part.rows.map((row) => row.cover))], [part]);
  return html`<div class="cards">${covers.map((cover) => {
    const rows = part.rows.filter((row) => row.cover === cover);
    return html`<${Chart} key=${cover} input=${part} caption=${word('cover', cover)} label=${t('fleets.year_chart', { cover: word('cover', cover) })} option=${bars({
      names: rows.map((row) => String(row.start)), axis: '', heights: rows.map((row) => row.incurred), name: t('column.incurred'),
      series: [{ name: t('column.ultimate'), values: rows.map((row) => row.ultimate) }, { name: t('column.expected'), values: rows.map((row) => row.expected) }],
    })} />`;
  })}</div>`;
}
