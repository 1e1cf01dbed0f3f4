/** Asked: what a list of the insurer's is asked for, as fields and choices; the address keeps it. */

import { html } from '../lib/html.js';
import { t, words } from '../lib/i18n.js';
import { refine, route } from '../lib/router.js';
import { Choice } from './choice.js';

const TYPES = /** @type {Record<string, string>} */ ({ month: 'month', from: 'date', to: 'date' });
const FAMILIES = /** @type {Record<string, string>} */ ({ cover: 'cover.', class: 'class.' }); // of words that there are to choose from
const KINDS = ['indicated', 'charged', 'adjustment'];

/** What the address says of these. @param {string[]} names @returns {Record<string, string>} */
export function asked(names) {
  return Object.fromEntries(names.map((name) => [name, route.value.query[name] ?? '']));
}

/** @param {{ names: string[], values: Record<string, string> }} given */
export function Asked({ names, values }) {
  return html`<div class="filters" role="group" aria-label=${t('inbox.filters')}>${names.map((name) => one(name, values[name]))}</div>`;
}

/** @param {string} name @param {string} value */
function one(name, value) {
  const label = t(`behind.${name}`);
  const options = name === 'kind' ? KINDS.map((kind) => [kind, t(`premium.${kind}`)]) : FAMILIES[name] && named(FAMILIES[name]);
  if (options) return html`<${Choice} key=${name} name=${name} value=${value} label=${label} options=${[['', t('inbox.any')], ...options, ...(value && !options.some(([key]) => key === value) ? [[value, value]] : [])]} />`;
  return html`<label key=${name}>${label}<input type=${TYPES[name] ?? 'search'} value=${value} onChange=${(/** @type {any} */ event) => refine({ [name]: event.target.value.trim() })} /></label>`;
}

/** The words of a family, by their names. @param {string} family @returns {string[][]} */
function named(family) {
  return Object.entries(words.value).filter(([key]) => key.startsWith(family)).map(([key, text]) => [key.slice(family.length), text]);
}
