/** Links: the ways to a vehicle and to a driver, named as the API names them. */

import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { href } from '../lib/router.js';

/** @param {{ id: string }} given  fleet/vehicle */
export function VehicleLink({ id }) {
  return html`<a href=${href('/', { vehicle: id })}>${id.slice(id.indexOf('/') + 1)}</a>`;
}

/** @param {{ fleet: string, id: string | null | undefined }} given */
export function DriverLink({ fleet, id }) {
  return id ? html`<a href=${href(`/drivers/${fleet}/${encodeURIComponent(id)}`)}>${id}</a>` : html`<span>${t('drawer.nobody')}</span>`;
}
