/** Users: who may use this console, in which roles; a password is shown once. */

import { html, useSignal } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { send } from '../lib/api.js';
import { notice } from '../lib/alerts.js';
import { meta, user } from '../lib/session.js';
import { use } from '../lib/use.js';
import { Dialog } from '../ui/dialog.js';
import { Failed, Head, Time, Waiting } from '../ui/parts.js';
import { Table } from '../ui/table.js';

/** @typedef {{ action: 'add' | 'grants', login: string, grants: string }} Asked */

export function Users() {
  const known = use('users', { limit: 1000 });
  const asked = useSignal(/** @type {Asked | null} */ (null));
  const shown = useSignal(/** @type {{ login: string, password: string } | null} */ (null));
  const carry = async (/** @type {string} */ path, /** @type {object} */ said, /** @type {string} */ method = 'POST') => {
    asked.value = null;
    try {
      const answer = await send(path, said, { method });
      if (answer?.password) shown.value = answer;
    } catch (error) {
      notice.value = { text: /** @type {Error} */ (error).message, bad: true };
    }
    known.again();
  };
  const decide = (/** @type {Record<string, string>} */ said) => {
    const { action, login } = /** @type {Asked} */ (asked.value);
    void carry(action === 'add' ? 'users' : `users/${encodeURIComponent(login)}`, said);
  };
  return html`<${Head} title=${t('screen.users')}><button onClick=${() => (asked.value = { action: 'add', login: '', grants: 'viewer' })}>${t('users.add')}</button><//>
    ${shown.value && html`<div class="notice" role="status"><p>${t('users.once', shown.value)} <code>${shown.value.password}</code></p><button onClick=${() => (shown.value = null)}>${t('act.close')}</button></div>`}
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${Table} caption=${t('screen.users')} columns=${columns(carry, asked)} rows=${known.data.items} id=${(/** @type {any} */ row) => row.login} />` : !known.error && html`<${Waiting} />`}
    ${asked.value && html`<${Dialog} title=${t(`users.${asked.value.action}`)} go=${t('users.save')} onGo=${decide} onLeave=${() => (asked.value = null)}><${Fields} asked=${asked.value} /><//>`}`;
}

/** @param {(path: string, said: object, method?: string) => void} carry @param {{ value: Asked | null }} asked */
function columns(carry, asked) {
  const at = (/** @type {any} */ row) => `users/${encodeURIComponent(row.login)}`;
  return [
    { key: 'login', label: t('users.login') },
    { key: 'name', label: t('users.name') },
    { key: 'grants', label: t('users.grants'), show: (/** @type {any} */ row) => html`<code>${row.grants}</code>` },
    { key: 'driver_id', label: t('col.driver') },
    { key: 'created_at', label: t('users.since'), show: (/** @type {any} */ row) => html`<${Time} at=${row.created_at} />` },
    { key: 'disabled', label: t('col.status'), show: (/** @type {any} */ row) => t(row.disabled ? 'users.disabled' : row.must_change ? 'users.must_change' : 'users.active') },
    { key: 'act', label: t('tasks.act'), fixed: true, show: (/** @type {any} */ row) => html`<span class="choices">
      <button onClick=${() => (asked.value = { action: 'grants', login: row.login, grants: row.grants })}>${t('users.grants')}</button>
      <button onClick=${() => carry(`${at(row)}/reset`, {})}>${t('users.reset')}</button>
      ${row.login !== user.value?.login && html`<button onClick=${() => carry(at(row), { disabled: !row.disabled })}>${t(row.disabled ? 'users.enable' : 'users.disable')}</button>`}</span>` },
  ];
}

/** @param {{ asked: Asked }} given */
function Fields({ asked }) {
  const roles = Object.keys(/** @type {any} */ (meta.value)?.roles ?? {}).join(', ');
  return html`
    ${asked.action === 'add' && html`<label>${t('users.login')}<input name="login" required data-first autocomplete="off" /></label><label>${t('users.name')}<input name="name" autocomplete="off" /></label><label>${t('users.driver')}<input name="driver_id" autocomplete="off" /></label>`}
    <label>${t('users.grants')}<input name="grants" required value=${asked.grants} data-first=${asked.action === 'grants' || undefined} autocomplete="off" /></label>
    <p class="hint">${t('users.grants_hint', { roles })}</p>`;
}
