/** Session: who is signed in, what they may, and what kind of data they look at. */

import { signal } from '@preact/signals';
import { Problem, get, send, signedOut, vouch } from './api.js';
import { drop, undoable } from './alerts.js';
import { zone } from './format.js';

/** @typedef {{ version: string, data_mode: string, time_zone: string, tiles: { url: string, attribution: string, datum: string, borders: string }, currency: string, tariff_status: string }} Meta */
/** @typedef {{ login: string, name: string, roles: string[], grants: { role: string, fleet: string, site: string }[], driver_id: string, csrf: string, must_change: boolean }} Me */

/** @type {import('@preact/signals').Signal<Meta | null>} */
export const meta = signal(null);
/** @type {import('@preact/signals').Signal<Me | null>} */
export const user = signal(null);
const tabs = new BroadcastChannel('tripmeter session'); // those of a browser share its cookie
tabs.onmessage = ({ data }) => left(data) || (signedOut.value && data && void recognise());

/** Ask what this console is, and who we are; null: nobody. */
export async function recognise() {
  await look();
  try {
    welcome(await get('session'));
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
  }
}

/** @param {string} name @param {string} password */
export async function signIn(name, password) {
  const me = await send('session', { name, password });
  await look(); // strangers are told less
  welcome(me);
}

/** What this console is to whoever asks. */
async function look() {
  meta.value = await get('meta');
  zone.value = meta.value?.time_zone ?? 'UTC'; // of the fleets that are seen
}

export async function signOut() {
  if (undoable.value) await (await import('./acting.js')).commit();
  await send('session', {}, { method: 'DELETE' });
  tabs.postMessage('');
  location.assign('/'); // nothing of what was seen stays in memory
}

/** Choose a password of one's own. @param {string} old @param {string} fresh */
export async function choose(old, fresh) {
  await send('session/password', { old, new: fresh });
  welcome(await get('session'));
}

/** Whether whoever is signed in is one of these. @param {...string} roles */
export function may(...roles) {
  const own = user.value?.roles ?? [];
  return own.includes('admin') || roles.some((role) => own.includes(role));
}

/** Whether whoever is signed in sees all fleets. */
export function everywhere() {
  return user.value?.grants.some(({ fleet }) => !fleet);
}

/** Who somebody is, and what they may. @param {Me} me */
function named(me) {
  return JSON.stringify([me.login, me.grants]);
}

/** Whether the session is another's now, or nobody's: then nothing of the one before stays. @param {string} name */
function left(name) {
  if (!user.value || named(user.value) === name) return false;
  drop();
  location.reload();
  return true;
}

/** @param {Me} me */
function welcome(me) {
  tabs.postMessage(named(me));
  if (left(named(me))) return;
  vouch(me.csrf, me.login);
  signedOut.value = false;
  user.value = me;
}
