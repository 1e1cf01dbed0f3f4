/** Decide: the dialogs in which an alert is resolved, dismissed, given to somebody, shelved or written about. */

import { html, useSignal } from '../lib/html.js';
import { counted, t } from '../lib/i18n.js';
import { DISMISSALS, act, heldBack } from '../lib/acting.js';
import { alerts } from '../lib/alerts.js';
import { Dialog } from './dialog.js';
import { Assignee } from './people.js';

const HOURS = [1, 4, 24];

/** @param {{ action: string, ids: string[], done: (ids: string[]) => void, leave: () => void }} given */
export function Decide({ action, ids, done, leave }) {
  const carry = async (/** @type {Record<string, string>} */ said) => {
    if (heldBack(action)) return done(ids), void act(ids, action, clean(said)); // it can be taken back for a while: nothing is sent yet
    const against = await act(ids, action, clean(said));
    if (against) throw new Error(against);
    done(ids);
  };
  return html`<${Dialog} title=${counted(`decide.${action}`, ids.length)} go=${t(`act.${action}`)} onGo=${carry} onLeave=${leave}><${Fields} action=${action} ids=${ids} /><//>`;
}

/** @param {{ action: string, ids: string[] }} given */
function Fields({ action, ids }) {
  const reason = useSignal('');
  const needed = action === 'comment' || action === 'shelve' || reason.value === 'other';
  return html`
    ${action === 'dismiss' && html`
      <label>${t('decide.because')}<select name="reason" required data-first onChange=${(/** @type {any} */ event) => (reason.value = event.target.value)}>
        <option value="">${t('decide.choose')}</option>${DISMISSALS.map((one) => html`<option value=${one}>${t(`dismissal.${one}`)}</option>`)}
      </select></label>
      <p class="hint">${t('decide.dismiss.effect')}</p>`}
    ${action === 'assign' && html`<${Assignee} label=${t('decide.to')} first=${true} />`}
    ${action === 'shelve' && html`<label>${t('decide.hours')}<select name="hours" data-first>${HOURS.map((h) => html`<option value=${h}>${t('time.h', { h })}</option>`)}</select></label>`}
    ${action === 'unshelve' && html`<p class="hint">${t('decide.unshelve.effect', { what: wider(ids) })}</p><input type="hidden" name="wider" value="yes" />`}
    ${action === 'resolve' && html`<p class="hint">${t('decide.resolve.effect')}</p>`}
    ${action !== 'assign' && html`<label>${t(needed ? 'decide.note' : 'decide.note_free')}<textarea name="note" rows="3" required=${needed} data-first=${!['dismiss', 'shelve'].includes(action) || undefined}></textarea></label>`}`;
}

/** What else the shelves over some alerts hold for. @param {string[]} ids */
function wider(ids) {
  const shelves = ids.map((id) => alerts.value.get(id)?.shelf).filter((shelf) => shelf && shelf !== 'alike');
  return [...new Set(shelves)].map((shelf) => t(`shelf.${shelf}`)).join(', ');
}

/** @param {Record<string, string>} said */
function clean({ hours, wider, ...said }) {
  return { ...said, ...(hours && { hours: Number(hours) }), ...(wider && { wider: true }) };
}
