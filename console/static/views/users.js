/** Users: who may use this console, in which roles, and the tokens of programs; what lets somebody in is shown once. */

import { html, useSignal } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { decided } from '../lib/decided.js';
import { user } from '../lib/session.js';
import { pages } from '../lib/pages.js';
import { href } from '../lib/router.js';
import { Dialog } from '../ui/dialog.js';
import { Grants, grantsOf, read } from '../ui/grants.js';
import { Failed, Head, Time, Waiting } from '../ui/parts.js';
import { Table } from '../ui/table.js';

/** @typedef {{ action: string, row: any }} Asked  row: what it is about; {}: something new */
/** @typedef {{ text: string, secret: string }} Once */
/** @typedef {{ known: import('../lib/pages.js').Pages, asked: import('@preact/signals').Signal<Asked | null> }} List */

export function Users() {
  const users = pages('users', {});
  const tokens = pages('tokens', {});
  const asked = useSignal(/** @type {Asked | null} */ (null));
  const shown = useSignal(/** @type {Once | null} */ (null));
  const ask = (/** @type {string} */ action, row = {}) => (asked.value = { action, row });
  const carry = async (/** @type {Record<string, string>} */ said) => {
    const { action, row } = /** @type {Asked} */ (asked.value);
    const { path, body, ...how } = WRITES[action](row, said);
    const answer = await decided(path, body, { ...how, done: t('registry.done'), after: () => [users, tokens].forEach((each) => each.again()) });
    if (answer?.password) shown.value = { text: t('users.once', answer), secret: answer.password };
    if (answer?.token) shown.value = { text: t('users.token_once', { name: said.name }), secret: answer.token };
  };
  return html`<${Head} title=${t('screen.users')}><button onClick=${() => ask('add')}>${t('users.add')}</button><button onClick=${() => ask('make')}>${t('users.make')}</button><//>
    ${shown.value && html`<div class="notice" role="status"><p>${shown.value.text} <code>${shown.value.secret}</code></p><button onClick=${() => (shown.value = null)}>${t('act.close')}</button></div>`}
    <${Part} known=${users} caption=${t('screen.users')} columns=${people(ask)} id=${(/** @type {any} */ row) => row.login} />
    <h2>${t('users.tokens')}</h2><p class="hint">${t('users.tokens_lead')}</p>
    <${Part} known=${tokens} caption=${t('users.tokens')} columns=${programs(ask)} id=${(/** @type {any} */ row) => row.id} />
    ${asked.value && html`<${Dialog} title=${t(`users.${asked.value.action}`)} go=${t(`users.${asked.value.action}`)} onGo=${carry} onLeave=${() => (asked.value = null)}><${Fields} asked=${asked.value} /><//>`}`;
}

/** What each action sends. @type {Record<string, (row: any, said: Record<string, string>) => { path: string, body: object, method?: string, rev?: string }>} */
const WRITES = {
  add: (_, said) => ({ path: 'users', body: { login: said.login, name: said.name, driver_id: said.driver_id ?? '', grants: read(said) } }),
  change: (row, said) => ({ path: at(row), body: { name: said.name, driver_id: said.driver_id ?? '', grants: read(said) }, rev: row.rev }),
  reset: (row) => ({ path: `${at(row)}/reset`, body: {} }),
  disable: (row) => ({ path: at(row), body: { disabled: true } }),
  enable: (row) => ({ path: at(row), body: { disabled: false } }),
  remove: (row) => ({ path: at(row), body: {}, method: 'DELETE' }),
  make: (_, said) => ({ path: 'tokens', body: { name: said.name, grants: read(said), ...(said.until && { until: `${said.until}T23:59:59Z` }) } }),
  end: (row) => ({ path: `tokens/${encodeURIComponent(row.id)}`, body: {}, method: 'DELETE' }),
};

/** @param {any} row */
function at(row) {
  return `users/${encodeURIComponent(row.login)}`;
}

/** @param {{ known: import('../lib/pages.js').Pages, caption: string, columns: any[], id: (row: any) => string }} given */
function Part({ known, caption, columns, id }) {
  return html`${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${Table} caption=${caption} name=${`sort-${columns[0].key}`} columns=${columns} rows=${known.data.items} list=${known} id=${id} />` : !known.error && html`<${Waiting} />`}`;
}

/** @param {(action: string, row: any) => void} ask */
function people(ask) {
  const actions = (/** @type {any} */ row) => ['change', 'reset', ...(row.login === user.value?.login ? [] : [row.disabled ? 'enable' : 'disable', 'remove'])];
  return [
    { key: 'login', label: t('users.login') },
    { key: 'name', label: t('users.name') },
    granted(),
    { key: 'driver_id', label: t('col.driver') },
    since(),
    { key: 'disabled', label: t('col.status'), show: (/** @type {any} */ row) => t(row.disabled ? 'users.disabled' : row.must_change ? 'users.must_change' : 'users.active') },
    choices(actions, ask, (row) => html`<a href=${href('/account', { login: row.login })}>${t('users.sessions')}</a>`),
  ];
}

/** @param {(action: string, row: any) => void} ask */
function programs(ask) {
  return [
    { key: 'token', label: t('users.program'), by: (/** @type {any} */ row) => row.name, show: (/** @type {any} */ row) => row.name },
    granted(),
    { key: 'login', label: t('users.maker') },
    since(),
    { key: 'until', label: t('users.until'), show: (/** @type {any} */ row) => (row.until ? html`<${Time} at=${row.until} />` : t('users.ever')) },
    choices(() => ['end'], ask),
  ];
}

/** Columns that both lists have, named when they are drawn: the language may change. */
const granted = () => ({ key: 'grants', label: t('users.grants'), show: (/** @type {any} */ row) => said(row.grants) });
const since = () => ({ key: 'created_at', label: t('users.since'), show: (/** @type {any} */ row) => html`<${Time} at=${row.created_at} />` });

/** A role and where it holds. @param {string} text */
function said(text) {
  const grants = grantsOf(text);
  const places = grants.map(({ fleet, site }) => [fleet, site].filter(Boolean).join('/')).filter(Boolean);
  return grants.length ? `${word('role', grants[0].role)}: ${places.join(', ') || t('users.everywhere')}` : '';
}

/** @param {(row: any) => string[]} actions @param {(action: string, row: any) => void} ask @param {(row: any) => any} [more] */
function choices(actions, ask, more = () => '') {
  return { key: 'act', label: t('col.actions'), fixed: true, unsaved: true, show: (/** @type {any} */ row) => html`<span class="choices">${actions(row).map((action) => html`<button key=${action} onClick=${() => ask(action, row)}>${t(`users.${action}`)}</button>`)}${more(row)}</span>` };
}

/** @param {{ asked: Asked }} given */
function Fields({ asked: { action, row } }) {
  if (!['add', 'change', 'make'].includes(action)) return html`<p>${t(`users.${action}_asks`, { name: row.login ?? row.name })}</p>`;
  const text = (/** @type {string} */ name, /** @type {string} */ label, more = {}) => html`<label>${label}<input name=${name} defaultValue=${row[name] ?? ''} autocomplete="off" ...${more} /></label>`;
  return html`
    ${action === 'add' && text('login', t('users.login'), { required: true, 'data-first': true })}
    ${text('name', t(action === 'make' ? 'users.program' : 'users.name'), { required: action === 'make', 'data-first': action !== 'add' || undefined })}
    ${action === 'make' && text('until', t('users.until'), { type: 'date' })}
    <${Grants} grants=${row.grants ?? 'viewer'} driver=${action === 'make' ? null : row.driver_id ?? ''} />`;
}
