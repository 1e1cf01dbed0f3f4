/** Traces: which of the signals of a drive are drawn: those that say most at first, then whatever somebody has chosen. */

import { measured, named } from '../charts/trace.js';
import { html, useSignal } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { keep, kept } from '../lib/kept.js';

/** @typedef {import('../charts/trace.js').Strip} Strip */

const NAME = 'traces';
const AT_FIRST = ['speed_kmh', 'accel_long_mps2', 'accel', 'tyres'];

/** Buttons for all that was measured, and what is chosen of it. @param {Strip[]} strips */
export function useChosen(strips) {
  const chosen = useSignal(kept(NAME)?.split(' ') ?? AT_FIRST);
  const there = strips.filter(measured);
  const is = (/** @type {Strip} */ strip) => chosen.value.includes(kind(strip));
  const turn = (/** @type {Strip} */ strip) => {
    chosen.value = is(strip) ? chosen.value.filter((one) => one !== kind(strip)) : [...chosen.value, kind(strip)];
    keep(NAME, chosen.value.join(' '));
  };
  const buttons = html`<div class="traces" role="group" aria-label=${t('trip.traces')}>${there.map((one) => html`<button key=${one.key} aria-pressed=${is(one)} onClick=${() => turn(one)}>${named(one.key)}</button>`)}</div>`;
  return { buttons, shown: there.filter(is) };
}

/** @param {Strip} strip */
function kind({ key }) {
  return key.startsWith('tyre') ? 'tyres' : key;
}
