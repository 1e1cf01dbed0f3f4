/** Search: any vehicle or driver by a part of its name; `/` goes there from anywhere. */

import { html, useEffect, useRef, useSignal } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { go } from '../lib/router.js';
import { notice } from '../lib/alerts.js';
import { say } from '../lib/announce.js';
import { roster } from '../lib/fleet.js';
import { may } from '../lib/session.js';

const SHOWN = 8;

export function Search() {
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const said = useSignal('');
  useEffect(() => {
    const listen = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== '/' || typing(event.target)) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
  const found = matching(said.value);
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!found.length) {
      notice.value = { text: t('shell.not_found', { name: said.value }), bad: true };
      say(t('shell.not_found', { name: said.value }));
      return;
    }
    go('/', { vehicle: found[0].id });
    said.value = '';
  };
  if (!may('viewer', 'manager')) return null; // nobody else has a roster
  return html`<form class="search" role="search" onSubmit=${submit}>
    <input ref=${field} type="search" list="vehicles-found" autocomplete="off" placeholder=${t('shell.search')} aria-label=${t('shell.search')}
      value=${said.value} onInput=${(/** @type {any} */ event) => (said.value = event.target.value)} />
    <datalist id="vehicles-found">${found.map((one) => html`<option key=${one.vehicle_id} value=${one.vehicle_id}>${one.plate ?? ''}</option>`)}</datalist>
  </form>`;
}

/** Whether keys mean letters here. @param {EventTarget | null} target */
export function typing(target) {
  return target instanceof HTMLElement && (target.matches('input, select, textarea') || target.isContentEditable);
}

/** @param {string} text */
function matching(text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  const names = (/** @type {any} */ one) => [one.vehicle_id, one.plate, one.driver_id].filter(Boolean);
  return roster.value.filter((one) => names(one).some((name) => name.toLowerCase().includes(wanted))).slice(0, SHOWN);
}
