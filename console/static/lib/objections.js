/** Objections: how many of what drivers object to wait for an answer; kept up for those who give it. */

import { signal } from '@preact/signals';
import { get } from './api.js';
import { on } from './stream.js';

export const waiting = signal(0);

export function follow() {
  on('alert', ({ objection }) => objection && void count());
  on('resync', () => void count());
  return count();
}

/** Ask anew; where nothing can be heard, what was known stays. */
export async function count() {
  const found = await get('objections', { state: 'waiting', limit: 1 }).catch(() => null);
  if (found) waiting.value = found.total;
}
