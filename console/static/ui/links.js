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

/** A driver by name, with the id in small print; who has none is called by the id. @param {{ fleet: string, id: string | null | undefined, name: string | undefined }} given */
export function DriverLink({ fleet, id, name }) {
  if (!id) return html`<span>${t('drawer.nobody')}</span>`;
  const whole = several.value ? `${fleet}/${id}` : id;
  return html`<span><a href=${href(`/drivers/${fleet}/${encodeURIComponent(id)}`)}>${name || whole}</a>${name && html` <small>${whole}</small>`}</span>`;
}
