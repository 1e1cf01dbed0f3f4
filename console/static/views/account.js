/** Account: where one is signed in, each of which one can end, and another password; an administrator sees and ends others' too. */

import { html, useSignal } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { attempted } from '../lib/decided.js';
import { pages } from '../lib/pages.js';
import { route } from '../lib/router.js';
import { choose } from '../lib/session.js';
import { moment } from '../ui/columns.js';
import { Dialog } from '../ui/dialog.js';
import { Failed, Head, Waiting } from '../ui/parts.js';
import { Table } from '../ui/table.js';

export function Account() {
  const { login = '' } = route.value.query;
  const known = pages('sessions', { login });
  const asking = useSignal(false);
  const end = (/** @type {any} */ row) => attempted(`sessions/${row.id}`, {}, { method: 'DELETE', done: t('registry.done'), after: known.again });
  const change = (/** @type {Record<string, string>} */ said) => choose(said.old, said.new).then(known.again);
  const title = login ? t('account.of', { login }) : t('screen.account');
  return html`<${Head} title=${title}>${!login && html`<button onClick=${() => (asking.value = true)}>${t('account.password')}</button>`}<//>
    ${!login && html`<p class="hint">${t('account.lead')}</p>`}
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${Table} caption=${title} columns=${columns(end)} rows=${known.data.items} list=${known} id=${(/** @type {any} */ row) => row.id} empty=${t('account.nowhere')} />` : !known.error && html`<${Waiting} />`}
    ${asking.value && html`<${Dialog} title=${t('account.password')} go=${t('account.password')} onGo=${change} onLeave=${() => (asking.value = false)}>
      <label>${t('sign_in.old')}<input name="old" type="password" autocomplete="current-password" required data-first /></label>
      <label>${t('sign_in.new')}<input name="new" type="password" autocomplete="new-password" required /></label><//>`}`;
}

/** @param {(row: any) => void} end */
function columns(end) {
  return [
    moment('since', t('users.since')),
    moment('until', t('users.until')),
    { key: 'address', label: t('account.address') },
    { key: 'act', label: t('col.actions'), fixed: true, unsaved: true, show: (/** @type {any} */ row) => (row.own ? t('account.here') : html`<button onClick=${() => end(row)}>${t('users.end')}</button>`) },
  ];
}
