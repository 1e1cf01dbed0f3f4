/** Task dialog: closes a task with what was found, drops it, or gives it to somebody. */

import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { decided } from '../lib/decided.js';
import { Dialog } from './dialog.js';
import { Assignee } from './people.js';

const OUTCOMES = ['fixed', 'replaced', 'talked', 'nothing_found', 'other'];

/** @param {{ id: string, rev: string, action: string, done: () => void, leave: () => void }} given  `rev`: of the task as it was seen; `action`: done, assign, drop */
export function TaskDialog({ id, rev, action, done, leave }) {
  const close = (/** @type {Record<string, string>} */ said) => decided(`tasks/${encodeURIComponent(id)}/${action}`, said, { rev, done: t(`tasks.${action}_said`), after: done });
  return html`<${Dialog} title=${t(`tasks.${action}`)} go=${t(`tasks.${action}`)} onGo=${close} onLeave=${leave}><${Fields} action=${action} /><//>`;
}

/** @param {{ action: string }} given */
function Fields({ action }) {
  if (action === 'assign')
    return html`<${Assignee} label=${t('alert.assignee')} first=${true} /><label>${t('tasks.due')}<input name="due" type="date" /></label>`;
  return html`${action === 'done' && html`<label>${t('tasks.outcome')}<select name="outcome" data-first>${OUTCOMES.map((one) => html`<option value=${one}>${t(`outcome.${one}`)}</option>`)}</select></label>`}
    <label>${t(action === 'done' ? 'tasks.finding' : 'decide.note')}<textarea name="finding" rows="3" required=${action === 'drop'} data-first=${action === 'drop' || undefined}></textarea></label>`;
}
