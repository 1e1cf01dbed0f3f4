/** Inbox: alerts to act on, worst first; by mouse or by keyboard, one or many at a time. */

import { html, useMemo, useSignal } from '../lib/html.js';
import { counted, t, word } from '../lib/i18n.js';
import { PRIORITIES, alerts, failed, fresh, load, loading, order, reveal, shownState } from '../lib/alerts.js';
import { save } from '../lib/csv.js';
import { href, refine, route } from '../lib/router.js';
import { may, user } from '../lib/session.js';
import { use } from '../lib/use.js';
import { say } from '../lib/announce.js';
import { Choice } from '../ui/choice.js';
import { lazy } from '../ui/lazy.js';
import { Empty, Failed, Head, Waiting } from '../ui/parts.js';
import { Places, sited, within } from '../ui/places.js';
import { Rows } from './inbox_rows.js';

const Decide = lazy(() => import('../ui/decide.js'), 'Decide');
const STATES = ['open', 'acknowledged', 'resolved', 'dismissed'];
const CLOSED = new Set(['resolved', 'dismissed']);
const SMALL = 12;
const MOST = 500; // of those put away

/** @param {{ small?: boolean }} given */
export function Inbox({ small = false }) {
  const asked = useSignal(/** @type {{ action: string, ids: string[] } | null} */ (null));
  const { fleet, site, ...more } = route.value.query;
  const query = /** @type {Record<string, string>} */ (small ? { fleet, site } : { fleet, site, ...more });
  const here = within(query);
  const hidden = new Set(fresh.value);
  const closed = CLOSED.has(query.state) ? query.state : '';
  const asked_for = { state: closed, severity: query.priority, type: query.kind, vehicle: query.vehicle, driver: query.driver, fleet, site, sort: 'newest', limit: MOST };
  const put_away = use(closed ? 'alerts' : null, asked_for); // only those that stand are kept here
  const rows = useMemo(() => (closed ? (put_away.data?.items ?? []).filter(own(query)) : matching(query, hidden).filter(here)), [alerts.value, fresh.value, put_away.data, small, sited.value, JSON.stringify(query)]);
  if (failed.value) return html`<${Failed} page=${!small} error=${failed.value} again=${load} />`;
  if (loading.value) return html`<${Waiting} />`;
  const shown = small ? rows.slice(0, SMALL) : rows;
  return html`
    ${small ? html`<h2>${t('screen.alerts')} <small>${rows.length}</small></h2>` : html`<${Bar} query=${query} />`}
    ${hidden.size > 0 && html`<button class="arrived" onClick=${() => { reveal(); say(t('inbox.revealed')); }}>${counted('inbox.fresh', hidden.size)}</button>`}
    ${shown.length ? html`<${Rows} rows=${shown} small=${small} ask=${(/** @type {string} */ action, /** @type {string[]} */ ids) => (asked.value = { action, ids })} />` : html`<${Empty} text=${t('inbox.empty')} />`}
    ${closed && put_away.data?.cursor && html`<p class="more">${t('inbox.cut', { n: MOST })}</p>`}
    ${small && rows.length > SMALL && html`<p><a href=${href('/alerts', { fleet, site })}>${t('inbox.all', { n: rows.length })}</a></p>`}
    ${asked.value && may('manager') && html`<${Decide} ...${asked.value} done=${() => (asked.value = null)} leave=${() => (asked.value = null)} />`}`;
}

/** Whether an alert is given to whoever looks, where only those are asked for. @param {Record<string, string>} query @returns {(one: any) => boolean} */
function own({ mine = '' }) {
  const names = [user.value?.login, user.value?.name].map((name) => name?.toLowerCase());
  return ({ assignee }) => !mine || Boolean(assignee && names.includes(assignee.toLowerCase()));
}

/** @param {Record<string, string>} query @param {Set<string>} hidden */
function matching(query, hidden) {
  const { state = 'open,acknowledged', priority = '', kind = '', vehicle = '', driver = '' } = query;
  const states = state.split(',');
  const is = (/** @type {string} */ wanted, /** @type {string} */ value) => !wanted || wanted === value;
  return [...alerts.value.values()]
    .filter((one) => states.includes(shownState(one)) && !hidden.has(one.alert_id))
    .filter((one) => is(priority, one.priority) && is(kind, one.kind) && is(vehicle, one.vehicle) && is(driver, one.driver_id))
    .filter(own(query))
    .sort(order);
}

/** @param {{ query: Record<string, string> }} given */
function Bar({ query }) {
  const kinds = [...new Set([...alerts.value.values()].map((one) => one.kind))].sort();
  const { state = 'open,acknowledged', priority = '', kind = '', vehicle = '', mine = '' } = query;
  return html`<${Head} title=${t('screen.alerts')}>
      <button onClick=${() => save(/** @type {Element} */ (document.querySelector('.inbox')), 'alerts')}>${t('act.csv')}</button>
    <//>
    <div class="filters" role="group" aria-label=${t('inbox.filters')}>
      <${Choice} name="state" value=${state} label=${t('col.state')} options=${[['open,acknowledged', t('inbox.standing')], ...STATES.map((one) => [one, t(`state.${one}`)])]} />
      <${Choice} name="priority" value=${priority} label=${t('col.priority')} options=${[['', t('inbox.any')], ...PRIORITIES.map((one) => [one, t(`priority.${one}`)])]} />
      <${Choice} name="kind" value=${kind} label=${t('col.kind')} options=${[['', t('inbox.any')], ...kinds.map((one) => [one, word('kind', one)])]} />
      <${Places} query=${query} />
      ${may('manager') && html`<button aria-pressed=${mine === 'yes'} onClick=${() => refine({ mine: mine ? '' : 'yes' })}>${t('inbox.mine')}</button>`}
      ${vehicle && html`<button class="chip" onClick=${() => refine({ vehicle: '' })}>${vehicle} ✕</button>`}
    </div>
    ${may('manager') && html`<p class="hint keys">${t('inbox.keys')}</p>`}`;
}
