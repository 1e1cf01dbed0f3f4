/** Notices: what was just done, and the ten seconds in which it can be taken back. */

import { html, useEffect, useSignal } from '../lib/html.js';
import { counted, t } from '../lib/i18n.js';
import { notice, undoable } from '../lib/alerts.js';
import { typing } from './search.js';

const SHOWN_MS = 8000;

export function Notices() {
  const held = undoable.value;
  const said = notice.value;
  useEffect(() => {
    const timer = setTimeout(() => (notice.value = null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [said]);
  return html`<div class="notices">
    ${said && html`<div class=${`toast ${said.bad ? 'bad' : ''}`}><span>${said.text}</span><button onClick=${() => (notice.value = null)}>${t('act.close')}</button></div>`}
    ${held && html`<${Undo} key=${held.until} held=${held} />`}
  </div>`;
}

/** @param {{ held: import('../lib/alerts.js').Held }} given */
function Undo({ held }) {
  const left = useSignal(held.until - Date.now());
  useEffect(() => {
    const timer = setInterval(() => (left.value = held.until - Date.now()), 500);
    const press = (/** @type {KeyboardEvent} */ event) => event.key === 'u' && !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target) && void undo();
    addEventListener('keydown', press);
    return () => {
      clearInterval(timer);
      removeEventListener('keydown', press);
    };
  }, []);
  const seconds = Math.max(0, Math.ceil(left.value / 1000));
  return html`<div class="toast"><span>${counted(`inbox.done.${held.action}`, held.ids.length)}</span>
    <button onClick=${undo}>${t('act.undo')} <span aria-hidden="true">(${seconds})</span></button></div>`;
}

/** What is held was decided by a module that is here by now. */
async function undo() {
  (await import('../lib/acting.js')).undo();
}
