/** Hours: who drives and who rests, which limit ends each one's driving first and when, and what is left of every other; the shortest first. */

import { html } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { clock, span } from '../lib/format.js';
import { pages } from '../lib/pages.js';
import { route } from '../lib/router.js';
import { LATELY_S } from '../lib/use.js';
import { Failed, Head, Time, Waiting } from '../ui/parts.js';
import { Places } from '../ui/places.js';
import { Table } from '../ui/table.js';
import { DriverLink } from '../ui/links.js';
import '../lib/phrase.js'; // words of this screen, which the first page does without

const SOON_S = 1800;
const LIMITS = ['continuous_driving', 'night_continuous', 'daily_driving', 'duty_window', 'weekly_driving', 'fortnight_driving', 'weekly_rest']; // those that end soonest first

/** @typedef {{ kind: string, counted_s: number, most_s: number, left_s: number, passed: number }} Limit */

export function Hours() {
  const { fleet = '', site = '' } = route.value.query;
  const known = pages('hours', { fleet, site }, { every_s: LATELY_S, sort: 'sort' });
  if (known.error && !known.data) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  return html`<${Head} title=${t('screen.hours')} /><p class="hint">${t('hours.lead')}</p>
    <div class="filters"><${Places} query=${route.value.query} /></div>
    <${Table} caption=${t('screen.hours')} columns=${columns(known.data.items)} rows=${known.data.items} list=${known} id=${(/** @type {any} */ row) => row.id} empty=${t('hours.empty')} />`;
}

/** @param {any[]} rows */
function columns(rows) {
  const there = new Set(rows.flatMap(({ limits }) => limits.map((/** @type {Limit} */ one) => one.kind)));
  const of = (/** @type {any} */ { limits }, /** @type {string} */ kind) => limits.find((/** @type {Limit} */ one) => one.kind === kind);
  return [
    { key: 'name', label: t('col.driver'), show: (/** @type {any} */ row) => html`<${DriverLink} fleet=${row.fleet_id} id=${row.driver_id} name=${row.name} />` },
    { key: 'driving', label: t('hours.now'), show: (/** @type {any} */ row) => html`<${Now} row=${row} />` },
    { key: 'left_s', label: t('hours.first'), show: (/** @type {any} */ row) => html`<${First} row=${row} limit=${of(row, row.first)} />` },
    ...LIMITS.filter((kind) => there.has(kind)).map((kind) => ({
      key: kind,
      label: t(`hours.of.${kind}`),
      number: true,
      unit: 's',
      value: (/** @type {any} */ row) => of(row, kind)?.left_s,
      show: (/** @type {any} */ row) => html`<${Left} limit=${of(row, kind)} />`,
    })),
    { key: 'rules', label: t('hours.rules'), fixed: true, show: (/** @type {any} */ row) => word('law', row.rules) },
  ];
}

/** @param {{ driving: boolean, silent: boolean }} row */
function doing({ driving, silent }) {
  return silent ? 'silent' : driving ? 'driving' : 'resting';
}

/** What somebody does, since when, in which vehicle. @param {{ row: any }} given */
function Now({ row }) {
  const { since, vehicle } = row;
  const state = doing(row);
  return html`<span class="stacked"><b class=${state}>${t(`hours.${state}`)}</b><small>${since && html`${t('hours.since')} <${Time} at=${since} />`}${vehicle && ` · ${vehicle.slice(vehicle.indexOf('/') + 1)}`}</small></span>`;
}

/** Which limit ends their driving first; of who drives also when. @param {{ row: any, limit: Limit | undefined }} given */
function First({ row, limit }) {
  if (!limit) return html`<span>–</span>`;
  return html`<span class="stacked"><b>${t(`hours.of.${row.first}`)}</b><span>${said(limit)}${doing(row) === 'driving' && limit.left_s > 0 && html` <small>${t('hours.by', { time: clock(row.until) })}</small>`}</span></span>`;
}

/** What is left of a limit, and how much of it is used as a bar. @param {{ limit: Limit | undefined }} given */
function Left({ limit }) {
  if (!limit) return html`<span>–</span>`;
  const share = Math.min(100, (100 * limit.counted_s) / Math.max(1, limit.most_s));
  return html`<span class=${`stacked left ${name(limit)}`} title=${t('hours.part', { used: hours(limit.counted_s), most: hours(limit.most_s) })}>${said(limit)}
    <svg class="used" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="all" width="100" height="6" /><rect class="part" width=${share} height="6" /></svg></span>`;
}

/** @param {Limit} limit */
function said(limit) {
  return limit.left_s > 0 ? hours(limit.left_s) : t('hours.over', { time: hours(limit.counted_s - limit.most_s) });
}

/** A duration as the law counts hours: 56 h, not two days and 8. @param {number} seconds */
export function hours(seconds) {
  return seconds < 86400 ? span(seconds) : t('time.h', { h: Math.floor(seconds / 3600) });
}

/** @param {Limit} limit */
function name({ left_s, passed }) {
  return left_s <= 0 ? 'over' : left_s < SOON_S || passed ? 'soon' : '';
}
