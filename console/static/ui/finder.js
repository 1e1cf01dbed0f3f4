/** Finder: the vehicles and drivers whose name holds what is written in the search. */

import { html, useEffect } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { go } from '../lib/router.js';
import { notice } from '../lib/alerts.js';
import { say } from '../lib/announce.js';
import { get } from '../lib/api.js';
import { roster } from '../lib/fleet.js';
import { several } from './places.js';

const SHOWN = 6; // of vehicles, and of drivers
const PAUSE_MS = 250; // in which somebody is still writing

/** @typedef {{ kind: 'vehicle' | 'driver', id: string, name: string, more: string }} Found */
/** @template T @typedef {import('@preact/signals').Signal<T>} Signal */

/** @param {{ said: Signal<string>, found: Signal<Found[]>, at: Signal<number>, entered: Signal<boolean> }} given  `entered`: the one at `at` is wanted */
export function Finder({ said, found, at, entered }) {
  useEffect(() => {
    const [own, asked] = [vehicles(said.value), new AbortController()];
    [found.value, at.value] = [own, 0];
    const timer = setTimeout(() => void drivers(said.value, asked.signal).then((more) => (found.value = [...own, ...more]), () => {}), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      asked.abort();
    };
  }, [said.value, roster.value]);
  const open = (/** @type {Found} */ one) => {
    said.value = '';
    if (one.kind === 'vehicle') go('/', { vehicle: one.id });
    else go(`/drivers/${one.id.split('/').map(encodeURIComponent).join('/')}`);
  };
  useEffect(() => {
    if (!entered.value) return;
    entered.value = false;
    const name = said.value.trim();
    const [one] = found.value.length ? [found.value[at.value]] : vehicles(name);
    void (one ? Promise.resolve([one]) : drivers(name)).catch(() => []).then(([first]) => (first ? open(first) : missing(name))); // Enter may come before the answer
  }, [entered.value]);
  return html`<ul id="found" role="listbox" aria-label=${t('shell.found')} hidden=${!found.value.length}>${found.value.map((one, k) => html`<li key=${`${one.kind} ${one.id}`} id=${`found-${k}`} role="option" aria-selected=${k === at.value}
    onMouseDown=${(/** @type {Event} */ event) => event.preventDefault()} onClick=${() => open(one)}><b>${one.name}</b> <small>${t(`shell.is.${one.kind}`)} ${one.more}</small></li>`)}</ul>`;
}

/** @param {string} name */
function missing(name) {
  notice.value = { text: t('shell.not_found', { name }), bad: true };
  say(t('shell.not_found', { name }));
}

/** Those that are called just so first. @param {string} text @returns {Found[]} */
function vehicles(text) {
  const wanted = text.trim().toLowerCase();
  const names = (/** @type {any} */ one) => [one.vehicle_id, one.plate].filter(Boolean).map((name) => name.toLowerCase());
  const held = roster.value.filter((one) => names(one).some((name) => name.includes(wanted)));
  const whole = held.filter((one) => names(one).includes(wanted));
  return [...new Set([...whole, ...held])].slice(0, SHOWN).map((one) => ({ kind: 'vehicle', id: one.id, name: several.value ? one.id : one.vehicle_id, more: one.plate ?? '' }));
}

/** @param {string} text @param {AbortSignal} [signal] @returns {Promise<Found[]>} */
async function drivers(text, signal) {
  const { items } = await get('drivers', { q: text.trim(), sort: 'name', limit: SHOWN }, signal);
  return items.map((/** @type {any} */ one) => ({ kind: 'driver', id: one.id, name: several.value ? one.id : one.driver_id, more: one.name }));
}
