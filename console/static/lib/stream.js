/**
 * Stream: the one line on which the server tells what happens, and how well it holds.
 *
 * It belongs to the shell and outlives every view. What was heard last is always known: nothing is silently frozen. A
 * tab that nobody looks at gives its connection back: a browser has six of them for one server.
 */

import { signal } from '@preact/signals';
import { address, get } from './api.js';

/** @typedef {'connecting' | 'waiting' | 'live' | 'behind' | 'reconnecting' | 'paused'} State */

const TOPICS = 'alerts,kpi,positions,health';
const NAMES = ['hello', 'pos', 'alert', 'kpi', 'health', 'resync'];
const SLOW_MS = 5_000;
const DEAD_MS = 20_000;
const HIDDEN_MS = 30_000;
const LOST = ['reconnecting', 'waiting', 'paused']; // after these, all has to be asked for again

/** @type {import('@preact/signals').Signal<{ state: State, heard: number, lag: number }>} */
export const line = signal({ state: 'connecting', heard: 0, lag: 0 }); // heard: ms since 1970; lag: s
export const held = signal(false); // the reader has stopped updates

/** @type {Map<string, Set<(said: any) => void>>} */
const listeners = new Map(NAMES.map((name) => [name, new Set()]));
/** @type {EventSource | null} */
let source = null;
let began = 0;
let last = ''; // id of the last event that has one
let tries = 0;
let hidden = 0;

/** Listen to one kind of news; the answer stops it. @param {string} name @param {(said: any) => void} listener */
export function on(name, listener) {
  listeners.get(name)?.add(listener);
  return () => listeners.get(name)?.delete(listener);
}

/** Begin to listen, and watch over the line from now on. */
export function open() {
  const look = () => {
    clearTimeout(hidden);
    if (document.hidden) hidden = setTimeout(hangUp, HIDDEN_MS);
    else if (!source) connect();
  };
  connect();
  look(); // a tab may be opened behind others
  setInterval(watch, 1_000);
  document.addEventListener('visibilitychange', look);
  addEventListener('online', () => line.value.state === 'reconnecting' && connect());
}

/** Hang up, and stay so until the tab is looked at again. */
export function hangUp() {
  source?.close();
  source = null;
  line.value = { ...line.value, state: 'paused' };
}

function connect() {
  source?.close();
  began = Date.now();
  source = new EventSource(address('stream', { topics: TOPICS, last }));
  for (const name of NAMES) source.addEventListener(name, (event) => hear(name, /** @type {MessageEvent} */ (event)));
}

/** @param {string} name @param {MessageEvent} event */
function hear(name, event) {
  last = event.lastEventId || last;
  const back = LOST.includes(line.value.state) && line.value.heard > 0;
  tries = 0;
  const said = JSON.parse(event.data || '{}');
  const lag = name !== 'health' ? line.value.lag : said.mode === 'live' ? (said.lag_ms ?? 0) / 1000 : 0; // a feed that ends is not late
  line.value = { state: lag > SLOW_MS / 1000 ? 'behind' : 'live', heard: Date.now(), lag };
  if (back && name !== 'resync') tell('resync', {});
  tell(name, said);
}

/** @param {string} name @param {any} said */
function tell(name, said) {
  if (held.value && name === 'pos') return;
  for (const listener of listeners.get(name) ?? []) listener(said);
}

/** Whether something was heard lately; a dead line is opened anew, ever more patiently. */
function watch() {
  if (!source) return;
  const quiet = Date.now() - Math.max(line.value.heard, began);
  const opening = line.value.heard < began;
  if (source.readyState === EventSource.CLOSED || quiet > DEAD_MS) {
    line.value = { ...line.value, state: 'reconnecting' };
    if (Date.now() - began > Math.min(30_000, 1_000 * 2 ** tries)) {
      tries += 1;
      connect();
      void get('session').catch(() => {}); // an EventSource does not say that nobody is signed in any more
    }
  } else if (opening && quiet > SLOW_MS) {
    line.value = { ...line.value, state: line.value.heard ? 'reconnecting' : 'waiting' };
  } else if (!opening && quiet > SLOW_MS) {
    line.value = { ...line.value, state: 'behind', lag: quiet / 1000 };
  }
}
