/** Grants: one role and the places it holds for, chosen from what there is; as text for the API and back. */

import { html, useSignal } from '../lib/html.js';
import { inOrder, t, word } from '../lib/i18n.js';
import { use } from '../lib/use.js';

const ROLES = ['viewer', 'manager', 'driver', 'underwriter', 'actuary', 'admin'];
const ALL = 100_000; // that there are to choose from
const EVERYWHERE = ''; // the place of a role that holds for all fleets
const DRIVING = ['driver', 'manager', 'viewer']; // roles of somebody who may be a driver too

/** @typedef {{ role: string, fleet: string, site: string }} Grant */

/** What a text of grants says: `role@fleet/site`, with commas. @param {string} text @returns {Grant[]} */
export function grantsOf(text) {
  return text.split(',').filter(Boolean).map((one) => {
    const [role, where = ''] = one.split('@');
    const [fleet, site = ''] = where.split('/');
    return { role, fleet, site };
  });
}

/** The text of what a form says. @param {Record<string, string>} said */
export function read(said) {
  const places = Object.entries(said).filter(([name]) => name.startsWith('place-')).map(([, place]) => place);
  const all = said.role === 'admin' || !places.length || places.includes(EVERYWHERE);
  return all ? said.role : [...new Set(places)].map((place) => `${said.role}@${place}`).join(',');
}

/** @param {{ grants: string, driver?: string | null }} given  `driver`: which they are; null: not asked for */
export function Grants({ grants, driver = null }) {
  const before = grantsOf(grants);
  const role = useSignal(before[0]?.role ?? ROLES[0]);
  const places = useSignal(before.length ? before.map(({ fleet, site }) => [fleet, site].filter(Boolean).join('/')) : [EVERYWHERE]);
  const fleets = use('registry/fleets', { limit: ALL });
  const sites = use('registry/sites', { limit: ALL });
  const there = inOrder([...(fleets.data?.items ?? []).map(ofFleet), ...(sites.data?.items ?? []).map(ofSite)], ([, text]) => text);
  const gone = places.value.filter((one) => one && !there.some(([place]) => place === one)).map((one) => [one, one]); // not registered any more
  const change = (/** @type {number} */ k, /** @type {string} */ place) => (places.value = places.value.map((one, at) => (at === k ? place : one)));
  return html`<label>${t('users.role')}<select name="role" value=${role.value} onChange=${(/** @type {any} */ event) => (role.value = event.target.value)}>
      ${ROLES.map((one) => html`<option key=${one} value=${one}>${word('role', one)}</option>`)}</select></label>
    <p class="hint">${t(`users.means.${role.value}`)}</p>
    ${role.value !== 'admin' && html`<fieldset><legend>${t('users.places')}</legend>
      ${places.value.map((place, k) => html`<label key=${k}><span class="unseen">${t('users.place', { n: k + 1 })}</span><select name=${`place-${k}`} value=${place} onChange=${(/** @type {any} */ event) => change(k, event.target.value)}>
        ${[[EVERYWHERE, t('users.everywhere')], ...there, ...gone].map(([value, text]) => html`<option key=${value} value=${value} selected=${value === place}>${text}</option>`)}</select></label>`)}
      <p class="choices"><button type="button" onClick=${() => (places.value = [...places.value, EVERYWHERE])}>${t('users.another')}</button>
        ${places.value.length > 1 && html`<button type="button" onClick=${() => (places.value = places.value.slice(0, -1))}>${t('users.fewer')}</button>`}</p></fieldset>`}
    ${driver !== null && DRIVING.includes(role.value) && html`<${Driver} driver=${driver} places=${places.value} needed=${role.value === 'driver'} />`}`;
}

/** Which driver of the registry, among those of the fleets chosen. @param {{ driver: string, places: string[], needed: boolean }} given */
function Driver({ driver, places, needed }) {
  const known = use('registry/drivers', { limit: ALL });
  const fleets = new Set(places.map((place) => place.split('/')[0]));
  const all = (known.data?.items ?? []).map((/** @type {any} */ row) => row.cells);
  const own = all.filter((/** @type {any} */ { fleet_id }) => fleets.has(EVERYWHERE) || fleets.has(fleet_id));
  const options = own.map((/** @type {any} */ { driver_id, fleet_id, name }) => [driver_id, [name || driver_id, fleets.size > 1 || fleets.has(EVERYWHERE) ? `(${fleet_id})` : ''].join(' ').trim()]);
  const gone = driver && !own.some((/** @type {any} */ { driver_id }) => driver_id === driver) ? [[driver, driver]] : []; // not registered there any more
  if (!known.data) return html`<input type="hidden" name="driver_id" value=${driver} />`;
  if (!all.length) return html`<label>${t('users.driver')}<input name="driver_id" defaultValue=${driver} required=${needed} autocomplete="off" /></label>`; // of a service that registers nobody
  return html`<label>${t('users.driver')}<select name="driver_id" required=${needed}>
    ${[['', t('users.no_driver')], ...options, ...gone].map(([value, text]) => html`<option key=${value} value=${value} selected=${value === driver}>${text}</option>`)}</select></label>`;
}

/** @param {{ cells: Record<string, string> }} row */
function ofFleet({ cells: { fleet_id, name } }) {
  return [fleet_id, name || fleet_id];
}

/** @param {{ cells: Record<string, string> }} row */
function ofSite({ cells: { fleet_id = '', site_id, name } }) {
  return [`${fleet_id}/${site_id}`, `${fleet_id} / ${name || site_id}`];
}
