/** Drivers: scores with what stands behind them; where too little was driven there is no number. */

import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { number, signed } from '../lib/format.js';
import { pages } from '../lib/pages.js';
import { route } from '../lib/router.js';
import { Failed, Filed, Head, Waiting } from '../ui/parts.js';
import { Places } from '../ui/places.js';
import { count, share } from '../ui/columns.js';
import { Table } from '../ui/table.js';
import { DriverLink } from '../ui/links.js';

export function Drivers() {
  const { fleet = '', site = '' } = route.value.query;
  const known = pages('drivers', { fleet, site }, { sort: 'sort' });
  if (known.error) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  return html`<${Head} title=${t('screen.drivers')}>${known.data.items.length > 0 && html`<${Filed} status=${known.data.items[0].status} />`}<//>
    <p class="hint">${t('drivers.lead')}</p>
    <div class="filters"><${Places} query=${route.value.query} /></div>
    <${Table} caption=${t('screen.drivers')} columns=${columns()} rows=${known.data.items} list=${known} id=${(/** @type {any} */ row) => row.id} empty=${t('drivers.empty')} />`;
}

function columns() {
  return [
    { key: 'name', label: t('col.driver'), show: (/** @type {any} */ row) => html`<${DriverLink} fleet=${row.fleet_id} id=${row.driver_id} name=${row.name} />` },
    { key: 'score', label: t('drivers.score'), number: true, show: (/** @type {any} */ row) => html`<${Score} row=${row} value=${row.score} />` },
    { key: 'coaching_score', label: t('drivers.coaching'), number: true, show: (/** @type {any} */ row) => (row.provisional ? '–' : number(row.coaching_score, 1)) },
    { key: 'low', label: t('drivers.between'), number: true, value: () => null, show: (/** @type {any} */ row) => (row.provisional ? '–' : html`<${Band} row=${row} />`) },
    share('credibility', t('drivers.credibility')),
    { ...count('km', t('trips.km')), show: (/** @type {any} */ row) => html`${number(row.km)}${row.km_left >= 1 && html` <small>${left(row)}</small>`}` },
    count('rank', t('drivers.rank')),
    { key: 'trend', label: t('drivers.trend'), number: true, show: (/** @type {any} */ row) => signed(row.trend, 1) },
    count('events_per_1000_km', t('drivers.events'), 1),
  ];
}

/** @param {{ row: any, value: number }} given */
export function Score({ row, value }) {
  if (row.provisional || row.score === null) return html`<span class="verdict">${t(row.score === null && row.km_left >= 1 ? 'drivers.waits' : 'drivers.too_little')}</span>`;
  return html`<b>${number(value, 1)}</b>`;
}

/** What was driven besides, on days that count for no score yet. @param {any} row */
export function left(row) {
  return t('drivers.left', { km: number(row.km_left) });
}

/** The interval as a bar from 0 to 100, with the score in it. @param {{ row: any }} given */
export function Band({ row }) {
  return html`<span class="band"><span>${number(row.low)} – ${number(row.high)}</span>
    <svg viewBox="0 0 100 10" width="100" height="10" aria-hidden="true"><rect class="all" width="100" height="10" /><rect class="span" x=${row.low} width=${Math.max(1, row.high - row.low)} height="10" /><rect class="here" x=${Math.min(98, row.score - 1)} width="2" height="10" /></svg></span>`;
}
