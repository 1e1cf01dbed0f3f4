/** Clock: what time it is where the data comes from: a replay's day is another than the reader's. */

import { signal } from '@preact/signals';

export const ahead = signal(0); // ms the server's clock is ahead of this one's

/** Keep what time the server says it is. @param {{ at: string }} said */
export function keep({ at }) {
  const found = Date.parse(at) - Date.now();
  if (Math.abs(found - ahead.value) > 500) ahead.value = found;
}

/** ms since 1970, there. */
export function now() {
  return Date.now() + ahead.value;
}
