/** Sign in: a name and a password; over what was being done, where the session has ended; and another password, where somebody else has set the one in use. */

import { html, useEffect, useRef, useSignal } from '../lib/html.js';
import { LANGUAGES, language, speak, t } from '../lib/i18n.js';
import { choose, signIn } from '../lib/session.js';

/** @param {{ lead?: string }} given */
export function SignIn({ lead = t('sign_in.lead') }) {
  return html`<${Form} lead=${lead} go=${t('sign_in.go')} send=${(/** @type {FormData} */ said) => signIn(text(said, 'name'), text(said, 'password'))}>
    <label>${t('sign_in.name')}<input name="name" autocomplete="username" required autofocus /></label>
    <label>${t('sign_in.password')}<input name="password" type="password" autocomplete="current-password" required /></label>
  <//>`;
}

/** Covers the screen, which stays as it was, half filled forms too, until the same person has signed in. */
export function SignInAgain() {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const cover = /** @type {HTMLDialogElement} */ (box.current);
    cover.showModal();
    return () => cover.close();
  }, []);
  return html`<dialog class="cover" ref=${box} closedby="none" onCancel=${(/** @type {Event} */ event) => event.preventDefault()} aria-label=${t('sign_in.go')}><${SignIn} lead=${t('sign_in.again')} /></dialog>`;
}

export function NewPassword() {
  return html`<${Form} lead=${t('sign_in.change')} go=${t('sign_in.choose')} send=${(/** @type {FormData} */ said) => choose(text(said, 'old'), text(said, 'new'))}>
    <label>${t('sign_in.old')}<input name="old" type="password" autocomplete="current-password" required autofocus /></label>
    <label>${t('sign_in.new')}<input name="new" type="password" autocomplete="new-password" required /></label>
  <//>`;
}

/** @param {{ lead: string, go: string, send: (said: FormData) => Promise<void>, children: any }} given */
function Form({ lead, go, send, children }) {
  const wrong = useSignal('');
  const busy = useSignal(false);
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const said = new FormData(/** @type {HTMLFormElement} */ (event.target));
    busy.value = true;
    try {
      await send(said);
    } catch (error) {
      wrong.value = /** @type {Error} */ (error).message;
    }
    busy.value = false;
  };
  return html`<main class="sign-in">
    <form onSubmit=${submit}>
      <h1>Tripmeter</h1>
      <p>${lead}</p>
      ${children}
      ${wrong.value && html`<p class="notice bad" role="alert">${wrong.value}</p>`}
      <button class="main" disabled=${busy.value}>${go}</button>
      <select aria-label=${t('shell.language')} value=${language.value} onChange=${(/** @type {any} */ event) => speak(event.target.value)}>
        ${Object.entries(LANGUAGES).map(([tag, name]) => html`<option value=${tag} lang=${tag}>${name}</option>`)}
      </select>
    </form>
  </main>`;
}

/** @param {FormData} said @param {string} name */
function text(said, name) {
  return String(said.get(name) ?? '');
}
