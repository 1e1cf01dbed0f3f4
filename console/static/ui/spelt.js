/** Spelt: what an entry of a log says, in the reader's words instead of codes and JSON. */

import { dayTime } from '../lib/format.js';
import { has, t, word } from '../lib/i18n.js';
import '../lib/phrase.js'; // the words come with it

const NAMED = ['noted', 'threshold', 'class', 'cell']; // families of what the parts of an entry are called
const OF = /** @type {Record<string, string>} */ ({ fields: 'cell', kind: 'kind', outcome: 'outcome', grants: 'role' }); // and of what stands in some

const MOMENTS = ['due', 'from', 'since', 'until']; // seconds since 1970, where they are numbers

/** What was done. @param {{ action: string }} row */
export const deed = ({ action }) => word('deed', action);

/** What it was done to. @param {{ action: string, about: string }} row */
export function about({ action, about: said }) {
  const [kind, ...key] = said.split(' ');
  if (action.startsWith('registry.')) return [word('rows', kind), ...key].join(' ');
  return action === 'settings.thresholds' ? word('kind', said) : said;
}

/** @param {any} detail  an object, or its JSON */
export function spelt(detail) {
  if (typeof detail !== 'string') return said(detail);
  try {
    return said(JSON.parse(detail));
  } catch {
    return detail; // it is no JSON: somebody's words
  }
}

/** @param {any} value @param {string} [family]  of words that it may be one of @returns {string} */
function said(value, family = '') {
  if (value === null || value === '') return '–';
  if (Array.isArray(value)) return value.map((one) => said(one, family)).join(', ') || '–';
  if (typeof value !== 'object') return family && has(`${family}.${value}`) ? t(`${family}.${value}`) : String(value);
  return Object.entries(value).map(([name, one]) => `${named(name)}: ${part(name, one)}`).join('; ') || '–';
}

/** @param {string} name @param {any} value */
function part(name, value) {
  if (MOMENTS.includes(name) && typeof value === 'number') return dayTime(new Date(1000 * value).toISOString());
  return value && typeof value === 'object' && !Array.isArray(value) ? `(${said(value)})` : said(value, OF[name]);
}

/** @param {string} name */
function named(name) {
  return word(NAMED.find((family) => has(`${family}.${name}`)) ?? '', name);
}
