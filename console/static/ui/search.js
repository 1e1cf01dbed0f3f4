/** Search: any vehicle or driver by a part of its name; `/` goes there from anywhere; what finds them comes when somebody writes. */

import { html, useEffect, useRef, useSignal } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { may } from '../lib/session.js';
import { lazy } from './lazy.js';

const Finder = lazy(() => import('./finder.js'), 'Finder', true);
const STEPS = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1 });

export function Search() {
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const said = useSignal('');
  const found = useSignal(/** @type {import('./finder.js').Found[]} */ ([]));
  const at = useSignal(0); // which of these
  const entered = useSignal(false);
  useEffect(() => {
    const listen = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== '/' || typing(event.target)) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
  if (!may('viewer', 'manager')) return null; // nobody else has a roster
  const n = said.value.trim() ? found.value.length : 0;
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape') said.value = '';
    if (!n || !(event.key in STEPS)) return;
    event.preventDefault();
    at.value = (at.value + STEPS[event.key] + n) % n;
  };
  return html`<form class="search" role="search" onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); entered.value = true; }}>
    <input ref=${field} type="search" role="combobox" autocomplete="off" placeholder=${t('shell.search')} aria-label=${t('shell.search')}
      aria-expanded=${n > 0} aria-controls="found" aria-activedescendant=${n ? `found-${at.value}` : undefined}
      value=${said.value} onKeyDown=${press} onInput=${(/** @type {any} */ event) => (said.value = event.target.value)} />
    ${said.value.trim() && html`<${Finder} said=${said} found=${found} at=${at} entered=${entered} />`}
  </form>`;
}

/** Whether keys mean letters here. @param {EventTarget | null} target */
export function typing(target) {
  return target instanceof HTMLElement && (target.matches('input, select, textarea') || target.isContentEditable);
}
