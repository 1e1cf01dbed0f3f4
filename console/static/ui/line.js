/** Line: how the connection to the server stands, in the header and, when it is lost, above everything. */

import { html, useEffect, useSignal } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { ahead } from '../lib/clock.js';
import { clock, span } from '../lib/format.js';
import { held, hold, kept, line } from '../lib/stream.js';

export function Line() {
  const { state, lag } = line.value;
  const name = held.value ? 'held' : state;
  return html`<span class=${`line ${name}`}>
    <i aria-hidden="true"></i><span>${t(`line.${name}`, { time: span(lag) })}${held.value && kept.value.length > 0 && ` (${kept.value.length})`}</span>
    <button onClick=${() => hold(!held.value)} aria-pressed=${held.value}>${t('line.hold')}</button>
  </span>`;
}

/** What is on the screen is old, and how old. */
export function Lost() {
  const { state, heard } = line.value;
  const lost = state === 'reconnecting' || state === 'waiting';
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => (now.value = Date.now()), 1000);
    return () => clearInterval(timer);
  }, [lost]);
  if (!lost) return null;
  const text = heard ? t('line.lost', { clock: clock((heard + ahead.value) / 1000, true) }) : t('line.never');
  return html`<div class="notice bad lost" role="alert">${text}${heard > 0 && html` <span aria-hidden="true">(${span((now.value - heard) / 1000)})</span>`}</div>`;
}
