/** Acting: what people do about alerts; fetched with the first thing that is done. */

import { Problem, get, reason, send } from './api.js';
import { AT_ONCE, alerts, mark, notice, put, undoable } from './alerts.js';
import { say, warn } from './announce.js';
import { now } from './clock.js';
import { clock } from './format.js';
import { counted, t, word } from './i18n.js';

export const DISMISSALS = ['false_alarm', 'not_the_driver', 'test', 'known', 'duplicate', 'other'];
const UNDO_MS = 10_000;
const HOUR_MS = 3_600_000;

/** @typedef {import('./alerts.js').Alert} Alert */
/** @typedef {{ reason?: string, note?: string, assignee?: string, hours?: number, wider?: boolean }} Said */
/** @typedef {{ ids: string[], action: string, said: Said, revs: import('./alerts.js').Revs }} Decided */

/** What can be taken back for a while, and what each makes of an alert. @type {Record<string, (said: Said) => Partial<Alert>>} */
const HELD = {
  resolve: () => ({ state: 'resolved' }),
  dismiss: () => ({ state: 'dismissed' }),
  reopen: () => ({ state: 'acknowledged' }), // by whoever opens it
  shelve: ({ hours = 1 }) => ({ shelved_until: new Date(now() + hours * HOUR_MS).toISOString(), shelf: 'alike' }),
  unshelve: () => ({ shelved_until: null, shelf: '' }),
};

addEventListener('pagehide', () => commit(true));

/**
 * Do something about alerts. To acknowledge, to give and to write a note counts at once. What ends, quiets or wakes an
 * alert is held for ten seconds in which it can be taken back, for nothing on record can.
 * @returns {Promise<string>} what the server has against it, if anything
 * @param {string[]} ids @param {string} action @param {Said} [said]
 */
export async function act(ids, action, said = {}) {
  const revs = Object.fromEntries(ids.map((id) => [id, alerts.value.get(id)?.rev ?? '']));
  await commit();
  if (!heldBack(action)) return carry({ ids, action, said, revs });
  mark(ids, HELD[action](said));
  const timer = setTimeout(commit, UNDO_MS);
  undoable.value = { ids, action, said, revs, until: Date.now() + UNDO_MS, timer };
  say(counted(`inbox.done.${action}`, ids.length));
  return '';
}

/** Whether an action can be taken back for a while. @param {string} action */
export function heldBack(action) {
  return action in HELD;
}

/** Take back what is still held. */
export function undo() {
  const held = undoable.value;
  if (!held) return;
  clearTimeout(held.timer);
  undoable.value = null;
  mark(held.ids, null);
  say(t('inbox.undone'));
}

/** Carry out what is held, now. @param {unknown} [leaving] true: the page goes away */
export async function commit(leaving) {
  const held = undoable.value;
  if (!held) return;
  clearTimeout(held.timer);
  undoable.value = null;
  await carry(held, leaving === true);
}

/** @param {Decided} decided @param {boolean} [keepalive] */
async function carry(decided, keepalive = false) {
  const { ids, action } = decided;
  try {
    await (ids.length === 1 ? one(decided, keepalive) : many(decided, keepalive));
    mark(ids, null);
    if (!heldBack(action)) tellOf(counted(`inbox.done.${action}`, ids.length));
    return '';
  } catch (error) {
    return refuse(/** @type {Problem} */ (error), decided);
  }
}

/** @param {Decided} decided @param {boolean} keepalive */
async function one({ ids: [id], action, said, revs }, keepalive) {
  put(await send(`alerts/${encodeURIComponent(id)}/${action}`, said, { rev: revs[id] || '*', keepalive }));
}

/** All of them, some at once; what is against any is told when all have been tried. @param {Decided} decided @param {boolean} keepalive */
async function many({ ids, action, said, revs }, keepalive) {
  /** @type {any[]} */
  const bad = [];
  for (let k = 0; k < ids.length; k += AT_ONCE) {
    const some = ids.slice(k, k + AT_ONCE);
    const seen = Object.fromEntries(some.map((id) => [id, revs[id]]));
    for (const each of await send('alerts:bulk', { ids: some, action, revs: seen, ...said }, { keepalive })) each.ok ? put(each.alert) : bad.push(each);
  }
  if (bad.length) throw new Problem(409, { ...bad[0], left: bad.map(({ id }) => id) }, undefined, await reason(bad[0]));
}

/** Show what is on record, and who was faster; what was written with a decision that had waited is not lost. @param {Problem} problem @param {Decided} decided */
async function refuse(problem, { ids, action, said, revs }) {
  const { left = ids, code } = problem.body;
  const texts = [code === 'changed' ? await changed(left[0], revs[left[0]]) : problem.message];
  mark(ids, null);
  if (ids.length > 1 && problem.body.left) texts.unshift(t('inbox.left', { n: left.length, all: ids.length }));
  if (said.note && heldBack(action)) texts.push(t('inbox.unsent', { note: said.note }));
  const text = texts.join(' ');
  notice.value = { text, bad: true };
  warn(text);
  return text;
}

/** Who was faster than somebody who saw an alert at `rev`, and what it is now; or that it has become worse. @param {string} id @param {string} rev */
async function changed(id, rev) {
  const alert = await get(`alerts/${encodeURIComponent(id)}`);
  put(alert);
  if (acted(alert.rev) === acted(rev)) return t('inbox.worse');
  const last = alert.timeline[alert.timeline.length - 1];
  return t('inbox.conflict', { who: last.who, did: word('did', last.what), clock: clock(last.at), state: word('state', alert.state) });
}

/** Which action was the last one by then. @param {string} rev  level and action */
function acted(rev) {
  return rev.slice(rev.indexOf('-'));
}

/** @param {string} text */
function tellOf(text) {
  notice.value = { text };
  say(text);
}
