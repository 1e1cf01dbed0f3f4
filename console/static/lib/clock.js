/** Clock: what time it is where the data comes from: a replay's day is another than the reader's. */

import { signal } from '@preact/signals';
import { on } from './stream.js';

export const ahead = signal(0); // ms the server's clock is ahead of this one's

/** Keep it, whenever the server says what time it is. */
export function follow() {
  on('health', ({ at }) => {
    const found = Date.parse(at) - Date.now();
    if (Math.abs(found - ahead.value) > 500) ahead.value = found;
  });
}

/** ms since 1970, there. */
export function now() {
  return Date.now() + ahead.value;
}
