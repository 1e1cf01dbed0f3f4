/**
 * Stream: the one line on which the server tells what happens, and how well it holds.
 *
 * It belongs to the shell and outlives every view, and all tabs of a browser share it. What was heard last is always
 * known: nothing is silently frozen. A tab that nobody looks at takes no part.
 */

import { effect, signal } from '@preact/signals';
import { address, get, signedOut } from './api.js';
import { join } from './shared.js';

/** @typedef {'connecting' | 'waiting' | 'live' | 'behind' | 'reconnecting' | 'paused'} State */
/** @typedef {import('./shared.js').Told} Told */

const TOPICS = 'alerts,positions,health';
const NAMES = ['hello', 'pos', 'alert', 'health', 'resync'];
const SLOW_MS = 5_000;
const DEAD_MS = 20_000;
const HIDDEN_MS = 30_000;
const MOST_KEPT = 1000; // then all is asked for again
const PASSING = ['pos']; // the next one says it too
const LOST = ['reconnecting', 'waiting', 'paused']; // after these, all has to be asked for again

/** @type {import('@preact/signals').Signal<{ state: State, heard: number, lag: number }>} */
export const line = signal({ state: 'connecting', heard: 0, lag: 0 }); // heard: ms since 1970; lag: s
export const held = signal(false); // the reader has stopped updates
/** @type {import('@preact/signals').Signal<[string, any][]>} */
export const kept = signal([]); // told when they go on

/** @type {Map<string, Set<(said: any) => void>>} */
const listeners = new Map(NAMES.map((name) => [name, new Set()]));
/** @type {EventSource | null} */
let source = null; // of the tab that holds the line
/** @type {import('./shared.js').Share | null} */
let share = null;
let began = 0;
let last = ''; // id of the last event that has one
let holder = 0; // when the tab that holds the line was last heard of
let tries = 0;
let hidden = 0;

/** Listen to one kind of news; the answer stops it. @param {string} name @param {(said: any) => void} listener */
export function on(name, listener) {
  listeners.get(name)?.add(listener);
  return () => listeners.get(name)?.delete(listener);
}

/** Begin to listen, with the other tabs of the same person, and watch over the line from now on. @param {string} login */
export function open(login) {
  const look = () => {
    clearTimeout(hidden);
    if (document.hidden) hidden = setTimeout(hangUp, HIDDEN_MS);
    else if (!share) enter(login);
  };
  effect(() => void (signedOut.value || (source && connect())));
  enter(login);
  look(); // a tab may be opened behind others
  setInterval(watch, 1_000);
  document.addEventListener('visibilitychange', look);
  addEventListener('online', () => line.value.state === 'reconnecting' && source && connect());
}

/** Hang up, and stay so until the tab is looked at again. */
function hangUp() {
  drop();
  share?.leave();
  share = null;
  line.value = { ...line.value, state: 'paused' };
}

/** @param {string} login */
function enter(login) {
  began = holder = Date.now();
  share = join(`tripmeter ${login}`, { hold: connect, drop, hear: told });
}

function connect() {
  drop();
  began = Date.now();
  source = new EventSource(address('stream', { topics: TOPICS, last }));
  for (const name of NAMES) source.addEventListener(name, (event) => pass(name, /** @type {MessageEvent} */ (event)));
}

function drop() {
  source?.close();
  source = null;
}

/** Hear it, and let the other tabs hear it. @param {string} name @param {MessageEvent} event */
function pass(name, event) {
  const said = { name, data: event.data || '{}', id: event.lastEventId };
  share?.tell(said);
  hear(said);
}

/** From the tab that holds the line. @param {Told} said */
function told(said) {
  holder = Date.now();
  if (said.name !== 'here') hear(said);
  else if (!last && said.id) hear({ ...said, name: 'hello', data: '{}' });
}

/** @param {Told} told */
function hear({ name, data, id }) {
  if (name === 'alert' && !later(id)) return; // it came by two ways
  const fresh = name === 'hello' && id && id !== last; // from a place other than where this tab was: it may have missed some
  const back = line.value.heard > 0 && (LOST.includes(line.value.state) || (fresh && last));
  last = id || last;
  tries = 0;
  const said = JSON.parse(data);
  const lag = name !== 'health' ? line.value.lag : said.mode === 'live' ? (said.lag_ms ?? 0) / 1000 : 0; // a feed that ends is not late
  line.value = { state: lag > SLOW_MS / 1000 ? 'behind' : 'live', heard: Date.now(), lag };
  if (back && name !== 'resync') tell('resync', {});
  tell(name, name === 'hello' ? { ...said, fresh: Boolean(fresh) } : said);
}

/** Whether an event comes after all that have been heard; those of another start of the server do. @param {string} id */
function later(id) {
  const [[boot, seq], [known, heard]] = [id.split('-'), last.split('-')];
  return boot !== known || Number(seq) > Number(heard);
}

/** @param {string} name @param {any} said */
function tell(name, said) {
  if (held.value && name !== 'health') return PASSING.includes(name) ? undefined : keep(name, said);
  for (const listener of listeners.get(name) ?? []) listener(said);
}

/** @param {string} name @param {any} said */
function keep(name, said) {
  kept.value = kept.value.length < MOST_KEPT ? [...kept.value, [name, said]] : [['resync', {}]];
}

/** Stop updates: positions, alerts and rows stay as they are; or go on with all that has come meanwhile. @param {boolean} stop */
export function hold(stop) {
  held.value = stop;
  const all = stop ? [] : kept.value;
  kept.value = [];
  all.forEach(([name, said]) => tell(name, said));
}

/** Whether something was heard lately; a dead line is opened anew, ever more patiently. */
function watch() {
  if (!share) return;
  if (source) share.tell({ name: 'here', data: '', id: last });
  const quiet = Date.now() - Math.max(line.value.heard, began);
  const opening = line.value.heard < began;
  if (source?.readyState === EventSource.CLOSED || quiet > DEAD_MS) {
    line.value = { ...line.value, state: 'reconnecting' };
    if (Date.now() - began > Math.min(30_000, 1_000 * 2 ** tries)) again();
  } else if (opening && quiet > SLOW_MS) {
    line.value = { ...line.value, state: line.value.heard ? 'reconnecting' : 'waiting' };
  } else if (!opening && quiet > SLOW_MS) {
    line.value = { ...line.value, state: 'behind', lag: quiet / 1000 };
  }
}

/** Try anew; a tab that does not hold the line takes it only from one that says nothing any more. */
function again() {
  tries += 1;
  began = Date.now();
  if (source) connect();
  else if (began - holder > DEAD_MS) share?.seize();
  void get('session').catch(() => {}); // an EventSource does not say that nobody is signed in any more
}
