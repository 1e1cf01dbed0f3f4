/** Decided: sends what somebody decided, and says what came of it. */

import { send } from './api.js';
import { notice } from './alerts.js';
import { say, warn } from './announce.js';
import { t } from './i18n.js';

/** @typedef {{ method?: string, rev?: string | number, done?: string | ((answer: any) => string), after?: (answer?: any) => void }} How */

/**
 * Send it and say that it is done. What the server has against it is thrown: a dialog says so, and keeps what was typed.
 * @param {string} path @param {object} said @param {How} [how]  `after` comes either way: what is shown may be old
 */
export async function decided(path, said, { done = '', after, ...how } = {}) {
  try {
    const answer = await send(path, said, how);
    tell(typeof done === 'function' ? done(answer) : done);
    after?.(answer);
    return answer;
  } catch (error) {
    after?.();
    throw error;
  }
}

/** The same where no dialog is open: a refusal is a notice. @param {string} path @param {object} said @param {How} [how] */
export function attempted(path, said, how) {
  return decided(path, said, how).catch(refused);
}

/**
 * Write a setting against the revision that was seen, and say what came of it.
 * @param {string} path @param {object} said @param {string | undefined} rev @param {() => void} after
 */
export function put(path, said, rev, after) {
  const told = ({ message = '', body = /** @type {any} */ (null) }) => refused(new Error([message, body?.who && t('settings.faster', { who: body.who })].filter(Boolean).join(' ')));
  return decided(path, said, { rev, done: t('settings.done'), after }).catch(told);
}

/** Say what the server has against something. @param {any} error */
export function refused(error) {
  notice.value = { text: error.message, bad: true };
  warn(error.message);
}

/** @param {string} text */
function tell(text) {
  if (!text) return;
  notice.value = { text };
  say(text);
}
