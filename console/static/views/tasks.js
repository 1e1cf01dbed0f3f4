/** Tasks: what is to be done, by whom, until when; closed with what was found. */

import { html, useSignal } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { href, refine, route } from '../lib/router.js';
import { may } from '../lib/session.js';
import { pages } from '../lib/pages.js';
import { LATELY_S } from '../lib/use.js';
import { Failed, Head, Time, Waiting } from '../ui/parts.js';
import { NewTask } from '../ui/new_task.js';
import { TaskDialog } from '../ui/task_dialog.js';
import { Table } from '../ui/table.js';
import { VehicleLink } from '../ui/links.js';
import { Choice } from '../ui/choice.js';

const STATES = ['open', 'done', 'verified', 'dropped'];
const ACTIONS = ['done', 'assign', 'drop'];

export function Tasks() {
  const { state = 'open', make } = route.value.query;
  const asked = useSignal(/** @type {{ id: string, rev: string, action: string } | null} */ (null));
  const known = pages('tasks', { state }, { every_s: LATELY_S });
  return html`<${Head} title=${t('screen.tasks')}>${may('manager') && html`<button onClick=${() => refine({ make: 'new' })}>${t('alert.task')}</button>`}<//>
    <div class="filters"><${Choice} name="state" value=${state} label=${t('col.state')} options=${STATES.map((one) => [one, t(`task_state.${one}`)])} /></div>
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${Table} caption=${t('screen.tasks')} columns=${columns(({ task_id, rev }, action) => (asked.value = { id: task_id, rev, action }))} rows=${known.data.items} list=${known} id=${(/** @type {any} */ row) => row.task_id} empty=${t('tasks.empty')} />` : !known.error && html`<${Waiting} />`}
    ${asked.value && html`<${TaskDialog} ...${asked.value} done=${known.again} leave=${() => (asked.value = null)} />`}
    ${make && may('manager') && html`<${NewTask} vehicle=${make === 'new' ? '' : make} done=${known.again} leave=${() => refine({ make: '' })} />`}`;
}

/** @param {(row: any, action: string) => void} ask */
function columns(ask) {
  return [
    { key: 'kind', label: t('tasks.what'), show: (/** @type {any} */ row) => html`${word('task', row.kind)} ${row.subject}` },
    { key: 'vehicle', label: t('col.vehicle'), show: (/** @type {any} */ row) => html`<${VehicleLink} id=${row.vehicle} />` },
    { key: 'assignee', label: t('alert.assignee') },
    { key: 'due', label: t('tasks.due'), show: (/** @type {any} */ row) => html`<span class=${row.overdue ? 'verdict bad' : ''}><${Time} at=${row.due} /> ${row.overdue ? t('tasks.overdue') : ''}</span>` },
    { key: 'state', label: t('col.state'), show: (/** @type {any} */ row) => html`${t(`task_state.${row.state}`)} ${row.outcome && word('outcome', row.outcome)} ${row.finding}` },
    { key: 'alert_id', label: t('tasks.alert'), fixed: true, show: (/** @type {any} */ row) => row.alert_id && html`<a href=${href(`/alerts/${row.alert_id}`)}>${t('tasks.see')}</a>` },
    { key: 'act', label: t('col.actions'), fixed: true, unsaved: true, show: (/** @type {any} */ row) => (row.state === 'open' && may('manager') ? ACTIONS.map((action) => html`<button key=${action} onClick=${() => ask(row, action)}>${t(`tasks.${action}`)}</button> `) : '') },
  ];
}
