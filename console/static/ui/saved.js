/** Saved: all rows of a table as a file, whether they are drawn or not. */

import { html, render } from '../lib/html.js';
import { save } from '../lib/csv.js';

/** @typedef {import('./table.js').Column} Column */

const DECIMAL = /^-?\d+(\.\d+)?$/;

/** @param {string} caption @param {Column[]} columns @param {any[]} rows */
export function file(caption, columns, rows) {
  const kept = columns.filter((one) => !one.unsaved);
  const place = document.createElement('div');
  render(html`<table><thead><tr>${kept.map((one) => html`<th>${one.label}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr>${kept.map((one) => cell(one, row))}</tr>`)}</tbody></table>`, place);
  save(place, caption);
  render(null, place);
}

/** @param {Column} column @param {any} row */
function cell(column, row) {
  return html`<td ...${worth(column, row)}>${(column.show ? column.show(row) : row[column.key]) ?? '–'}</td>`;
}

/** What a number is in a file, and its unit. @param {Column} column @param {any} row */
function worth(column, row) {
  if (!column.number) return {};
  const found = (column.value ?? column.by ?? ((/** @type {any} */ one) => one[column.key]))(row);
  const value = typeof found === 'number' || (typeof found === 'string' && DECIMAL.test(found)) ? String(found) : undefined;
  return value === undefined ? {} : { 'data-value': value, 'data-unit': typeof column.unit === 'function' ? column.unit(row) : column.unit || undefined };
}
