/** Alert: one alert in full: what was measured, against which rule, what was done about it, and what to do. */

import { html, useEffect, useSignal } from '../lib/html.js';
import { has, t, word } from '../lib/i18n.js';
import { act } from '../lib/acting.js';
import { actionsOf, alerts, asks, shelved, shown, todo } from '../lib/alerts.js';
import { decided } from '../lib/decided.js';
import { number, sure } from '../lib/format.js';
import { go, href } from '../lib/router.js';
import { may, meta, user } from '../lib/session.js';
import { on } from '../lib/stream.js';
import { use } from '../lib/use.js';
import { Objected } from '../ui/answer.js';
import { Decide } from '../ui/decide.js';
import { Dialog } from '../ui/dialog.js';
import { Fact, Failed, Filed, Head, Priority, Time, Waiting } from '../ui/parts.js';
import { DriverLink } from '../ui/links.js';
import { NewTask } from '../ui/new_task.js';
import { Table } from '../ui/table.js';
import { Evidence } from './evidence.js';

const SERVICE = 'tripmeter'; // in a log: what the rules have decided, not a person

/** @param {{ parts: string[] }} given */
export function Alert({ parts: [, id] }) {
  const asked = useSignal('');
  const tasking = useSignal(false);
  const objecting = useSignal(false);
  const known = use(`alerts/${encodeURIComponent(id)}`, {});
  useEffect(() => {
    const stop = on('alert', (said) => said.alert_id === id && known.again());
    return () => void stop();
  }, [id]);
  if (known.error && !known.data) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const one = shown({ ...known.data, ...alerts.value.get(id), place: known.data.place }); // what the stream has told since counts, and what is about to be sent; where it began only the alert in full says
  const decide = (/** @type {string} */ action) => (asks(action, [one]) ? (asked.value = action) : void act([id], action).then(known.again));
  return html`
    <${Head} title=${`${word('kind', one.kind)} ${one.subject ?? ''}`}><a href="#/alerts">${t('alert.back')}</a><//>
    <p class="badges"><${Priority} priority=${one.priority} /> <b>${t(`state.${one.state}`)}</b> · ${t(`condition.${one.condition}`)}${one.count > 1 && html` · <span class="times">×${one.count}</span>`}</p>
    <p class="todo"><b>${t('alert.todo')}</b> ${todo(one)}</p>
    ${may('manager') && html`<div class="choices">${actionsOf(one).map((action) => html`<button key=${action} onClick=${() => decide(action)}>${t(`act.${action}`)}</button>`)}
      <button onClick=${() => (tasking.value = true)}>${t('alert.task')}</button></div>`}
    ${may('manager', 'driver') && user.value?.driver_id && html`<p class="choices"><button onClick=${() => (objecting.value = true)}>${t('alert.object')}</button></p>`}
    <${Facts} one=${one} />
    ${one.objection && html`<${Objected} one=${one} again=${known.again} />`}
    <${Evidence} one=${one} />
    <section class="card"><h2>${t('alert.log')}</h2><${Log} rows=${one.timeline ?? []} /></section>
    ${asked.value && html`<${Decide} action=${asked.value} ids=${[id]} done=${() => leave(asked)} leave=${() => (asked.value = '')} />`}
    ${tasking.value && html`<${NewTask} alert=${id} kind=${one.task} done=${known.again} leave=${() => (tasking.value = false)} />`}
    ${objecting.value && html`<${Objection} one=${one} leave=${() => (objecting.value = false)} done=${known.again} />`}`;
}

/** What a driver has to say about it; whoever decides reads it. @param {{ one: any, leave: () => void, done: () => void }} given */
function Objection({ one, leave, done }) {
  const make = (/** @type {Record<string, string>} */ said) => decided('objections', { ...said, alert_id: one.alert_id }, { done: t('alert.objected'), after: done });
  return html`<${Dialog} title=${t('alert.object')} go=${t('alert.object')} onGo=${make} onLeave=${leave}>
    <label>${t('alert.object_why')}<textarea name="note" rows="4" required data-first></textarea></label><//>`;
}

/** What is put away is left behind. @param {import('@preact/signals').Signal<string>} asked */
function leave(asked) {
  const away = ['resolve', 'dismiss'].includes(asked.value);
  asked.value = '';
  if (away) go('/alerts');
}

/** @param {{ one: any }} given */
function Facts({ one }) {
  const event = one.event ?? {};
  const vehicle = html`<a href=${href('/', { vehicle: one.vehicle })}>${one.vehicle_id}</a>`;
  return html`<dl class="facts card">
    <${Fact} label=${t('col.vehicle')} value=${vehicle} /><${Fact} label=${t('col.driver')} value=${html`<${DriverLink} fleet=${one.fleet_id} id=${one.driver_id} name=${one.driver_name} />`} />
    <${Fact} label=${t('alert.first')} value=${html`<${Time} at=${one.first_seen} seconds=${true} />`} />
    <${Fact} label=${t('alert.last')} value=${html`<${Time} at=${one.last_seen} seconds=${true} />`} />
    <${Fact} label=${t('alert.worst')} value=${number(event.peak, 1, event.unit)} note=${has(`measured.${one.kind}`) && t(`measured.${one.kind}`)} />
    <${Fact} label=${t(one.kind === 'speeding' ? 'alert.from' : 'alert.threshold')} value=${number(event.threshold, 1, event.unit)} note=${one.kind !== 'speeding' && has(`measured.${one.kind}`) && t(`measured.${one.kind}`)} />
    <${Fact} label=${t('col.speed')} value=${number(event.speed_kmh, 0, 'km/h')} />
    ${one.place && html`<${Fact} label=${t('alert.place')} value=${`${number(one.place.lat, 5)}° ${number(one.place.lon, 5)}°`} />`}
    ${one.counts_in_score !== null && html`<${Fact} label=${t('alert.score')} value=${t(one.counts_in_score ? 'alert.counts' : 'alert.counts_not')} />`}
    <${Fact} label=${t('alert.rule')} value=${html`<code>${event.rule ?? one.kind}</code>`} note=${event.rule_version?.slice(0, 8)} />
    <${Fact} label=${t('alert.latency')} value=${meta.value?.data_mode === 'live' ? number(one.latency_s, 1, 's') : '–'} />
    <${Fact} label=${t('alert.called')} value=${one.paged ? html`<${Time} at=${one.paged} />` : t('alert.nobody')} note=${one.held && t('alert.held', { why: word('held', one.held) })} />
    ${shelved(one) && html`<${Fact} label=${t('alert.shelved')} value=${html`<${Time} at=${one.shelved_until} />`} note=${word('shelf', one.shelf)} />`}
    ${may('viewer', 'manager') && html`<${Fact} label=${t('alert.loss')} value=${sure(one.expected_loss, 0, 'EUR')} note=${html`<${Filed} status="illustrative" />`} />`}
    ${one.assignee && html`<${Fact} label=${t('alert.assignee')} value=${one.assignee} />`}
  </dl>`;
}

/** @param {{ rows: any[] }} given */
function Log({ rows }) {
  const columns = [
    { key: 'at', label: t('col.time'), fixed: true, show: (/** @type {any} */ row) => html`<${Time} at=${row.at} />` },
    { key: 'who', label: t('col.who'), fixed: true, show: (/** @type {any} */ row) => row.who },
    { key: 'what', label: t('col.what'), fixed: true, show: (/** @type {any} */ row) => word('did', row.what) },
    { key: 'reason', label: t('col.why'), fixed: true, show: (/** @type {any} */ row) => [row.value && told(row.value), row.who === SERVICE ? word('held', row.reason) : row.reason].filter(Boolean).join('; ') || '–' },
  ];
  return html`<${Table} caption=${t('alert.log')} columns=${columns} rows=${rows} id=${(/** @type {any} */ row) => `${row.at}${row.what}`} empty=${t('alert.nothing_done')} />`;
}

/** Why something was dismissed, how urgent it was, what a shelf held for: a word, or somebody's name. @param {string} value */
function told(value) {
  const key = ['priority', 'shelf', 'dismissal'].map((family) => `${family}.${value}`).find(has);
  return key ? t(key) : value;
}
