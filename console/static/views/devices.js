/** Devices: what is heard of each box, how well, and where the fleet is blind. */

import { html } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { ago, number, percent } from '../lib/format.js';
import { use } from '../lib/use.js';
import { Failed, Head, Waiting } from '../ui/parts.js';
import { Table } from '../ui/table.js';
import { VehicleLink } from '../ui/links.js';

export function Devices() {
  const known = use('devices', { limit: 1000 });
  if (known.error) return html`<${Failed} error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  return html`<${Head} title=${t('screen.devices')} /><p class="hint">${t('devices.lead')}</p>
    <${Table} caption=${t('screen.devices')} columns=${columns()} rows=${known.data.items} id=${(/** @type {any} */ row) => row.vehicle} empty=${t('devices.empty')} />`;
}

function columns() {
  return [
    { key: 'vehicle', label: t('col.vehicle'), show: (/** @type {any} */ row) => html`<${VehicleLink} id=${row.vehicle} />` },
    { key: 'last_heard', label: t('devices.heard'), show: (/** @type {any} */ row) => ago(row.last_heard) },
    { key: 'hz', label: t('devices.hz'), number: true, show: (/** @type {any} */ row) => number(row.hz, 2, 'Hz') },
    { key: 'km_measured', label: t('devices.measured'), number: true, show: (/** @type {any} */ row) => number(row.km_measured) },
    { key: 'km_gap', label: t('devices.gap'), number: true, show: (/** @type {any} */ row) => number(row.km_gap) },
    { key: 'blind', label: t('devices.blind'), number: true, show: (/** @type {any} */ row) => percent(row.blind, 1) },
    { key: 'faults', label: t('devices.faults'), by: (/** @type {any} */ row) => (row.faults ?? []).length, show: (/** @type {any} */ row) => (row.faults ?? []).map((/** @type {string} */ kind) => word('kind', kind)).join(', ') || '–' },
  ];
}
