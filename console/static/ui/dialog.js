/** Dialog: asks for what a decision needs before it is made; Escape leaves all as it was. */

import { html, useEffect, useRef } from '../lib/html.js';
import { t } from '../lib/i18n.js';

/** @param {{ title: string, go: string, onGo: (said: Record<string, string>) => void, onLeave: () => void, children: any }} given */
export function Dialog({ title, go, onGo, onLeave, children }) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    box.current?.showModal();
    /** @type {HTMLElement | null | undefined} */ (box.current?.querySelector('[data-first]'))?.focus();
    return () => before?.isConnected && before.focus();
  }, []);
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    onGo(Object.fromEntries([...form].map(([name, value]) => [name, String(value)])));
  };
  return html`<dialog ref=${box} onCancel=${onLeave} aria-labelledby="dialog-title">
    <form onSubmit=${submit}>
      <h2 id="dialog-title">${title}</h2>
      ${children}
      <div class="choices"><button type="button" onClick=${onLeave}>${t('act.cancel')}</button><button class="main">${go}</button></div>
    </form>
  </dialog>`;
}
