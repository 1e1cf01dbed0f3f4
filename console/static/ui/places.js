/** Places: whoever sees more than one fleet or site may look at one of them; the address says which. */

import { computed } from '@preact/signals';
import { html } from '../lib/html.js';
import { inOrder, t } from '../lib/i18n.js';
import { roster } from '../lib/fleet.js';
import { user } from '../lib/session.js';
import { Choice } from './choice.js';

const INSURERS = ['underwriter', 'actuary'];

/** The site of each vehicle, by fleet and name. */
export const sited = computed(() => new Map(roster.value.map((one) => [one.id, one.site ?? ''])));

/** Whether names alone could be of more than one fleet; an insurer has no roster to count them in. */
export const several = computed(() => {
  const seen = roster.value.map((one) => one.fleet_id);
  const insured = (user.value?.grants ?? []).filter(({ role }) => INSURERS.includes(role)).map(({ fleet }) => fleet);
  return insured.includes('') || new Set([...seen, ...insured]).size > 1;
});

/** What is there to choose from. @param {Record<string, string>} query */
function there({ fleet = '' }) {
  const seen = roster.value.filter((one) => !fleet || one.fleet_id === fleet);
  const names = (/** @type {(string | undefined)[]} */ found) => inOrder([...new Set(found)].filter(Boolean));
  return { fleets: names(roster.value.map((one) => one.fleet_id)), sites: names(seen.map((one) => one.site)) };
}

/** Whether a vehicle, by fleet and name, is where the address says; the site may be known to whoever asks. @param {Record<string, string>} query @returns {(row: any) => boolean} */
export function within({ fleet = '', site = '' }) {
  if (!fleet && !site) return () => true;
  const of = sited.value;
  return (row) => (!fleet || row.fleet_id === fleet) && (!site || (row.site ?? of.get(`${row.fleet_id}/${row.vehicle_id}`)) === site);
}

/** The choices, where there is more than one. @param {{ query: Record<string, string> }} given */
export function Places({ query }) {
  const { fleet = '', site = '' } = query;
  const { fleets, sites } = there(query);
  const some = (/** @type {any[]} */ names, /** @type {string} */ chosen) => names.length > 1 || chosen; // a choice in the address can be taken back
  const options = (/** @type {any[]} */ names, /** @type {string} */ chosen) => [['', t('inbox.any')], ...[...new Set([...names, chosen])].filter(Boolean).map((one) => [one, one])];
  return html`${some(fleets, fleet) && html`<${Choice} name="fleet" value=${fleet} label=${t('col.fleet')} also=${{ site: '', cursor: '' }} options=${options(fleets, fleet)} />`}
    ${some(sites, site) && html`<${Choice} name="site" value=${site} label=${t('col.site')} also=${{ cursor: '' }} options=${options(sites, site)} />`}`;
}
