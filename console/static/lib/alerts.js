/** Alerts: the ones in sight, kept up by the stream. What people do about them is in acting.js. */

import { batch, computed, signal } from '@preact/signals';
import { get, parts } from './api.js';
import { say, warn } from './announce.js';
import { now } from './clock.js';
import { has, t, word } from './i18n.js';
import { on } from './stream.js';

export const PRIORITIES = ['critical', 'major', 'minor', 'warning', 'info'];
const STANDING = ['open', 'acknowledged'];
export const AT_ONCE = 500; // as many the server takes

/** @typedef {Record<string, any> & { alert_id: string, priority: string, state: string, condition: string }} Alert */

/** @type {import('@preact/signals').Signal<Map<string, Alert>>} */
export const alerts = signal(new Map());
/** @type {import('@preact/signals').Signal<string[]>} */
export const fresh = signal([]); // arrived, but not shown yet: nothing moves under the pointer
export const busy = signal(false); // somebody is at work in the list
export const loading = signal(true);
export const coming = signal(true); // those that stand are still being read: there are more than are here
export const counted = signal(0); // open ones, as the server has counted them: until all are here
/** @type {Alert[] | null} */
let reading = null; // heard while all are read
export const failed = signal(/** @type {Error | null} */ (null));

/** @typedef {Record<string, string>} Revs  what each alert was when it was decided about */
/** What is decided and not on record yet, by alert: what it makes of it. @type {import('@preact/signals').Signal<Map<string, Partial<Alert>>>} */
export const pending = signal(new Map());
/** A decision that can still be taken back. @typedef {{ ids: string[], action: string, said: object, revs: Revs, until: number, timer: number }} Held */
/** @type {import('@preact/signals').Signal<Held | null>} */
export const undoable = signal(null);
/** @type {import('@preact/signals').Signal<{ text: string, bad?: boolean } | null>} */
export const notice = signal(null);

/** Those about which somebody is called. */
export const open = computed(() => [...alerts.value.values()].filter((one) => one.state === 'open' && !shelved(one)));

/** Worst first, then the longest waiting. @param {Alert} a @param {Alert} b */
export function order(a, b) {
  const rank = PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority);
  return rank || String(a.first_seen).localeCompare(String(b.first_seen)) || a.alert_id.localeCompare(b.alert_id);
}

export async function follow() {
  on('alert', take);
  on('resync', () => void load());
  on('hello', ({ fresh }) => fresh && void load()); // some may have come between the list and the line
  await load();
}

export async function load() {
  /** @type {Alert[]} */
  const mine = (reading = []);
  const found = new Map();
  try {
    for await (const { items, last } of parts('alerts', { limit: AT_ONCE })) {
      if (mine !== reading) return; // they are being read anew
      for (const one of items) found.set(one.alert_id, one);
      if (loading.value && !last) void count();
      if (loading.value || coming.value || last) show(new Map(found), mine, last); // later, what is shown stays until all are here
    }
  } catch (error) {
    if (loading.value) failed.value = /** @type {Error} */ (error); // later: what is shown stays, the line says how old it is
  }
  if (mine === reading) reading = null;
  loading.value = false;
}

/** Ask how many are open; where nothing can be heard, those that are here are counted. */
async function count() {
  const found = await get('alerts', { state: 'open', limit: 1 }).catch(() => null);
  counted.value = found?.total ?? 0;
}

/** @param {Map<string, Alert>} found @param {Alert[]} heard  meanwhile, so they are newer @param {boolean} last */
function show(found, heard, last) {
  batch(() => {
    alerts.value = found;
    heard.forEach(put);
    fresh.value = [];
    failed.value = null;
    loading.value = false;
    coming.value = !last;
  });
}

/** Show what has arrived meanwhile. */
export function reveal() {
  fresh.value = [];
}

/** @param {Alert & { op: string }} news */
function take({ op, ...said }) {
  const known = alerts.value.has(said.alert_id);
  put(/** @type {Alert} */ (said));
  reading?.push(/** @type {Alert} */ (said));
  if (known || op !== 'new') return;
  if (busy.value) fresh.value = [...fresh.value, said.alert_id];
  const text = `${word('priority', said.priority)}: ${word('kind', said.kind)}, ${said.vehicle_id}`;
  if (said.priority === 'critical') warn(text);
  else say(text);
}

/** Keep an alert while it stands. @param {Alert} alert */
export function put(alert) {
  const next = new Map(alerts.value);
  if (!STANDING.includes(alert.state)) next.delete(alert.alert_id);
  else next.set(alert.alert_id, { ...next.get(alert.alert_id), ...alert });
  alerts.value = next;
}

/** Forget what is held: whoever decided it is no longer here. */
export function drop() {
  clearTimeout(undoable.value?.timer);
  undoable.value = null;
  pending.value = new Map();
}

/** Show alerts as they will be, or (null) as they are on record. @param {string[]} ids @param {Partial<Alert> | null} will */
export function mark(ids, will) {
  const next = new Map(pending.value);
  for (const id of ids) will ? next.set(id, will) : next.delete(id);
  pending.value = next;
}

/** An alert as it is shown: what is decided but not yet sent counts. @param {Alert} alert @returns {Alert} */
export function shown(alert) {
  const will = pending.value.get(alert.alert_id);
  return will ? { ...alert, ...will } : alert;
}

/** Whether nobody is called about it for a while. @param {Alert} alert */
export function shelved({ shelved_until: until }) {
  return Boolean(until) && Date.parse(until) > now();
}

const ACTIONS = ['ack', 'resolve', 'dismiss', 'assign', 'shelve', 'comment'];

/** What can be done about an alert as it is. @param {Alert} alert */
export function actionsOf(alert) {
  if (!STANDING.includes(alert.state)) return ['reopen', 'comment'];
  return shelved(alert) ? [...ACTIONS, 'unshelve'] : ACTIONS;
}

/** Whether something is asked before it is done about some alerts. @param {string} action @param {Alert[]} some */
export function asks(action, some) {
  return action === 'unshelve' ? some.some(({ shelf }) => shelf !== 'alike') : !['ack', 'reopen'].includes(action);
}

/** What to do about it, in the reader's language where the catalogue knows. @param {Alert} alert */
export function todo(alert) {
  return has(`action.${alert.kind}`) ? t(`action.${alert.kind}`) : alert.todo;
}
