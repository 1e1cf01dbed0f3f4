/** Links: the ways to a vehicle and to a driver, with their fleet where there are several. */

import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { href } from '../lib/router.js';
import { several } from './places.js';

/** @param {{ id: string }} given  fleet/vehicle */
export function VehicleLink({ id }) {
  return html`<a href=${href('/', { vehicle: id })}>${several.value ? id : id.slice(id.indexOf('/') + 1)}</a>`;
}

/** @param {{ fleet: string, id: string | null | undefined }} given */
export function DriverLink({ fleet, id }) {
  return id ? html`<a href=${href(`/drivers/${fleet}/${encodeURIComponent(id)}`)}>${several.value ? `${fleet}/${id}` : id}</a>` : html`<span>${t('drawer.nobody')}</span>`;
}
