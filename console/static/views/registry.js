/** Registry: vehicles, drivers, who drove what when, policies: looked through and corrected row by row. */

import { html, useSignal } from '../lib/html.js';
import { has, t, word } from '../lib/i18n.js';
import { decided } from '../lib/decided.js';
import { number } from '../lib/format.js';
import { stamp } from '../lib/zoned.js';
import { route } from '../lib/router.js';
import { pages } from '../lib/pages.js';
import { use } from '../lib/use.js';
import { Dialog } from '../ui/dialog.js';
import { Failed, Head, Waiting } from '../ui/parts.js';
import { Table } from '../ui/table.js';
import { Board } from './board.js';
import { Choice } from '../ui/choice.js';
import { Field } from './trips.js';
import '../lib/phrase.js'; // what the columns mean

/** @typedef {{ name: string, meaning: string, needed: boolean, type: string, ref: string, choices: string[] }} Column */
/** @typedef {{ kind: string, rows: number, editable: boolean, columns: Column[] }} Kind */
/** @typedef {{ key: string, rev?: string, ends?: string, cells: Record<string, string>, gone?: boolean }} Row */

const REFERS = ['vehicles', 'drivers', 'sites']; // kinds that a form offers the ids of
const OFFERED = 1000; // of these, while one writes
const AT_WHEEL = 10_000; // assignments that hold at a moment

export function Registry() {
  return html`<${Kinds} />`;
}

/** Who drove what when: the rows that are corrected most, on a screen of their own. */
export function Assignments() {
  return html`<${Kinds} only="driver_assignments" />`;
}

/** @param {{ only?: string }} given */
function Kinds({ only = '' }) {
  const kinds = use('registry', {});
  if (kinds.error) return html`<${Failed} page error=${kinds.error} again=${kinds.again} />`;
  if (!kinds.data) return html`<${Waiting} />`;
  const all = /** @type {Kind[]} */ (kinds.data);
  const wanted = only || (route.value.query.kind ?? 'vehicles');
  const kind = all.find((each) => each.kind === wanted) ?? all[0];
  const said = only && { title: t('screen.assignments'), lead: t('assignments.lead') };
  return html`<${Rows} key=${kind.kind} kind=${kind} all=${only ? [] : all} changed=${kinds.again} ...${said} />`;
}

/** @param {{ kind: Kind, all: Kind[], changed: () => void, title?: string, lead?: string }} given */
function Rows({ kind, all, changed, title = t('screen.registry'), lead = t('registry.lead') }) {
  const { q = '' } = route.value.query;
  const known = pages(`registry/${kind.kind}`, { q });
  const today = use(board(all, kind) ? `registry/${kind.kind}` : null, { at: stamp(), limit: AT_WHEEL });
  const asked = useSignal(/** @type {Row | null} */ (null));
  const after = () => [known.again, today.again, changed].forEach((each) => each());
  const carry = (/** @type {Record<string, string>} */ cells) => {
    const { key, rev, ends, gone } = /** @type {Row} */ (asked.value);
    return decided(`registry/${kind.kind}${gone ? '/remove' : ''}`, gone ? { key } : { key, cells, ...(ends && { ends }) }, { rev, done: t('registry.done'), after });
  };
  const ask = (/** @type {any} */ row, gone = false) => (asked.value = { key: row.key, rev: row.rev, cells: row.cells, gone });
  return html`<${Head} title=${title}>${kind.editable && html`<button onClick=${() => (asked.value = { key: '', cells: {} })}>${t('registry.add')}</button>`}<//>
    <p class="hint">${lead}</p>
    <div class="filters">
      ${all.length > 0 && html`<${Choice} name="kind" value=${kind.kind} label=${t('registry.kind')} options=${all.map((each) => [each.kind, `${word('rows', each.kind)} (${number(each.rows)})`])} />`}
      <${Field} name="q" value=${q} label=${t('registry.find')} />
    </div>
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${today.data && html`<${Board} today=${today.data.items} q=${q} ask=${(/** @type {Row} */ row) => (asked.value = row)} />`}
    ${known.data ? html`<${Table} caption=${title} columns=${columns(kind, known.data.items, ask)} rows=${known.data.items} list=${known} id=${(/** @type {any} */ row) => row.key} />` : !known.error && html`<${Waiting} />`}
    ${asked.value && html`<${Dialog} title=${t(asked.value.gone ? 'registry.remove' : asked.value.ends ? 'board.move' : asked.value.key ? 'registry.change' : 'registry.add')} go=${t(asked.value.gone ? 'registry.remove' : 'users.save')} onGo=${carry} onLeave=${() => (asked.value = null)}>
      ${asked.value.gone ? html`<p><code>${asked.value.key}</code></p>` : html`${asked.value.ends && html`<p>${t('board.ends')} <code>${asked.value.ends}</code></p>`}<${Cells} kind=${kind} cells=${asked.value.cells} />`}<//>`}`;
}

/** Whether who drives what now is shown too. @param {Kind[]} all  to choose from @param {Kind} kind */
function board(all, kind) {
  return !all.length && kind.editable;
}

/** Columns that hold something. @param {Kind} kind @param {any[]} rows @param {(row: any, gone?: boolean) => void} ask */
function columns(kind, rows, ask) {
  const used = kind.columns.filter((column) => column.needed || rows.some((row) => row.cells[column.name]));
  const cell = (/** @type {string} */ name) => (/** @type {any} */ row) => row.cells[name] ?? '';
  return [
    ...used.map(({ name, choices }) => ({ key: name, label: word('cell', name), by: cell(name), show: (/** @type {any} */ row) => chosen(name, choices, cell(name)(row)) })),
    ...(kind.editable ? [{ key: 'act', label: t('col.actions'), fixed: true, unsaved: true, show: (/** @type {any} */ row) => html`<span class="choices"><button onClick=${() => ask(row)}>${t('registry.change')}</button><button onClick=${() => ask(row, true)}>${t('registry.remove')}</button></span>` }] : []),
  ];
}

/** One of a few, in words where there are any. @param {string} name @param {string[]} choices @param {string} value */
function chosen(name, choices, value) {
  return choices.length && has(`${name}.${value}`) ? t(`${name}.${value}`) : value;
}

/** @param {{ kind: Kind, cells: Record<string, string> }} given */
function Cells({ kind, cells }) {
  return html`<div class="cells">${kind.columns.map((column, k) => html`<label key=${column.name}>${word('cell', column.name)}${column.needed ? ' *' : ''} <small>${word('means', column.meaning)}</small>
    ${column.choices.length
      ? html`<select name=${column.name} data-first=${k === 0 || undefined}><option value=""></option>${column.choices.map((one) => html`<option value=${one} selected=${cells[column.name] === one}>${chosen(column.name, column.choices, one)}</option>`)}</select>`
      : html`<input name=${column.name} defaultValue=${cells[column.name] ?? ''} required=${column.needed} data-first=${k === 0 || undefined} autocomplete="off" list=${REFERS.includes(column.ref) ? `known-${column.ref}` : undefined} />`}</label>`)}
    ${REFERS.filter((ref) => kind.columns.some((column) => column.ref === ref)).map((ref) => html`<${Known} key=${ref} kind=${ref} />`)}</div>`;
}

/** What there is of a kind, to choose from while one writes. @param {{ kind: string }} given */
function Known({ kind }) {
  const rows = use(`registry/${kind}`, { limit: OFFERED });
  return html`<datalist id=${`known-${kind}`}>${(rows.data?.items ?? []).map((/** @type {Row} */ row) => html`<option key=${row.key} value=${row.cells[`${kind.slice(0, -1)}_id`]}>${row.cells.name ?? row.cells.plate ?? ''}</option>`)}</datalist>`;
}
