/** Axles: the wheels of a vehicle as they stand, each with its pressure against what it should be. */

import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { percent, span, sure } from '../lib/format.js';

/** @typedef {{ wheel: string, cold_kpa: number | null, placard_kpa: number | null, share: number | null, state: string, hours_to_threshold?: number | null }} Tyre */

const FLAT = 0.75; // of the placard: below it the tyre is no longer driven on

/** @param {{ tyres: Tyre[], small?: boolean }} given */
export function Axles({ tyres, small = false }) {
  const axles = [...new Set(tyres.map((one) => parseInt(one.wheel, 10)))].sort((a, b) => a - b);
  return html`<div class=${`axles ${small ? 'small' : ''}`} role="list" aria-label=${t('tyres.diagram')}>
    ${axles.map((axle) => html`<div class="axle" key=${axle} role="listitem"><span class="unseen">${t('tyres.axle', { n: axle })}</span>
      ${side(tyres, axle, 'L').map((one) => html`<${Wheel} tyre=${one} />`)}<i aria-hidden="true"></i>${side(tyres, axle, 'R').map((one) => html`<${Wheel} tyre=${one} />`)}
    </div>`)}
  </div>`;
}

/** Wheels of one side, the outer ones outside. @param {Tyre[]} tyres @param {number} axle @param {'L' | 'R'} letter */
function side(tyres, axle, letter) {
  const found = tyres.filter((one) => parseInt(one.wheel, 10) === axle && one.wheel.includes(letter));
  const inner = (/** @type {Tyre} */ { wheel }) => Number(wheel.endsWith('I'));
  found.sort((a, b) => inner(a) - inner(b));
  return letter === 'L' ? found : found.reverse();
}

/** @param {{ tyre: Tyre }} given */
function Wheel({ tyre }) {
  const state = verdict(tyre);
  return html`<span class=${`wheel ${state}`}><b>${tyre.wheel}</b> <span>${sure(tyre.cold_kpa, 0, 'kPa')}</span>
    <small>${tyre.share === null ? '' : percent(tyre.share)} ${state === 'good' ? '' : called(tyre)} ${hours(tyre)}</small></span>`;
}

/** When it will be low, if it goes on losing. @param {Tyre} tyre */
function hours({ hours_to_threshold: left }) {
  return typeof left === 'number' ? t('tyres.low_in', { time: span(left * 3600) }) : '';
}

/** Silent is not low, and not good either. @param {Tyre} tyre */
export function verdict(tyre) {
  return tyre.state === 'low' && tyre.share !== null && tyre.share < FLAT ? 'flat' : tyre.state;
}

/** The verdict in words: without a placard, or not heard of yet. @param {Tyre} tyre */
export function called(tyre) {
  const state = verdict(tyre);
  return state === 'unknown' && tyre.placard_kpa !== null ? t('unknown') : t(`tyres.${state}`);
}
