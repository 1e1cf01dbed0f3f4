/** Today: what needs doing, site by site, what may cost most first. */

import { html } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { alerts, todo } from '../lib/alerts.js';
import { ago, clock, day, sure } from '../lib/format.js';
import { href, route } from '../lib/router.js';
import { LATELY_S, use } from '../lib/use.js';
import { Empty, Failed, Head, Priority, Time, Waiting } from '../ui/parts.js';
import { Places, within } from '../ui/places.js';
import { Table } from '../ui/table.js';
import { VehicleLink } from '../ui/links.js';

export function Today() {
  const { query } = route.value;
  const known = use('today', {}, { every_s: LATELY_S });
  if (known.error && !known.data) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const sites = Map.groupBy(known.data.items.filter(within(query)), (/** @type {any} */ one) => one.site || one.fleet_id);
  return html`<${Head} title=${t('screen.today')} /><p class="hint">${t('today.lead')} ${t('today.at', { at: `${day(known.data.at)} ${clock(known.data.at)}` })}</p>
    <div class="filters"><${Places} query=${query} /></div>
    ${!sites.size && html`<${Empty} text=${t('today.empty')} />`}
    ${[...sites].map(([site, rows]) => html`<section key=${site}><h2>${site} <small>${rows.length}</small></h2><${Table} caption=${site} columns=${columns()} rows=${rows} id=${(/** @type {any} */ row) => `${row.vehicle} ${row.task}`} name=${`sort-${site}`} /></section>`)}`;
}

function columns() {
  return [
    { key: 'vehicle', label: t('col.vehicle'), show: (/** @type {any} */ row) => html`<${VehicleLink} id=${row.vehicle} />` },
    { key: 'priority', label: t('col.priority'), fixed: true, show: (/** @type {any} */ row) => row.priority && html`<${Priority} priority=${row.priority} />` },
    { key: 'what', label: t('col.what'), fixed: true, show: (/** @type {any} */ row) => (row.alert_ids?.length ? html`<a href=${href(`/alerts/${row.alert_ids[0]}`)}>${named(row)}</a>` : named(row)) },
    { key: 'action', label: t('today.todo'), fixed: true, show: (/** @type {any} */ row) => todoOf(row) },
    { key: 'assignee', label: t('alert.assignee') },
    { key: 'since', label: t('today.since'), show: (/** @type {any} */ row) => html`<span><${Time} at=${row.since} /> <small>${ago(row.since)}</small></span>` },
    { key: 'due', label: t('tasks.due'), show: (/** @type {any} */ row) => html`<${Time} at=${row.due} />` },
    { key: 'loss', label: t('today.loss'), number: true, show: (/** @type {any} */ row) => sure(row.loss) },
  ];
}

/** @param {any} row */
function named(row) {
  const known = row.alert_ids.map((/** @type {string} */ id) => alerts.value.get(id)).filter(Boolean);
  if (!known.length) return row.task_id ? word('task', row.task) : row.what;
  return known.map((/** @type {any} */ one) => `${word('kind', one.kind)} ${one.subject}${one.count > 1 ? ` ×${one.count}` : ''}`.trim()).join(', ');
}

/** @param {any} row */
function todoOf(row) {
  const first = alerts.value.get(row.alert_ids[0]);
  return first ? todo(first) : row.action;
}
