/** Report: some weeks of a fleet in short, and the page of it for paper. */

import { html } from '../lib/html.js';
import { inOrder, language, t, word } from '../lib/i18n.js';
import { address } from '../lib/api.js';
import { attempted } from '../lib/decided.js';
import { day, dayTime, number, percent } from '../lib/format.js';
import { roster } from '../lib/fleet.js';
import { route } from '../lib/router.js';
import { may } from '../lib/session.js';
import { use } from '../lib/use.js';
import { Failed, Head, Waiting } from '../ui/parts.js';
import { Table } from '../ui/table.js';
import { Choice } from '../ui/choice.js';
import { Field } from './trips.js';
import '../lib/phrase.js'; // words of the report, which paper has too

/** @typedef {{ value: number, low: number, high: number } | null} Between */

export function Report() {
  const fleets = inOrder(new Set(roster.value.map((one) => one.fleet_id)));
  const { fleet = fleets[0] ?? '', from = '', to = '' } = route.value.query;
  const until = to && new Date(Date.parse(to) + 86_400_000).toISOString().slice(0, 10); // that day is meant to be in it
  const known = use(fleet ? `fleets/${encodeURIComponent(fleet)}/report` : null, { from, to: until });
  const page = address(`fleets/${encodeURIComponent(fleet)}/report.html`, { from, to: until, language: language.value });
  const give = () => attempted(`fleets/${encodeURIComponent(fleet)}/report`, { from, to: until }, { done: t('fleet_report.given'), after: known.again });
  return html`<${Head} title=${t('screen.report')}>${known.data && html`<a class="button" href=${page} target="_blank" rel="noopener">${t('fleet_report.print')}</a>${may('manager') && html`<button onClick=${give}>${t('fleet_report.give')}</button>`}`}<//>
    <p class="hint">${t('fleet_report.lead')}</p>
    <div class="filters">
      <${Choice} name="fleet" value=${fleet} label=${t('fleet_report.fleet')} options=${fleets.map((one) => [one, one])} />
      <${Field} name="from" value=${from || known.data?.first} label=${t('fleet_report.from')} type="date" />
      <${Field} name="to" value=${to || (known.data && last(known.data.end))} label=${t('fleet_report.to')} type="date" />
    </div>
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${Parts} found=${known.data} />` : fleet && !known.error && html`<${Waiting} />`}`;
}

/** @param {{ found: any }} given */
function Parts({ found }) {
  const seen = found.km + found.gap_km;
  const blind = { n: number(found.vehicles - found.heard), of: number(found.vehicles), hours: number(found.silent_h), km: number(found.gap_km), share: seen ? percent(found.gap_km / seen, 1) : '–' };
  return html`<p>${t('fleet_report.of', { days: t('fleet_report.days', { first: day(found.first), last: day(last(found.end)) }), km: number(found.km), heard: number(found.heard), vehicles: number(found.vehicles) })}</p>
    <section class="card"><h2>${t('fleet_report.changes')}</h2><p class="hint">${against(found)}</p><ul class="plain">${found.changes.map((/** @type {any} */ one) => html`<li key=${one.name}>${sentence(one)}</li>`)}</ul></section>
    ${['sites', 'vehicles', 'drivers'].map((name) => html`<${Worst} key=${name} name=${name === 'vehicles' ? 'worst' : name} rows=${found[`worst_${name}`]} found=${found} />`)}
    <section class="card"><h2>${t('fleet_report.blind')}</h2><p>${t('fleet_report.blind.said', blind)}</p><p class="hint">${t('fleet_report.blind.lead')}</p></section>
    <section class="card"><h2>${t('screen.tasks')}</h2><p>${t('fleet_report.done.said', { made: number(found.tasks_made), done: number(found.tasks_done) })}</p><p>${t('fleet_report.overdue.said', { overdue: number(found.tasks_overdue) })}</p></section>`;
}

/** The last of some days, of which the one after it is known. @param {string} end */
function last(end) {
  return new Date(Date.parse(end) - 86_400_000).toISOString().slice(0, 10);
}

/** Which days it is held against, and why those. @param {any} found */
function against({ before_first, before_end, before_at, before_by }) {
  const days = t('fleet_report.days', { first: day(before_first), last: day(last(before_end)) });
  return before_at ? t('fleet_report.against.last', { days, by: before_by, at: dayTime(before_at) }) : t('fleet_report.against.equal', { days });
}

/** A change in a sentence. @param {{ name: string, rate: Between, before: Between, difference: Between, word: string }} one */
function sentence({ name, rate, before, difference, word }) {
  const what = t(`fleet_report.what.${name}`);
  if (!rate || !before || !difference) return t('fleet_report.no_change_known', { what });
  return t(`fleet_report.said.${word}`, { what, new: number(rate.value, 2), old: number(before.value, 2), low: number(difference.low, 2), high: number(difference.high, 2) });
}

/** @param {{ name: string, rows: any[], found: any }} given */
function Worst({ name, rows, found }) {
  const none = name === 'drivers' ? 'fleet_report.none_harsh_driver' : 'fleet_report.none_harsh';
  const more = name === 'drivers' ? { key: 'score', label: t('fleet_report.col.score', { status: word('filed', found.status) }), number: true, show: (/** @type {any} */ row) => number(row.score, 0) } : { key: 'overdue', label: t('fleet_report.col.overdue'), number: true };
  const rate = (/** @type {keyof NonNullable<Between>} */ part) => ({ number: true, by: (/** @type {any} */ row) => row.rate?.[part], show: (/** @type {any} */ row) => number(row.rate?.[part], 2) });
  const columns = [
    { key: 'name', label: t(`fleet_report.name.${name}`), show: (/** @type {any} */ row) => row.name || t('fleet_report.no_site') },
    { key: 'events', label: t('fleet_report.col.events'), number: true },
    { key: 'km', label: t('fleet_report.col.km'), number: true, show: (/** @type {any} */ row) => number(row.km, row.km < 100 ? 1 : 0) },
    { key: 'rate', label: t('fleet_report.col.rate'), ...rate('value') },
    { key: 'low', label: t('fleet_report.col.low'), ...rate('low') },
    { key: 'high', label: t('fleet_report.col.high'), ...rate('high') },
    { key: 'above', label: t('fleet_report.col.above'), show: (/** @type {any} */ row) => t(row.above ? 'fleet_report.page.yes' : 'fleet_report.page.no') },
    { key: 'urgent', label: t('fleet_report.col.urgent'), number: true },
    more,
  ];
  return html`<section><h2>${t(`fleet_report.${name}`)}</h2><${Table} caption=${t(`fleet_report.${name}`)} columns=${columns} rows=${rows} id=${(/** @type {any} */ row) => row.name} name=${`sort-${name}`} empty=${t(found.km > 0 ? none : 'fleet_report.none_seen')} /></section>`;
}
