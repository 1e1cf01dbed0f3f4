/** Table: rows with a caption, sorted by the column the address names; as cards where the screen is narrow. */

import { html, useEffect, useRef, useSignal } from '../lib/html.js';
import { save } from '../lib/csv.js';
import { language, t } from '../lib/i18n.js';
import { refine, route } from '../lib/router.js';
import { Empty } from './parts.js';

/**
 * @typedef {{ key: string, label: string, show?: (row: any) => any, by?: (row: any) => any, number?: boolean, fixed?: boolean }} Column
 * @param {{ caption: string, columns: Column[], rows: any[], id: (row: any) => string, empty?: string, name?: string, most?: number, hidden?: boolean }} given
 */
export function Table({ caption, columns, rows, id, empty, name = 'sort', most = 500, hidden = true }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const whole = useSignal(false);
  useEffect(() => {
    if (!whole.value || !place.current) return;
    save(place.current, caption);
    whole.value = false;
  }, [whole.value]);
  if (!rows.length) return html`<${Empty} text=${empty ?? t('table.empty')} />`;
  const said = route.value.query[name] ?? '';
  const down = said.startsWith('-');
  const column = columns.find((one) => one.key === said.replace('-', ''));
  const sorted = column ? [...rows].sort(comparing(column, down)) : rows;
  return html`<div class="scroller" tabindex="0" role="region" aria-label=${caption} ref=${place}>
    <table>
      <caption class=${hidden ? 'unseen' : ''}>${caption}</caption>
      <thead><tr>${columns.map((one) => head(one, said, name))}</tr></thead>
      <tbody>${sorted.slice(0, whole.value ? sorted.length : most).map((row) => html`<tr key=${id(row)}>${columns.map((one, k) => cell(one, row, k === 0))}</tr>`)}</tbody>
    </table>
    <p class="save"><button class="link" onClick=${() => (whole.value = true)}>${t('act.csv')}</button></p>
    ${sorted.length > most && html`<p class="more">${t('table.more', { shown: most, all: sorted.length })}</p>`}
  </div>`;
}

/** @param {Column} column @param {string} said @param {string} name */
function head(column, said, name) {
  const here = said.replace('-', '') === column.key;
  const order = here ? (said.startsWith('-') ? 'descending' : 'ascending') : undefined;
  if (column.fixed) return html`<th scope="col" class=${column.number ? 'number' : ''}>${column.label}</th>`;
  const next = here && !said.startsWith('-') ? `-${column.key}` : column.key;
  return html`<th scope="col" aria-sort=${order} class=${column.number ? 'number' : ''}>
    <button class="sort" onClick=${() => refine({ [name]: next })}>${column.label}<span aria-hidden="true">${order ? (order === 'ascending' ? ' ▲' : ' ▼') : ''}</span></button>
  </th>`;
}

/** @param {Column} column @param {any} row @param {boolean} first */
function cell(column, row, first) {
  const content = column.show ? column.show(row) : row[column.key];
  const props = { class: column.number ? 'number' : '', 'data-label': column.label };
  return first ? html`<th scope="row" ...${props}>${content}</th>` : html`<td ...${props}>${content ?? '–'}</td>`;
}

/** @param {Column} column @param {boolean} down */
function comparing(column, down) {
  const of = column.by ?? ((/** @type {any} */ row) => row[column.key]);
  const words = new Intl.Collator(language.value, { numeric: true });
  return (/** @type {any} */ a, /** @type {any} */ b) => {
    const [x, y] = [of(a), of(b)];
    if (x === y) return 0;
    if (x === null || x === undefined) return 1; // what is not known stands last either way
    if (y === null || y === undefined) return -1;
    const way = typeof x === 'number' && typeof y === 'number' ? x - y : words.compare(String(x), String(y));
    return down ? -way : way;
  };
}
