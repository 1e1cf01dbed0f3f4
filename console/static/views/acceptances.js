/** Acceptances: who drove as fleets have written it since the insurer's last word, and the next word. */

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

/** @typedef {{ fleet_id: string, name: string, rev: string, assignments: number, accepted: number, changed: number, at: string | null, by: string | null, reason: string | null }} Held */

const LIST = 'pricing/acceptances';

export function Acceptances() {
  const known = pages(LIST, {});
  const columns = [
    { key: 'name', label: t('acceptances.fleet'), show: (/** @type {Held} */ row) => html`<a href=${href(`/acceptances/${encodeURIComponent(row.fleet_id)}`)}>${row.name}</a>` },
    ...['assignments', 'accepted', 'changed'].map((key) => count(key, t(`acceptances.${key}`))),
    { key: 'at', label: t('acceptances.word'), show: (/** @type {Held} */ row) => word(row) },
  ];
  return html`<${Head} title=${t('screen.acceptances')}><${Files} path=${LIST} /><//>
    <p class="hint">${t('acceptances.lead')}</p>
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${Table} caption=${t('screen.acceptances')} columns=${columns} rows=${known.data.items} list=${known} id=${(/** @type {Held} */ row) => row.fleet_id} empty=${t('acceptances.empty')} />` : !known.error && html`<${Waiting} />`}`;
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
  const asking = useSignal(false);
  if (known.error) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const one = /** @type {Held | undefined} */ (known.data.items[0]);
  const after = () => [known, changes].forEach((each) => each.again());
  const accept = (/** @type {Record<string, string>} */ said) => decided(path, said, { rev: one?.rev, done: t('acceptances.done'), after });
  return html`<${Head} title=${t('acceptances.of', { fleet: one?.name ?? id })}><a href="#/acceptances">${t('screen.acceptances')}</a>
      ${changes.data && html`<${Files} path=${`${path}/changes`} />`}
      ${one && one.changed > 0 && one.assignments > 0 && may('underwriter') && html`<button class="main" onClick=${() => (asking.value = true)}>${t('acceptances.accept')}</button>`}<//>
    ${one && html`<dl class="facts card">${['assignments', 'accepted', 'changed'].map((key) => html`<${Fact} key=${key} label=${t(`acceptances.${key}`)} value=${number(/** @type {any} */ (one)[key])} />`)}<${Fact} label=${t('acceptances.word')} value=${word(one)} /></dl>`}
    ${changes.error && html`<${Failed} error=${changes.error} again=${changes.again} />`}
    ${changes.data ? html`<${Table} caption=${t('acceptances.differences')} columns=${columns()} rows=${changes.data.items} list=${changes} id=${(/** @type {any} */ row) => `${row.vehicle} ${row.from} ${row.what} ${row.driver ?? row.old_driver}`} empty=${t('acceptances.same')} />` : !changes.error && html`<${Waiting} />`}
    ${asking.value && one && html`<${Dialog} title=${t('acceptances.accept')} go=${t('acceptances.accept')} onGo=${accept} onLeave=${() => (asking.value = false)}>
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
