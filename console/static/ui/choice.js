/** Choice: a filter of a few values, kept in the address. */

import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { refine } from '../lib/router.js';

/** @param {{ name: string, value: string, label: string, options: string[][], also?: Record<string, string> }} given  `also`: what changes with it */
export function Choice({ name, value, label, options, also = {} }) {
  return html`<label>${label}
    <select value=${value} onChange=${(/** @type {any} */ event) => refine({ ...also, [name]: event.target.value })}>
      ${options.map(([key, text]) => html`<option key=${key} value=${key}>${text}</option>`)}
    </select></label>`;
}

/** In which currency, where there are several: amounts of two are never added up. @param {{ of: string, all: string[] }} given */
export function Currencies({ of, all }) {
  return all.length > 1 ? html`<div class="filters"><${Choice} name="currency" value=${of} label=${t('form.currency')} options=${[...all].sort().map((one) => [one, one])} /></div>` : null;
}
