/** Columns: the kinds of column that tables are made of: how each is shown, and what it is worth where it is added up. */

import { html } from '../lib/html.js';
import { money, number, percent, span } from '../lib/format.js';
import { Day, Time } from './parts.js';

/** @typedef {import('./table.js').Column} Column */

/** A number. @param {string} key @param {string} label @param {number} [digits] @param {string} [unit] @returns {Column} */
export function count(key, label, digits = 0, unit = '') {
  return { key, label, number: true, unit, show: (row) => number(row[key], digits, unit) };
}

/** A share, as percent. @param {string} key @param {string} label @param {number} [digits] @returns {Column} */
export function share(key, label, digits = 0) {
  return { key, label, number: true, unit: '%', value: (row) => hundredfold(row[key]), show: (row) => percent(row[key], digits) };
}

/** How long something lasts, in seconds. @param {string} key @param {string} label @returns {Column} */
export function lasting(key, label) {
  return { key, label, number: true, unit: 's', show: (row) => span(row[key]) };
}

/** An amount in the currency of its row. @param {string} key @param {string} label @returns {Column} */
export function amount(key, label) {
  return { key, label, number: true, unit: (row) => row.currency, by: (row) => decimal(row[key]), value: (row) => row[key], show: (row) => money(row[key], row.currency) };
}

/** A moment. @param {string} key @param {string} label @returns {Column} */
export function moment(key, label) {
  return { key, label, show: (row) => html`<${Time} at=${row[key]} />` };
}

/** A day. @param {string} key @param {string} label @returns {Column} */
export function date(key, label) {
  return { key, label, show: (row) => html`<${Day} at=${row[key]} />` };
}

/** From a day until another. @param {string} label @returns {Column} */
export function term(label) {
  return { key: 'valid_from', label, show: (row) => html`<span><${Day} at=${row.valid_from} /> <span class="until">– <${Day} at=${row.valid_to} /></span></span>` };
}

/** @param {number | null | undefined} value */
function hundredfold(value) {
  return typeof value === 'number' ? Number((value * 100).toFixed(4)) : null;
}

/** @param {string | null | undefined} value */
function decimal(value) {
  return value === null || value === undefined ? null : Number(value);
}
