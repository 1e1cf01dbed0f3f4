/** Sign in: a name and a password; and another password, where somebody else has set the one in use. */

import { html, useSignal } from '../lib/html.js';
import { LANGUAGES, language, speak, t } from '../lib/i18n.js';
import { choose, signIn } from '../lib/session.js';

export function SignIn() {
  return html`<${Form} lead=${t('sign_in.lead')} go=${t('sign_in.go')} send=${(/** @type {FormData} */ said) => signIn(text(said, 'name'), text(said, 'password'))}>
    <label>${t('sign_in.name')}<input name="name" autocomplete="username" required autofocus /></label>
    <label>${t('sign_in.password')}<input name="password" type="password" autocomplete="current-password" required /></label>
  <//>`;
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
