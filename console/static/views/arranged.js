/** Arranged: the rows of the whole inbox in the order and the groups asked for, with what was measured; and what is said where there are none. */

import { html } from '../lib/html.js';
import { counted, has, t } from '../lib/i18n.js';
import { ago, day, number, span } from '../lib/format.js';
import { route } from '../lib/router.js';
import { use } from '../lib/use.js';
import { Empty } from '../ui/parts.js';
import { Rows } from './inbox_rows.js';

/** @typedef {import('../lib/alerts.js').Alert} Alert */
const EVER = 'open,acknowledged,resolved,dismissed';
/** By what the address calls it. @type {Record<string, (a: Alert, b: Alert) => number>} */
const SORTS = {
  newest: (a, b) => String(b.first_seen).localeCompare(String(a.first_seen)), // not by when it was seen last: nothing is to move under the pointer
  loss: (a, b) => (b.expected_loss ?? 0) - (a.expected_loss ?? 0),
};
/** What those of a group have in common. @type {Record<string, (one: Alert) => string>} */
const GROUPS = {
  vehicle: ({ vehicle }) => vehicle,
  day: ({ driver_id: driver, driver_name: name, first_seen: at }) => `${name ? `${name} (${driver})` : (driver ?? t('drawer.nobody'))} · ${day(at)}`,
};

/** @param {{ rows: Alert[] }} given  and all that rows are drawn with */
export function Arranged({ rows, ...more }) {
  const { sort = '', group = '' } = route.value.query;
  const sorted = SORTS[sort] ? [...rows].sort(SORTS[sort]) : rows;
  const groups = grouped(sorted, GROUPS[group]);
  const heads = new Map([...groups].filter(([name]) => name).map(([name, some]) => [some[0].alert_id, `${name} · ${counted('inbox.of_group', some.length)}`]));
  return html`<${Rows} ...${more} rows=${[...groups.values()].flat()} heads=${heads} measured=${measured} bulk=${Bulk} />`;
}

/** Each group where the first of it stands. @param {Alert[]} rows @param {(one: Alert) => string} [named] */
function grouped(rows, named = () => '') {
  /** @type {Map<string, Alert[]>} */
  const found = new Map();
  for (const one of rows) found.set(named(one), [...(found.get(named(one)) ?? []), one]);
  return found;
}

/** What its last event came to against its threshold, and how often in how long. @param {Alert} one */
function measured({ kind, peak, unit, threshold, count, first_seen: first, last_seen: last }) {
  const said = has(`measured.${kind}`) ? `${number(peak, 1, unit)} ${t(`measured.${kind}`)}` : number(peak, 1, unit);
  const value = (peak ?? null) === null ? '' : (threshold ?? null) === null ? said : kind === 'speeding' ? t('inbox.from', { value: said, limit: number(threshold, 0, unit) }) : t('inbox.against', { value: said, limit: number(threshold, 1) });
  if (count < 2) return value;
  const often = t('inbox.often', { n: count, time: span((Date.parse(last) - Date.parse(first)) / 1000) });
  return value ? `${often} · ${t('inbox.last_of', { value })}` : often;
}

/** @param {{ n: number, actions: string[], decide: (action: string) => void }} given */
function Bulk({ n, actions, decide }) {
  return html`<div class="bulk" role="toolbar" aria-label=${t('inbox.bulk')}>
    <span>${n ? counted('inbox.chosen', n) : t('inbox.current')}</span>
    ${actions.map((action) => html`<button key=${action} onClick=${() => decide(action)}>${t(`act.${action}`)}</button>`)}
  </div>`;
}

/** Nothing to do, and since when. @param {{ query: Record<string, string> }} given */
export function Nothing({ query: { fleet, site } }) {
  const { data } = use('alerts', { state: EVER, sort: 'newest', limit: 1, fleet, site });
  const [last] = data?.items ?? [];
  return html`<${Empty} text=${last ? `${t('inbox.empty')} ${t('inbox.latest', { ago: ago(last.last_seen) })}` : t('inbox.empty')} />`;
}
