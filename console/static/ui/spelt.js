/** Spelt: what an entry of a log says, in the reader's words instead of codes and JSON. */

import { html } from '../lib/html.js';
import { dayTime } from '../lib/format.js';
import { has, t, word } from '../lib/i18n.js';
import '../lib/phrase.js'; // the words come with it

const NAMED = ['noted', 'threshold', 'class', 'cell']; // families of what the parts of an entry are called
const OF = /** @type {Record<string, string[]>} */ ({ fields: ['cell'], kind: ['kind', 'task'], outcome: ['outcome'], wakes: ['priority'], dismissal: ['dismissal'] }); // and of what stands in some
const MOMENTS = ['due', 'from', 'since', 'until']; // seconds since 1970, where they are numbers

/** What was done. @param {{ action: string }} row */
export const deed = ({ action }) => word('deed', action);

/** What it was done to. @param {{ action: string, about: string }} row */
export function about({ action, about: said }) {
  const [kind, ...key] = said.split(' ');
  const text = action.startsWith('registry.') ? [word('rows', kind), ...key].join(' ') : action === 'settings.thresholds' ? word('kind', said) : said;
  return html`<code class="said">${text}</code>`;
}

/** What more is on record of it. @param {{ action: string, detail: string }} row */
export function spelt({ action, detail }) {
  const { value, ...rest } = detail ? JSON.parse(detail) : {};
  const found = value === undefined ? rest : { ...rest, [action === 'alerts.dismiss' ? 'dismissal' : 'value']: value };
  return html`<code class="said">${said(found)}</code>`;
}

/** @param {any} value @param {string[]} [families]  of words that it may be one of @returns {string} */
function said(value, families = []) {
  if (value === null || value === '') return '–';
  if (Array.isArray(value)) return value.map((one) => said(one, families)).join(', ') || '–';
  const family = families.find((one) => has(`${one}.${value}`));
  if (typeof value !== 'object') return family ? t(`${family}.${value}`) : String(value);
  return Object.entries(value).map(([name, one]) => `${named(name)}: ${part(name, one)}`).join('; ') || '–';
}

/** @param {string} name @param {any} value */
function part(name, value) {
  if (MOMENTS.includes(name) && typeof value === 'number') return dayTime(new Date(1000 * value).toISOString());
  if (name === 'as_of') return dayTime(value);
  return value && typeof value === 'object' && !Array.isArray(value) ? `(${said(value)})` : said(value, OF[name]);
}

/** @param {string} name */
function named(name) {
  return word(NAMED.find((family) => has(`${family}.${name}`)) ?? '', name);
}
