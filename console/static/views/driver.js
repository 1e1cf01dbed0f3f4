/** Driver: a score taken apart into what cost it points, with how far each is believed. */

import { html } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { phrase } from '../lib/phrase.js';
import { number, percent, signed } from '../lib/format.js';
import { href } from '../lib/router.js';
import { may, user } from '../lib/session.js';
import { pages } from '../lib/pages.js';
import { use } from '../lib/use.js';
import { Fact, Failed, Filed, Head, Time, Waiting } from '../ui/parts.js';
import { count, date } from '../ui/columns.js';
import { Table } from '../ui/table.js';
import { VehicleLink } from '../ui/links.js';
import { Band, Score, left } from './drivers.js';
import { hours } from './hours.js';

const EVERY = 'open,acknowledged,resolved,dismissed';

/** @param {{ parts: string[] }} given */
export function Driver({ parts: [, fleet, id] }) {
  const name = `${encodeURIComponent(fleet)}/${encodeURIComponent(id ?? '')}`;
  const known = use(`drivers/${name}`, {});
  const near = may('viewer', 'manager', 'driver'); // an insurer sees the score and what it is made of, no days
  const lately = pages(near ? 'alerts' : null, { driver: `${fleet}/${id}`, state: EVERY, sort: 'newest' });
  const hours = use(near ? 'hours' : null, { driver: `${fleet}/${id}` });
  if (known.error) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const one = known.data;
  const own = hours.data?.items[0];
  return html`<${Head} title=${[one.name, one.driver_id].filter(Boolean).join(' · ')}><${Filed} status=${one.status} />${near && html`<a class="button" href=${href('/trips', { driver: `${fleet}/${id}` })}>${t('screen.trips')}</a>`}<//>
    <dl class="facts card">
      <${Fact} label=${t('drivers.score')} value=${html`<${Score} row=${one} value=${one.score} />`} note=${!one.provisional && html`<${Band} row=${one} />`} />
      <${Fact} label=${t('drivers.coaching')} value=${one.provisional ? '–' : number(one.coaching_score, 1)} />
      <${Fact} label=${t('drivers.credibility')} value=${percent(one.credibility)} />
      <${Fact} label=${t('trips.km')} value=${number(one.km, 0, 'km')} note=${one.km_left >= 1 && left(one)} />
      <${Fact} label=${t('drivers.rank')} value=${number(one.rank)} /><${Fact} label=${t('drivers.trend')} value=${signed(one.trend, 1)} />
      <${Fact} label=${t('drivers.events')} value=${number(one.events_per_1000_km, 1)} />
    </dl>
    <section class="card"><h2>${t('driver.points')}</h2><p class="hint">${t('driver.points_lead')}</p><${Points} one=${one} /></section>
    ${near && html`<section class="card"><h2>${t('driver.events')}</h2><${Lately} known=${lately} /></section>`}
    ${own && html`<section class="card"><h2>${t('screen.hours')}</h2><${Limits} rows=${own.limits} /></section>`}
    ${one.weeks.length > 0 && html`<section class="card"><h2>${t('driver.weeks')}</h2><${Weeks} rows=${one.weeks} /></section>`}`;
}

/** A driver's own page. */
export function Mine() {
  const fleet = user.value?.grants.find((one) => one.role === 'driver')?.fleet ?? '';
  return html`<${Driver} parts=${['drivers', fleet, user.value?.driver_id ?? '']} />`;
}

/** The score from the class's mean on, point by point. @param {{ one: any }} given */
function Points({ one }) {
  const points = [...(one.points ?? [])].sort((a, b) => a.points - b.points);
  const most = Math.max(1, ...points.map((each) => Math.abs(each.points)));
  const sum = (one.base ?? 0) + points.reduce((all, each) => all + each.points, 0);
  return html`<div class="scroller" tabindex="0" role="region" aria-label=${t('driver.points')}><table>
    <caption class="unseen">${t('driver.points')}</caption>
    <thead><tr>${['what', 'rate', 'mean', 'believed', 'points'].map((key, k) => html`<th scope="col" class=${k ? 'number' : ''}>${t(`driver.${key}`)}</th>`)}<th scope="col"><span class="unseen">${t('driver.bar')}</span></th></tr></thead>
    <tbody>
      <tr><th scope="row" data-label=${t('driver.what')}>${t('driver.base')}</th><td></td><td></td><td></td><td class="number" data-label=${t('driver.points')}>${number(one.base, 2)}</td><td></td></tr>
      ${points.map((each) => html`<tr key=${each.behaviour}>
        <th scope="row" data-label=${t('driver.what')}>${word('behaviour', each.behaviour)}</th>
        <td class="number" data-label=${t('driver.rate')}>${each.rate === null ? t('driver.unseen') : number(each.rate, 3, phrase(each.unit))}</td>
        <td class="number" data-label=${t('driver.mean')}>${number(each.class_mean, 3)}</td>
        <td class="number" data-label=${t('driver.believed')}>${percent(each.credibility)}${percent(each.heard) !== percent(each.credibility) && html` <small>${t('driver.heard', { z: percent(each.heard) })}</small>`}</td>
        <td class="number" data-label=${t('driver.points')}>${signed(each.points, 2)}</td>
        <td><${Bar} value=${each.points} most=${most} /></td></tr>`)}
      <tr class="sum"><th scope="row" data-label=${t('driver.what')}>${t('drivers.score')}</th><td></td><td></td><td></td><td class="number" data-label=${t('driver.points')}>${one.provisional ? t('drivers.too_little') : number(Math.max(0, Math.min(100, sum)), 2)}</td><td></td></tr>
    </tbody></table></div>`;
}

/** From the middle: what costs to the left, what earns to the right. @param {{ value: number, most: number }} given */
function Bar({ value, most }) {
  const long = (50 * Math.abs(value)) / most;
  return html`<svg class="bar-chart" viewBox="0 0 100 12" width="140" height="12" aria-hidden="true"><rect class=${value < 0 ? 'cost' : 'gain'} x=${value < 0 ? 50 - long : 50} width=${long} height="12" /><path d="M50 0v12" /></svg>`;
}

/** @param {{ known: import('../lib/pages.js').Pages }} given */
function Lately({ known }) {
  if (known.error) return html`<${Failed} error=${known.error} again=${known.again} />`;
  return known.data ? html`<${Events} list=${known} />` : html`<${Waiting} />`;
}

/** @param {{ list: import('../lib/pages.js').Pages }} given */
function Events({ list }) {
  const columns = [
    { key: 'last_seen', label: t('col.time'), show: (/** @type {any} */ row) => html`<a href=${href(`/alerts/${row.alert_id}`)}><${Time} at=${row.last_seen} /></a>` },
    { key: 'kind', label: t('col.kind'), show: (/** @type {any} */ row) => word('kind', row.kind) },
    { key: 'vehicle', label: t('col.vehicle'), show: (/** @type {any} */ row) => html`<${VehicleLink} id=${row.vehicle} />` },
    { key: 'level', label: t('driver.level'), number: true },
    { key: 'count', label: t('driver.times'), number: true },
    { key: 'state', label: t('col.state'), show: (/** @type {any} */ row) => [t(`state.${row.state}`), row.objection && t(`objection.${row.objection}`)].filter(Boolean).join(' · ') },
  ];
  return html`<${Table} caption=${t('driver.events')} columns=${columns} rows=${list.data.items} list=${list} all=${list.data.cursor ? null : list.data.items.length} id=${(/** @type {any} */ row) => row.alert_id} empty=${t('driver.no_events')} name="events" />`;
}

/** @param {{ rows: any[] }} given */
function Weeks({ rows }) {
  const columns = [
    { ...date('from', t('driver.week')), fixed: true },
    { key: 'score', label: t('drivers.score'), number: true, fixed: true, show: (/** @type {any} */ row) => html`<${Score} row=${row} value=${row.score} />` },
    { key: 'low', label: t('drivers.between'), number: true, fixed: true, value: () => null, show: (/** @type {any} */ row) => (row.provisional ? '–' : html`<${Band} row=${row} />`) },
    { ...count('km', t('trips.km')), fixed: true },
  ];
  return html`<${Table} caption=${t('driver.weeks')} columns=${columns} rows=${rows} id=${(/** @type {any} */ row) => row.from} />`;
}

/** What is left of each limit. @param {{ rows: any[] }} given */
export function Limits({ rows }) {
  const columns = [
    { key: 'kind', label: t('hours.limit'), fixed: true, show: (/** @type {any} */ row) => word('kind', row.kind) },
    ...[['counted_s', 'used'], ['most_s', 'most'], ['left_s', 'left']].map(([key, name]) => ({ key, label: t(`hours.${name}`), number: true, fixed: true, unit: 's', show: (/** @type {any} */ row) => hours(row[key]) })),
  ];
  return html`<${Table} caption=${t('screen.hours')} columns=${columns} rows=${rows} id=${(/** @type {any} */ row) => row.kind} />`;
}
