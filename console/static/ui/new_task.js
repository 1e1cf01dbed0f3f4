/** New task: what is to be done about an alert or a vehicle, by whom, until when. */

import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { decided } from '../lib/decided.js';
import { roster } from '../lib/fleet.js';
import { Dialog } from './dialog.js';
import { Assignee } from './people.js';

const TASKS = ['call_driver', 'check_tyre', 'workshop', 'coach'];

/** @param {{ alert?: string, vehicle?: string, kind?: string, done?: () => void, leave: () => void }} given  without an alert, of a vehicle */
export function NewTask({ alert = '', vehicle = '', kind = '', done, leave }) {
  const make = (/** @type {Record<string, string>} */ said) => decided('tasks', alert ? { ...said, alert_id: alert } : said, { done: t('alert.task_made'), after: done });
  return html`<${Dialog} title=${t('alert.task')} go=${t('alert.task')} onGo=${make} onLeave=${leave}>
    ${!alert && html`<${About} vehicle=${vehicle} />`}
    <label>${t('tasks.what')}<select name="kind" data-first=${Boolean(alert || vehicle) || undefined}>${TASKS.map((one) => html`<option value=${one} selected=${one === kind}>${t(`task.${one}`)}</option>`)}</select></label>
    <${Assignee} label=${t('decide.to')} />
    <label>${t('tasks.due')}<input name="due" type="date" /></label><//>`;
}

/** Which vehicle, and what of it. @param {{ vehicle: string }} given */
function About({ vehicle }) {
  return html`<label>${t('col.vehicle')}<input name="vehicle" list="vehicles" defaultValue=${vehicle} required autocomplete="off" data-first=${!vehicle || undefined} /></label>
    <datalist id="vehicles">${roster.value.map((one) => html`<option key=${one.id} value=${one.id}>${one.plate}</option>`)}</datalist>
    <label>${t('tasks.part')}<input name="subject" maxlength="100" autocomplete="off" /></label>`;
}
