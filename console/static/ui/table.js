/** Table: rows with a caption, sorted by the column the address names; as cards where the screen is narrow. */

import { html, useEffect, useRef, useSignal } from '../lib/html.js';
import { number } from '../lib/format.js';
import { language, t } from '../lib/i18n.js';
import { refine, route } from '../lib/router.js';
import { Empty } from './parts.js';

const DRAWN = 100; // rows, and as many more whenever somebody gets to the last

/**
 * @typedef {{ key: string, label: string, show?: (row: any) => any, by?: (row: any) => any, number?: boolean, fixed?: boolean,
 *   value?: (row: any) => any, unit?: string | ((row: any) => string), unsaved?: boolean }} Column
 *   `by` what it is sorted by, `value` what it is worth in a file, in its `unit`; `fixed` is not sorted by, `unsaved` left out of files
 * @param {{ caption: string, columns: Column[], rows: any[], id: (row: any) => string, empty?: string, name?: string, hidden?: boolean,
 *   list?: import('../lib/pages.js').Pages, all?: number | null }} given
 *   `list` what the rows are of, if not all are here; `all` how many there are
 */
export function Table({ caption, columns, rows, id, empty, name = 'sort', hidden = true, list, all = list?.data?.total ?? rows.length }) {
  const drawn = useSignal(DRAWN);
  const saving = useSignal(false);
  const said = route.value.query[name] ?? '';
  const down = said.startsWith('-');
  const column = columns.find((one) => one.key === said.replace('-', ''));
  const partial = Boolean(list?.data?.cursor);
  const sorted = column && !list?.sorts ? [...rows].sort(comparing(column, down)) : rows;
  useEffect(() => {
    if (partial && saving.value && list?.full) {
      saving.value = false;
      void import('../lib/decided.js').then(({ refused }) => refused(new Error(t('problem.too_long'))));
    } else if (partial && ((column && !list?.sorts) || saving.value)) list?.all(); // some are sorted, or saved, only with all the others
    else if (saving.value) void import('./saved.js').then(({ file }) => file(caption, columns, sorted)).finally(() => (saving.value = false));
  }, [said, saving.value, partial, list?.busy]);
  if (!rows.length) return html`<${Empty} text=${empty ?? t('table.empty')} />`;
  const shown = Math.min(drawn.value, sorted.length);
  const further = () => {
    drawn.value += DRAWN;
    if (partial && drawn.value > sorted.length) list?.more();
  };
  return html`<div class="scroller" tabindex="0" role="region" aria-label=${caption}>
    <${Sorting} columns=${columns} said=${said} name=${name} />
    <table>
      <caption class=${hidden ? 'unseen' : ''}>${caption}</caption>
      <thead><tr>${columns.map((one) => head(one, said, name))}</tr></thead>
      <${Body} columns=${columns} rows=${sorted.slice(0, shown)} id=${id} />
    </table>
    ${(partial || sorted.length > shown) && html`<${More} shown=${shown} all=${all} busy=${Boolean(list?.busy)} further=${further} />`}
    <p class="save"><button class="link" onClick=${() => (saving.value = true)} disabled=${saving.value}>${t('act.csv')}</button></p>
  </div>`;
}

/** @param {{ columns: Column[], rows: any[], id: (row: any) => string }} given */
function Body({ columns, rows, id }) {
  return html`<tbody>${rows.map((row) => html`<tr key=${id(row)}>${columns.map((one, k) => cell(one, row, k === 0))}</tr>`)}</tbody>`;
}

/** That there are more, which come when it is seen. @param {{ shown: number, all: number | null, busy: boolean, further: () => void }} given */
function More({ shown, all, busy, further }) {
  const end = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const seen = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && !busy && further());
    seen.observe(/** @type {HTMLElement} */ (end.current));
    return () => seen.disconnect();
  }, [shown, busy]);
  return html`<p class="more" ref=${end} aria-busy=${busy}>${all === null ? t('table.some', { shown: number(shown) }) : t('table.of', { shown: number(shown), all: number(all) })} <button class="link" onClick=${further} disabled=${busy}>${t('table.further')}</button></p>`;
}

/** How it is sorted, where there is no room for heads. @param {{ columns: Column[], said: string, name: string }} given */
function Sorting({ columns, said, name }) {
  const free = columns.filter((one) => !one.fixed);
  if (!free.length) return null;
  const [key, down] = [said.replace('-', ''), said.startsWith('-')];
  return html`<div class="sorting"><span aria-hidden="true">${t('table.sort')}</span>
      <select aria-label=${t('table.sort')} value=${key} onChange=${(/** @type {any} */ event) => refine({ [name]: event.target.value })}>
        <option value="">${t('table.as_it_is')}</option>${free.map((one) => html`<option key=${one.key} value=${one.key}>${one.label}</option>`)}
      </select>
    <button aria-pressed=${down} disabled=${!key} onClick=${() => refine({ [name]: down ? key : `-${key}` })}>${t('table.down')}</button></div>`;
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
