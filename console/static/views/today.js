/** Today: what needs doing, site by site, what may cost most first; each row is dealt with where it stands. */

import { html, useEffect, useRef, useSignal } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { act } from '../lib/acting.js';
import { alerts, shown, todo } from '../lib/alerts.js';
import { ago, clock, day, sure } from '../lib/format.js';
import { href, route } from '../lib/router.js';
import { may } from '../lib/session.js';
import { LATELY_S, use } from '../lib/use.js';
import { Decide } from '../ui/decide.js';
import { DriverLink, VehicleLink } from '../ui/links.js';
import { NewTask } from '../ui/new_task.js';
import { Empty, Failed, Head, Priority, Time, Waiting } from '../ui/parts.js';
import { Places, within } from '../ui/places.js';
import { Table } from '../ui/table.js';
import { TaskDialog } from '../ui/task_dialog.js';

/** @typedef {(row: any, action: string) => void} Ask */

export function Today() {
  const { query } = route.value;
  const known = use('today', {}, { every_s: LATELY_S });
  const asked = useSignal(/** @type {{ row: any, action: string } | null} */ (null));
  const at = useRef(-1); // the row that was dealt with last
  useEffect(() => void onwards(at), [known.data]);
  if (known.error && !known.data) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const ask = (/** @type {any} */ row, /** @type {string} */ action) => {
    at.current = [...document.querySelectorAll('main .acts')].findIndex((one) => one.contains(document.activeElement));
    if (action === 'ack') void act(standing(row, 'open'), action).then(known.again);
    else asked.value = { row, action };
  };
  const sites = Map.groupBy(known.data.items.filter(within(query)), (/** @type {any} */ one) => one.site || one.fleet_id);
  return html`<${Head} title=${t('screen.today')} /><p class="hint">${t('today.lead')} ${t('today.at', { at: `${day(known.data.at)} ${clock(known.data.at)}` })}</p>
    <div class="filters"><${Places} query=${query} /></div>
    ${!sites.size && html`<${Empty} text=${t('today.empty')} />`}
    ${[...sites].map(([site, rows]) => html`<section key=${site}><h2>${site} <small>${rows.length}</small></h2><${Table} caption=${site} columns=${columns(ask)} rows=${rows} id=${(/** @type {any} */ row) => `${row.vehicle} ${row.task}`} name=${`sort-${site}`} /></section>`)}
    ${asked.value && html`<${Asked} ...${asked.value} done=${known.again} leave=${() => (asked.value = null)} />`}`;
}

/** Where a row has gone, the next one has the focus. @param {{ current: number }} at */
function onwards(at) {
  if (at.current < 0 || document.activeElement !== document.body) return;
  const rows = [...document.querySelectorAll('main .acts')];
  /** @type {HTMLElement | null | undefined} */ (rows[Math.min(at.current, rows.length - 1)]?.querySelector('button, a'))?.focus();
}

/** What a row is asked about. @param {{ row: any, action: string, done: () => void, leave: () => void }} given */
function Asked({ row, action, done, leave }) {
  if (row.task_id) return html`<${TaskDialog} id=${row.task_id} rev=${row.task_rev} action=${action} done=${done} leave=${leave} />`;
  if (action === 'task') return html`<${NewTask} alert=${row.alert_ids[0]} kind=${row.task} done=${done} leave=${leave} />`;
  return html`<${Decide} action=${action} ids=${standing(row)} done=${() => [leave, done].forEach((each) => each())} leave=${leave} />`;
}

/** @param {Ask} ask */
function columns(ask) {
  return [
    { key: 'vehicle', label: t('col.vehicle'), show: (/** @type {any} */ row) => html`<span><${VehicleLink} id=${row.vehicle} /> <small>${row.plate}</small>${drivers(row).map((one) => html` <${DriverLink} key=${one.driver_id} fleet=${one.fleet_id} id=${one.driver_id} name=${one.driver_name} />`)}</span>` },
    { key: 'priority', label: t('col.priority'), fixed: true, show: (/** @type {any} */ row) => row.priority && html`<${Priority} priority=${row.priority} />` },
    { key: 'what', label: t('col.what'), fixed: true, show: named },
    { key: 'action', label: t('today.todo'), fixed: true, show: (/** @type {any} */ row) => html`<span>${todoOf(row)}<${Acts} row=${row} ask=${ask} /></span>` },
    { key: 'assignee', label: t('alert.assignee') },
    { key: 'since', label: t('today.since'), show: (/** @type {any} */ row) => html`<span><${Time} at=${row.since} /> <small>${ago(row.since)}</small></span>` },
    { key: 'due', label: t('tasks.due'), show: (/** @type {any} */ row) => html`<${Time} at=${row.due} />` },
    { key: 'loss', label: t('today.loss'), number: true, show: (/** @type {any} */ row) => sure(row.loss) },
  ];
}

/** @param {{ row: any, ask: Ask }} given */
function Acts({ row, ask }) {
  const ways = [...(standing(row, 'open').length ? [['ack', 'today.ack']] : []), ...workOn(row)];
  return html`<span class="acts" data-unsaved>${may('manager') && ways.map(([action, label]) => html`<button key=${action} onClick=${() => ask(row, action)}>${t(label)}</button>`)}
    <a class="button" href=${href('/', { vehicle: row.vehicle })}>${t('today.map')}</a></span>`;
}

/** What can be done about the work itself: a task that is done waits for the pressure to say so. @param {any} row */
function workOn(row) {
  if (!row.task_id) return [['assign', 'tasks.assign'], ['task', 'alert.task']];
  return row.why === 'task' ? [['assign', 'tasks.assign'], ['done', 'tasks.done']] : [];
}

/** The alerts of a row, or those in a state, as they are by now. @param {any} row @param {string} [state] @returns {string[]} */
function standing({ alert_ids: ids }, state = '') {
  return ids.filter((/** @type {string} */ id) => !state || known(id)?.state === state);
}

/** @param {string} id */
function known(id) {
  const found = alerts.value.get(id);
  return found && shown(found);
}

/** An alert of each who drove when it happened. @param {any} row @returns {any[]} */
function drivers({ alert_ids: ids }) {
  const driven = ids.map(known).filter((/** @type {any} */ one) => one?.driver_id);
  return [...new Map(driven.map((/** @type {any} */ one) => [one.driver_id, one])).values()];
}

/** @param {any} row */
function named(row) {
  const found = row.alert_ids.map(known).filter(Boolean);
  if (!found.length) return row.task_id ? word('task', row.task) : row.what;
  return html`<span>${found.map((/** @type {any} */ one, /** @type {number} */ k) => html`${k > 0 && ', '}<a key=${one.alert_id} href=${href(`/alerts/${one.alert_id}`)}>${`${word('kind', one.kind)} ${one.subject}${one.count > 1 ? ` ×${one.count}` : ''}`.trim()}</a>`)}</span>`;
}

/** @param {any} row */
function todoOf(row) {
  const first = known(row.alert_ids[0]);
  return first ? todo(first) : row.action;
}
