/** Hours: what each driver may still drive, the shortest first. */

import { html, useMemo } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { span } from '../lib/format.js';
import { pages } from '../lib/pages.js';
import { LATELY_S } from '../lib/use.js';
import { Failed, Head, Waiting } from '../ui/parts.js';
import { lasting, moment } from '../ui/columns.js';
import { Table } from '../ui/table.js';
import { DriverLink } from '../ui/links.js';

const SOON_S = 1800;

export function Hours() {
  const known = pages('hours', {}, { every_s: LATELY_S });
  const rows = useMemo(() => (known.data?.items ?? []).map(tightest), [known.data]);
  if (known.error && !known.data) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  return html`<${Head} title=${t('screen.hours')} /><p class="hint">${t('hours.lead')}</p>
    <${Table} caption=${t('screen.hours')} columns=${columns()} rows=${rows} list=${known} id=${(/** @type {any} */ row) => row.id} empty=${t('hours.empty')} />`;
}

/** A driver with the limit that ends their driving first. @param {any} row */
function tightest(row) {
  const [first] = [...row.limits].sort((a, b) => a.left_s - b.left_s);
  return { ...row, ...first };
}

function columns() {
  return [
    { key: 'driver_id', label: t('col.driver'), show: (/** @type {any} */ row) => html`<${DriverLink} fleet=${row.fleet_id} id=${row.driver_id} />` },
    { key: 'driving', label: t('col.status'), show: (/** @type {any} */ row) => t(row.driving ? 'status.moving' : 'hours.stands') },
    { key: 'kind', label: t('hours.limit'), show: (/** @type {any} */ row) => word('kind', row.kind) },
    lasting('counted_s', t('hours.used')),
    lasting('most_s', t('hours.most')),
    { key: 'left_s', label: t('hours.left'), number: true, unit: 's', show: (/** @type {any} */ row) => html`<${Left} seconds=${row.left_s} />` },
    moment('at', t('hours.at')),
    { key: 'rules', label: t('hours.rules'), show: (/** @type {any} */ row) => word('law', row.rules) },
  ];
}

/** @param {{ seconds: number | null }} given */
function Left({ seconds }) {
  if (seconds === null || seconds === undefined) return html`<span>–</span>`;
  const name = seconds <= 0 ? 'over' : seconds < SOON_S ? 'soon' : '';
  return html`<span class=${`left ${name}`}>${span(seconds)} ${name && html`<b>${t(`hours.${name}`)}</b>`}</span>`;
}
