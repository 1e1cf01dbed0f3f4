/** Acting: what people do about alerts; fetched with the first thing that is done. */

import { Problem, get, reason, send } from './api.js';
import { AT_ONCE, GONE, alerts, mark, notice, put, undoable } from './alerts.js';
import { say, warn } from './announce.js';
import { clock } from './format.js';
import { counted, t, word } from './i18n.js';

export const DISMISSALS = ['false_alarm', 'not_the_driver', 'test', 'known', 'duplicate', 'other'];
export const UNDO_MS = 10_000;

/** @typedef {import('./alerts.js').Alert} Alert */
/** @typedef {{ ids: string[], action: string, said: object, revs: import('./alerts.js').Revs }} Decided */

addEventListener('pagehide', () => commit(true));

/**
 * Do something about alerts. To acknowledge counts at once: it stops calls. What puts an alert away is held for ten
 * seconds in which it can be taken back, for nothing on record can.
 * @returns {Promise<string>} what the server has against it, if anything
 * @param {string[]} ids @param {string} action @param {{ reason?: string, note?: string, assignee?: string, hours?: number }} [said]
 */
export async function act(ids, action, said = {}) {
  const revs = Object.fromEntries(ids.map((id) => [id, alerts.value.get(id)?.rev ?? '']));
  await commit();
  if (!GONE[action]) return carry({ ids, action, said, revs });
  mark(ids, GONE[action]);
  const timer = setTimeout(commit, UNDO_MS);
  undoable.value = { ids, action, said, revs, until: Date.now() + UNDO_MS, timer };
  say(counted(`inbox.done.${action}`, ids.length));
  return '';
}

/** Whether an action can be taken back for a while. @param {string} action */
export function heldBack(action) {
  return action in GONE;
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
    if (ids.length === 1) await one(decided, keepalive);
    else for (let k = 0; k < ids.length; k += AT_ONCE) await many({ ...decided, ids: ids.slice(k, k + AT_ONCE) }, keepalive);
    if (!GONE[action]) tellOf(counted(`inbox.done.${action}`, ids.length));
    return '';
  } catch (error) {
    return refuse(/** @type {Problem} */ (error), decided);
  }
}

/** @param {Decided} decided @param {boolean} keepalive */
async function one({ ids: [id], action, said, revs }, keepalive) {
  put(done(await send(`alerts/${encodeURIComponent(id)}/${action}`, said, { rev: revs[id] || '*', keepalive })));
}

/** @param {Decided} decided @param {boolean} keepalive */
async function many({ ids, action, said, revs }, keepalive) {
  const seen = Object.fromEntries(ids.map((id) => [id, revs[id]]));
  const found = await send('alerts:bulk', { ids, action, revs: seen, ...said }, { keepalive });
  for (const each of found) if (each.alert) put(done(each.alert));
  const bad = found.filter((/** @type {any} */ each) => !each.ok);
  if (bad.length) throw new Problem(409, { ...bad[0], left: bad.map((/** @type {any} */ each) => each.id) }, undefined, await reason(bad[0]));
}

/** Show what is on record, and who was faster; what was written with a decision that had waited is not lost. @param {Problem} problem @param {Decided} decided */
async function refuse(problem, { ids, action, said }) {
  mark(ids, null);
  let text = problem.message;
  if (problem.status === 409) {
    const alert = await get(`alerts/${encodeURIComponent((problem.body.left ?? ids)[0])}`);
    put(done(alert));
    const last = alert.timeline[alert.timeline.length - 1];
    text = t('inbox.conflict', { who: last.who, did: word('did', last.what), clock: clock(last.at), state: word('state', alert.state) });
  }
  const { note } = /** @type {any} */ (said);
  notice.value = { text: note && GONE[action] ? `${text} ${t('inbox.unsent', { note })}` : text, bad: true };
  warn(text);
  return text;
}

/** An alert as the server has it, with nothing still to be sent. @param {Alert} alert */
function done(alert) {
  return { ...alert, pending: null };
}

/** @param {string} text */
function tellOf(text) {
  notice.value = { text };
  say(text);
}
