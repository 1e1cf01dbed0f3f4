/** Api: asks the server, and says what went wrong in the reader's language. */

import { signal } from '@preact/signals';
import { span } from './format.js';
import { has, t } from './i18n.js';

const ROOT = '/api/v1/';
const WITH_WHY = ['invalid', 'refused', 'registry_invalid']; // codes for many things: what the server has said says which
const SOON_S = 60;
let csrf = ''; // a word that other sites cannot know
let whose = ''; // who was signed in when this page was told it

/** True once the server has said that nobody is signed in. */
export const signedOut = signal(false);

/** Say the word of this session with whatever is written. @param {string} word @param {string} login */
export function vouch(word, login) {
  [csrf, whose] = [word, login];
}

/** What the server refused, as RFC 9457 has it. */
export class Problem extends Error {
  /** @param {number} status @param {Record<string, any>} body @param {number} [wait]  seconds until it may be tried again @param {string} [why]  as `reason` has it */
  constructor(status, body, wait = SOON_S, why = '') {
    const key = [`problem.${body.code}`, `problem.${status}`].find(has);
    super([key ? t(key, { time: span(wait) }) : t('problem.other', { status }), why && `(${why})`].filter(Boolean).join(' '));
    this.status = status;
    this.code = body.code;
    this.body = body;
  }
}

/** Why something is refused, in the reader's language, where its code alone does not say it. @param {Record<string, any>} body @returns {Promise<string>} */
export async function reason(body) {
  if (!WITH_WHY.includes(body.code)) return '';
  return import('./phrase.js').then(({ against }) => against(body), () => '');
}

/** @param {string} path @param {Record<string, unknown>} [query] @param {AbortSignal} [signal] */
export async function get(path, query = {}, signal) {
  return (await ask(address(path, query), { signal })).json();
}

/** The rows of a list as they come, page after page. @param {string} path @param {Record<string, unknown>} query @returns {AsyncGenerator<{ items: any[], last: boolean }>} */
export async function* parts(path, query) {
  let cursor = '';
  do {
    const page = await get(path, { ...query, cursor });
    cursor = page.cursor ?? '';
    yield { items: page.items, last: !cursor };
  } while (cursor);
}

/** @param {string} path */
export async function bytes(path) {
  const answer = await ask(address(path), {});
  return { body: new Uint8Array(await answer.arrayBuffer()), headers: answer.headers };
}

/**
 * Write something a person decided; a key of its own makes a repetition harmless.
 * @param {string} path @param {object} body @param {{ method?: string, rev?: string | number, keepalive?: boolean }} [how]
 */
export async function send(path, body, { method = 'POST', rev, keepalive = false } = {}) {
  const headers = /** @type {Record<string, string>} */ ({
    'Content-Type': 'application/json',
    'Idempotency-Key': crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`,
    'X-CSRF-Token': csrf,
  });
  if (rev !== undefined) headers['If-Match'] = `"${rev}"`;
  const answer = await vouched(address(path), { method, headers, body: JSON.stringify(body), keepalive });
  return answer.status === 204 ? null : answer.json();
}

/** Ask; if another tab has begun a new session meanwhile, once more with its word, if it is still ours. @param {string} url @param {RequestInit & { headers: Record<string, string> }} init */
async function vouched(url, init) {
  try {
    return await ask(url, init);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'csrf' || !(await renewed())) throw error;
    return ask(url, { ...init, headers: { ...init.headers, 'X-CSRF-Token': csrf } });
  }
}

/** Whether another tab has begun a new session of the same person, whose word is said from now on. */
async function renewed() {
  const me = await get('session');
  if (me.login === whose) csrf = me.csrf;
  return me.login === whose;
}

/** The address of something, for links that fetch a file. @param {string} path @param {Record<string, unknown>} [query] */
export function address(path, query = {}) {
  const url = new URL(ROOT + path, location.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') url.searchParams.set(name, String(value));
  }
  return url.href;
}

/** @param {string} url @param {RequestInit} init */
async function ask(url, init) {
  let answer;
  try {
    answer = await fetch(url, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (/** @type {Error} */ (error).name === 'AbortError') throw error;
    throw new Problem(0, { code: 'unreachable' });
  }
  if (answer.ok) return answer;
  if (answer.status === 401) signedOut.value = true;
  const body = await answer.json().catch(() => ({}));
  throw new Problem(answer.status, body, Number(answer.headers.get('Retry-After')) || SOON_S, await reason(body));
}
