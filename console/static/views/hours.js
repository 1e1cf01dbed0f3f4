/** Hours: what each driver may still drive, the shortest first. */

import { html, useMemo } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { span } from '../lib/format.js';
import { use } from '../lib/use.js';
import { Failed, Head, Waiting } from '../ui/parts.js';
import { Table } from '../ui/table.js';
import { DriverLink } from '../ui/links.js';

const SOON_S = 1800;

export function Hours() {
  const known = use('hours', { limit: 1000 });
  const rows = useMemo(() => [...(known.data?.items ?? [])].sort((a, b) => (a.left_s ?? 1e9) - (b.left_s ?? 1e9)), [known.data]);
  if (known.error) return html`<${Failed} error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  return html`<${Head} title=${t('screen.hours')} /><p class="hint">${t('hours.lead')}</p>
    <${Table} caption=${t('screen.hours')} columns=${columns()} rows=${rows} id=${(/** @type {any} */ row) => `${row.driver} ${row.kind}`} empty=${t('hours.empty')} />`;
}

function columns() {
  return [
    { key: 'driver_id', label: t('col.driver'), show: (/** @type {any} */ row) => html`<${DriverLink} fleet=${row.fleet_id} id=${row.driver_id} />` },
    { key: 'kind', label: t('hours.limit'), show: (/** @type {any} */ row) => word('kind', row.kind) },
    { key: 'used_s', label: t('hours.used'), number: true, show: (/** @type {any} */ row) => span(row.used_s) },
    { key: 'most_s', label: t('hours.most'), number: true, show: (/** @type {any} */ row) => span(row.most_s) },
    { key: 'left_s', label: t('hours.left'), number: true, show: (/** @type {any} */ row) => html`<${Left} seconds=${row.left_s} />` },
  ];
}

/** @param {{ seconds: number | null }} given */
function Left({ seconds }) {
  if (seconds === null || seconds === undefined) return html`<span>–</span>`;
  const name = seconds <= 0 ? 'over' : seconds < SOON_S ? 'soon' : '';
  return html`<span class=${`left ${name}`}>${span(seconds)} ${name && html`<b>${t(`hours.${name}`)}</b>`}</span>`;
}
