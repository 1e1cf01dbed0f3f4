/** Inbox: alerts to act on, worst first; by mouse or by keyboard, one or many at a time. */

import { html, useMemo, useSignal } from '../lib/html.js';
import { counted, t } from '../lib/i18n.js';
import { alerts, coming, failed, fresh, load, loading, order, pending, reveal, shelved, shown } from '../lib/alerts.js';
import { href, route } from '../lib/router.js';
import { may, user } from '../lib/session.js';
import { pages } from '../lib/pages.js';
import { say } from '../lib/announce.js';
import { lazy } from '../ui/lazy.js';
import { Failed, Waiting } from '../ui/parts.js';
import { sited, within } from '../ui/places.js';
import { Rows } from './inbox_rows.js';

const Bar = lazy(() => import('./inbox_bar.js'), 'Bar');
const Arranged = lazy(() => import('./arranged.js'), 'Arranged');
const Nothing = lazy(() => import('./arranged.js'), 'Nothing');
const Decide = lazy(() => import('../ui/decide.js'), 'Decide');
const CLOSED = new Set(['resolved', 'dismissed']);
const SMALL = 12;

/** @param {{ small?: boolean }} given */
export function Inbox({ small = false }) {
  const asked = useSignal(/** @type {{ action: string, ids: string[] } | null} */ (null));
  const { fleet, site, ...more } = route.value.query;
  const query = /** @type {Record<string, string>} */ (small ? { fleet, site } : { fleet, site, ...more });
  const here = within(query);
  const hidden = new Set(fresh.value);
  const closed = CLOSED.has(query.state) ? query.state : '';
  const asked_for = { state: closed, severity: query.priority, type: query.kind, vehicle: query.vehicle, driver: query.driver, fleet, site, sort: 'newest' };
  const put_away = pages(closed ? 'alerts' : null, asked_for); // only those that stand are kept here
  const rows = useMemo(() => (closed ? left(put_away.data?.items ?? [], query) : matching(query, hidden).filter(here)), [alerts.value, pending.value, fresh.value, put_away.data, small, sited.value, JSON.stringify(query)]);
  const saving = useSignal(false);
  if (failed.value) return html`<${Failed} page=${!small} error=${failed.value} again=${load} />`;
  if (loading.value) return html`<${Waiting} />`;
  const drawn = small ? rows.slice(0, SMALL) : rows;
  return html`
    ${small ? html`<h2>${t('screen.alerts')} <small>${rows.length}</small></h2>` : html`<${Bar} query=${query} saving=${saving} away=${closed && put_away} />`}
    ${hidden.size > 0 && html`<button class="arrived" onClick=${() => { reveal(); say(t('inbox.revealed')); }}>${counted('inbox.fresh', hidden.size)}</button>`}
    ${drawn.length ? html`<${small ? Rows : Arranged} rows=${drawn} small=${small} whole=${saving.value} ask=${(/** @type {string} */ action, /** @type {string[]} */ ids) => (asked.value = { action, ids })} />` : html`<${Nothing} query=${query} />`}
    ${closed && put_away.data?.cursor && html`<p class="choices"><button onClick=${put_away.more} disabled=${put_away.busy}>${t('table.further')}</button></p>`}
    ${!closed && coming.value && html`<p class="hint" role="status">${t('inbox.coming')}</p>`}
    ${small && rows.length > SMALL && html`<p><a href=${href('/alerts', { fleet, site })}>${t('inbox.all', { n: rows.length })}</a></p>`}
    ${asked.value && may('manager') && html`<${Decide} ...${asked.value} done=${() => (asked.value = null)} leave=${() => (asked.value = null)} />`}`;
}

/** Whether an alert is given to whoever looks, where only those are asked for. @param {Record<string, string>} query @returns {(one: any) => boolean} */
function own({ mine = '' }) {
  const names = [user.value?.login, user.value?.name].map((name) => name?.toLowerCase());
  return ({ assignee }) => !mine || Boolean(assignee && names.includes(assignee.toLowerCase()));
}

/** Those that are put away and stay so. @param {any[]} rows @param {Record<string, string>} query */
function left(rows, query) {
  return rows.map(shown).filter((one) => one.state === query.state && !alerts.value.has(one.alert_id)).filter(own(query));
}

/** @param {Record<string, string>} query @param {Set<string>} hidden */
function matching(query, hidden) {
  const { state = 'open,acknowledged', priority = '', kind = '', vehicle = '', driver = '' } = query;
  const states = state.split(',');
  const is = (/** @type {string} */ wanted, /** @type {string} */ value) => !wanted || wanted === value;
  return [...alerts.value.values()]
    .map(shown)
    .filter((one) => states.includes(stateOf(one)) && !hidden.has(one.alert_id))
    .filter((one) => is(priority, one.priority) && is(kind, one.kind) && is(vehicle, one.vehicle) && is(driver, one.driver_id))
    .filter(own(query))
    .sort(order);
}

/** Where an alert is found: what is shelved is out of sight. @param {import('../lib/alerts.js').Alert} one */
function stateOf(one) {
  return shelved(one) && !CLOSED.has(one.state) ? 'shelved' : one.state;
}
