/** Links: the ways to a vehicle and to a driver, with their fleet where there are several. */

import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { href } from '../lib/router.js';
import { may } from '../lib/session.js';
import { several } from './places.js';

/** A way to the map, for who has one. @param {{ id: string }} given  fleet/vehicle */
export function VehicleLink({ id }) {
  const name = several.value ? id : id.slice(id.indexOf('/') + 1);
  return may('viewer', 'manager') ? html`<a href=${href('/', { vehicle: id })}>${name}</a>` : html`<span>${name}</span>`;
}

/** @param {{ fleet: string, id: string | null | undefined }} given */
export function DriverLink({ fleet, id }) {
  return id ? html`<a href=${href(`/drivers/${fleet}/${encodeURIComponent(id)}`)}>${several.value ? `${fleet}/${id}` : id}</a>` : html`<span>${t('drawer.nobody')}</span>`;
}
