/** Dialog: asks for what a decision needs, and stays until the server has said yes; Escape leaves all as it was. */

import { html, useEffect, useRef, useSignal } from '../lib/html.js';
import { t } from '../lib/i18n.js';

/** @param {{ title: string, go: string, onGo: (said: Record<string, string>) => unknown, onLeave: () => void, children: any }} given */
export function Dialog({ title, go, onGo, onLeave, children }) {
  const refused = useSignal('');
  const sent = useRef(false);
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    const open = /** @type {HTMLDialogElement} */ (box.current);
    open.showModal();
    /** @type {HTMLElement | null} */ (open.querySelector('[data-first]'))?.focus();
    return () => {
      open.close(); // nothing behind it takes the focus before
      if (before?.isConnected) before.focus();
    };
  }, []);
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    if (sent.current) return;
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    [sent.current, refused.value] = [true, ''];
    try {
      await onGo(Object.fromEntries([...form].map(([name, value]) => [name, String(value)])));
      onLeave();
    } catch (error) {
      refused.value = /** @type {Error} */ (error).message;
    }
    sent.current = false;
  };
  return html`<dialog ref=${box} onCancel=${onLeave} aria-labelledby="dialog-title">
    <form onSubmit=${submit}>
      <h2 id="dialog-title">${title}</h2>
      ${children}
      ${refused.value && html`<p class="notice bad" role="alert">${refused.value}</p>`}
      <div class="choices"><button type="button" onClick=${onLeave}>${t('act.cancel')}</button><button class="main">${go}</button></div>
    </form>
  </dialog>`;
}
