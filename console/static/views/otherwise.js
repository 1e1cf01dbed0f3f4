/** Otherwise: what a premium would be, were something of the driving otherwise; rating that driving gives the same. */

import { html } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { money, number } from '../lib/format.js';
import { phrase } from '../lib/phrase.js';
import { Table } from '../ui/table.js';
import { gained } from './since.js';

/** @param {{ one: any }} given */
export function Otherwise({ one }) {
  if (!one.otherwise.length) return null;
  return html`<section class="card"><h2>${t('otherwise.title')}</h2><p class="hint">${t('otherwise.lead')}</p>
    <${Table} caption=${t('otherwise.title')} name="otherwise" columns=${columns(one)} rows=${one.otherwise} id=${(/** @type {any} */ row) => row.behaviour} /></section>`;
}

/** @param {any} one */
function columns(one) {
  const name = (/** @type {any} */ row) => word('behaviour', row.behaviour);
  const less = (/** @type {any} */ row) => (Number(row.amount) - Number(one.amount)).toFixed(2);
  const rate = (/** @type {string} */ key) => ({ key, label: t(`otherwise.${key}`), number: true, show: (/** @type {any} */ row) => number(row[key], 3, phrase(row.unit)), value: (/** @type {any} */ row) => row[key] });
  return [
    { key: 'behaviour', label: t('otherwise.behaviour'), show: name, by: name, value: name },
    rate('rate'),
    rate('wanted'),
    { key: 'amount', label: t('otherwise.amount'), number: true, show: (/** @type {any} */ row) => money(row.amount, one.currency), by: (/** @type {any} */ row) => Number(row.amount), value: (/** @type {any} */ row) => row.amount, unit: one.currency },
    { key: 'less', label: t('otherwise.less'), number: true, show: (/** @type {any} */ row) => gained(less(row), one.currency), by: (/** @type {any} */ row) => Number(less(row)), value: less, unit: one.currency },
  ];
}
