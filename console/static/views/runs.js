/** Runs: what was posted, sealed, accepted and taken away as a file, by whom; each file can be made again, two be compared. */

import { html } from '../lib/html.js';
import { has, t, word } from '../lib/i18n.js';
import { address } from '../lib/api.js';
import { dayTime } from '../lib/format.js';
import { pages } from '../lib/pages.js';
import '../lib/phrase.js';
import { href, refine, route } from '../lib/router.js';
import { use } from '../lib/use.js';
import { count, date, moment } from '../ui/columns.js';
import { Failed, Head, Waiting } from '../ui/parts.js';
import { Files } from '../ui/report.js';
import { Table } from '../ui/table.js';

export function Runs() {
  const { old = '', new: other = '' } = route.value.query;
  const known = pages('pricing/runs', {}, { sort: 'sort' });
  const seals = pages('pricing/seals', {}, { sort: 'seal' });
  return html`<${Head} title=${t('screen.runs')}><${Files} path="pricing/runs" query=${known.asked} /><//>
    <p class="hint">${t('runs.hint')}</p>
    ${old && !other && html`<p class="notice" role="status">${t('runs.chosen', { run: old })} <button onClick=${leave}>${t('runs.leave')}</button></p>`}
    ${old && other && html`<${Compared} key=${`${old} ${other}`} old=${old} other=${other} />`}
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${Table} caption=${t('screen.runs')} columns=${done(old, other)} rows=${known.data.items} list=${known} id=${(/** @type {any} */ row) => String(row.id)} empty=${t('runs.empty')} />` : !known.error && html`<${Waiting} />`}
    <section class="card"><header class="head"><h2>${t('runs.seals')}</h2><div class="tools"><${Files} path="pricing/seals" query=${seals.asked} /></div></header>
      ${seals.data && html`<${Table} caption=${t('runs.seals')} name="seal" columns=${sealed()} rows=${seals.data.items} list=${seals} id=${(/** @type {any} */ row) => String(row.number)} empty=${t('runs.no_seals')} />`}</section>`;
}

const leave = () => refine({ old: '', new: '' });

/** Two runs held against each other. @param {{ old: string, other: string }} given */
function Compared({ old, other }) {
  const known = use('pricing/runs/compare', { old, new: other });
  if (known.error) return html`<${Failed} error=${known.error} again=${leave} />`;
  if (!known.data) return html`<${Waiting} />`;
  const { old: was, new: now, asked_alike: alike, same, differences } = known.data;
  const tariffs = { old: was.query.tariff, new: now.query.tariff };
  const columns = [
    { key: 'name', label: t('runs.field'), fixed: true, show: (/** @type {any} */ row) => named(row.name) },
    ...['old', 'new'].map((side) => ({ key: side, label: heading(side === 'old' ? was : now), fixed: true, show: (/** @type {any} */ row) => said(row.name, row[side]) })),
  ];
  return html`<section class="card" aria-label=${t('runs.compare')}><header class="head"><h2>${t('runs.two', { old: was.id, new: now.id })}</h2><div class="tools">
      ${tariffs.old && tariffs.new && tariffs.old !== tariffs.new && html`<a class="button" href=${href('/tariffs', tariffs)}>${t('runs.tariffs')}</a>`}
      <button onClick=${leave}>${t('runs.leave')}</button></div></header>
    <p role="status">${t(alike ? 'runs.asked_alike' : 'runs.asked_otherwise')} ${t(same === null ? 'runs.no_bytes' : same ? 'runs.same_bytes' : 'runs.other_bytes')}</p>
    <${Table} caption=${t('runs.differences')} name="differences" columns=${columns} rows=${differences} id=${(/** @type {any} */ row) => row.name} empty=${t('runs.no_differences')} /></section>`;
}

/** @param {any} run */
function heading(run) {
  return `${run.id}: ${dayTime(run.at)}`;
}

/** What of a run differs. @param {string} name */
function named(name) {
  const [of, ...rest] = name.split('.');
  if (of === 'entries') return t('runs.entries_of', { policy: rest.join('.') });
  const key = of === 'query' ? `runs.${name}` : `runs.of.${name}`;
  return has(key) ? t(key) : rest.join('.') || name;
}

/** @param {string} name @param {string | null} value */
function said(name, value) {
  if (value === null) return '–';
  if (name === 'at' || name === 'as_of') return dayTime(value);
  if (name === 'action') return word('deed', value);
  return name === 'sha256' ? html`<code title=${value}>${value.slice(0, 12)}</code>` : value;
}

/** @param {string} old @param {string} other */
function done(old, other) {
  return [
    moment('at', t('col.time')),
    { key: 'id', label: t('runs.run'), number: true },
    { key: 'actor', label: t('col.who') },
    { key: 'action', label: t('col.what'), show: (/** @type {any} */ row) => word('deed', row.action) },
    { key: 'about', label: t('audit.about'), fixed: true, show: (/** @type {any} */ row) => (row.path ? row.path : row.about.slice(0, 24)) },
    { key: 'query', label: t('runs.with'), fixed: true, show: (/** @type {any} */ row) => html`<code>${Object.entries(row.query).map(([name, value]) => `${named(`query.${name}`)} ${value}`).join(', ')}</code>` },
    { key: 'code', label: t('runs.code') },
    count('rows', t('runs.rows')),
    { key: 'sha256', label: t('ledger.hash'), fixed: true, show: (/** @type {any} */ row) => (row.sha256 ? html`<code title=${row.sha256}>${row.sha256.slice(0, 12)}</code>` : '–') },
    { key: 'path', label: t('runs.again'), fixed: true, unsaved: true, show: (/** @type {any} */ row) => html`${row.path && html`<a href=${address(row.path, row.query)} download>${t('runs.download')}</a> `}<${Choose} run=${String(row.id)} old=${old} other=${other} />` },
  ];
}

/** The first of two, or the one it is held against. @param {{ run: string, old: string, other: string }} given */
function Choose({ run, old, other }) {
  const chosen = run === old || run === other;
  const choose = () => refine(old && !other && !chosen ? { new: run } : { old: run, new: '' });
  return html`<button class="link" aria-pressed=${chosen} aria-label=${`${t('runs.compare')}: ${run}`} onClick=${choose}>${t('runs.compare')}</button>`;
}

function sealed() {
  return [
    { key: 'number', label: t('ledger.number'), number: true },
    date('day', t('runs.day')),
    count('policies', t('runs.policies')),
    count('entries', t('runs.entries')),
    { key: 'signature', label: t('runs.signature'), fixed: true, show: (/** @type {any} */ row) => html`<code title=${row.signature}>${row.signature.slice(0, 24)}</code>` },
  ];
}
