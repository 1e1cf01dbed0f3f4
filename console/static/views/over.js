/** Over: what may be laid over the map, as tables for those who do not see it. */

import { html } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { use } from '../lib/use.js';
import { Failed, Waiting } from '../ui/parts.js';
import { count, moment } from '../ui/columns.js';
import { Table } from '../ui/table.js';

/** @param {{ over: string }} given  names, commas between them */
export function Tables({ over }) {
  return html`${over.split(',').includes('zones') && html`<${Listed} path="zones" rows=${(/** @type {any} */ data) => data} columns=${zones()} />`}
    ${over.split(',').includes('heat') && html`<${Listed} path="heat" rows=${(/** @type {any} */ data) => data.cells} columns=${heat()} />`}`;
}

/** @param {{ path: 'zones' | 'heat', rows: (data: any) => any[], columns: import('../ui/table.js').Column[] }} given */
function Listed({ path, rows, columns }) {
  const known = use(path, {});
  if (known.error) return html`<${Failed} error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const id = (/** @type {any} */ row) => row.id ?? `${row.lat} ${row.lon}`;
  return html`<section><h2>${t(`over.${path}`)}</h2><${Table} caption=${t(`over.${path}_lead`)} columns=${columns} rows=${rows(known.data)} id=${id} name=${`sort-${path}`} hidden=${false} empty=${t(`over.${path}_empty`)} /></section>`;
}

function zones() {
  return [
    { key: 'name', label: t('over.area'), show: (/** @type {any} */ row) => row.name || row.id },
    { key: 'kind', label: t('col.kind'), show: (/** @type {any} */ row) => word('zone', row.kind) },
    moment('until', t('over.until')),
  ];
}

function heat() {
  return [
    count('lat', t('cell.lat_deg'), 2),
    count('lon', t('cell.lon_deg'), 2),
    { key: 'events', label: t('over.events'), number: true },
    { key: 'vehicles', label: t('vehicles.caption'), number: true },
  ];
}
