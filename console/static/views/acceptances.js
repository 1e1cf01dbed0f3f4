/** Acceptances: who drove and what was pulled as fleets have written it since the insurer's last words, and the next. */

import { html, useSignal } from '../lib/html.js';
import { counted, t } from '../lib/i18n.js';
import { decided } from '../lib/decided.js';
import { clock, day, number } from '../lib/format.js';
import { href } from '../lib/router.js';
import { may } from '../lib/session.js';
import { pages } from '../lib/pages.js';
import { use } from '../lib/use.js';
import { count } from '../ui/columns.js';
import { Dialog } from '../ui/dialog.js';
import { Fact, Failed, Head, Time, Waiting } from '../ui/parts.js';
import { Files } from '../ui/report.js';
import { Table } from '../ui/table.js';

/** @typedef {{ fleet_id: string, name: string, book: string, rev: string, lines: number, accepted: number, changed: number, at: string | null, by: string | null, reason: string | null }} Held */

const LIST = 'pricing/acceptances';
const COUNTS = ['lines', 'accepted', 'changed'];

export function Acceptances() {
  const known = pages(LIST, {});
  const columns = [
    { key: 'name', label: t('acceptances.fleet'), show: (/** @type {Held} */ row) => html`<a href=${href(`/acceptances/${encodeURIComponent(row.fleet_id)}`)}>${row.name}</a>` },
    { key: 'book', label: t('acceptances.book'), show: (/** @type {Held} */ row) => t(`acceptances.book.${row.book}`) },
    ...COUNTS.map((key) => count(key, t(`acceptances.${key}`))),
    { key: 'at', label: t('acceptances.word'), show: (/** @type {Held} */ row) => word(row) },
  ];
  return html`<${Head} title=${t('screen.acceptances')}><${Files} path=${LIST} /><//>
    <p class="hint">${t('acceptances.lead')}</p>
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${Table} caption=${t('screen.acceptances')} columns=${columns} rows=${known.data.items} list=${known} id=${(/** @type {Held} */ row) => `${row.fleet_id} ${row.book}`} empty=${t('acceptances.empty')} />` : !known.error && html`<${Waiting} />`}`;
}

/** The insurer's last word. @param {Held} row */
function word(row) {
  return row.at ? html`<${Time} at=${row.at} /> <small>${row.by}: ${row.reason}</small>` : t('acceptances.never');
}

/** @param {{ parts: string[] }} given */
export function Acceptance({ parts: [, id] }) {
  const path = `${LIST}/${encodeURIComponent(id)}`;
  const known = use(LIST, { fleet: id });
  const changes = pages(`${path}/changes`, {});
  if (known.error) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const both = /** @type {Held[]} */ (known.data.items);
  const after = () => [known, changes].forEach((each) => each.again());
  return html`<${Head} title=${t('acceptances.of', { fleet: both[0]?.name ?? id })}><a href="#/acceptances">${t('screen.acceptances')}</a>
      ${changes.data && html`<${Files} path=${`${path}/changes`} />`}<//>
    ${both.map((one) => html`<${Book} key=${one.book} one=${one} path=${path} after=${after} />`)}
    ${changes.error && html`<${Failed} error=${changes.error} again=${changes.again} />`}
    ${changes.data ? html`<${Table} caption=${t('acceptances.differences')} columns=${columns()} rows=${changes.data.items} list=${changes} id=${(/** @type {any} */ row) => `${row.vehicle} ${row.from} ${row.what} ${row.driver ?? row.old_driver}`} empty=${t('acceptances.same')} />` : !changes.error && html`<${Waiting} />`}`;
}

/** One of a fleet's books, and the word on it alone. @param {{ one: Held, path: string, after: () => void }} given */
function Book({ one, path, after }) {
  const asking = useSignal(false);
  const accept = (/** @type {Record<string, string>} */ said) => decided(path, { ...said, book: one.book }, { rev: one.rev, done: t('acceptances.done'), after });
  return html`<h2>${t(`acceptances.book.${one.book}`)}</h2>
    <dl class="facts card">${COUNTS.map((key) => html`<${Fact} key=${key} label=${t(`acceptances.${key}`)} value=${number(/** @type {any} */ (one)[key])} />`)}<${Fact} label=${t('acceptances.word')} value=${word(one)} /></dl>
    ${one.changed > 0 && may('underwriter') && html`<button class="main" onClick=${() => (asking.value = true)}>${t(`acceptances.accept.${one.book}`)}</button>`}
    ${asking.value && html`<${Dialog} title=${t(`acceptances.accept.${one.book}`)} go=${t('acceptances.accept')} onGo=${accept} onLeave=${() => (asking.value = false)}>
      <p>${counted('acceptances.moves', one.changed)}</p>
      <label>${t('acceptances.reason')}<textarea name="reason" rows="3" required data-first></textarea></label><//>`}`;
}

/** With its year: it may lie far back. @param {string} at */
function moment(at) {
  return `${day(at)} ${clock(at)}`;
}

function columns() {
  const until = (/** @type {string} */ key, /** @type {string} */ driver) => (/** @type {any} */ row) => (row[driver] === null ? '–' : row[key] ? moment(row[key]) : t('acceptances.open'));
  return [
    { key: 'vehicle_id', label: t('col.vehicle') },
    { key: 'what', label: t('col.what'), show: (/** @type {any} */ row) => t(`acceptances.what.${row.what}`) },
    { key: 'from', label: t('acceptances.from'), show: (/** @type {any} */ row) => (row.from ? moment(row.from) : t('acceptances.ever')) },
    { key: 'old_driver', label: t('acceptances.old_driver') },
    { key: 'old_to', label: t('acceptances.old_to'), show: until('old_to', 'old_driver') },
    { key: 'driver', label: t('acceptances.driver') },
    { key: 'to', label: t('acceptances.to'), show: until('to', 'driver') },
  ];
}
