/** Steps: how a premium was made, rung by rung, with the running amount. */

import { html } from '../lib/html.js';
import { counted, t, word } from '../lib/i18n.js';
import { phrase, unit as named } from '../lib/phrase.js';
import { number } from '../lib/format.js';
import { level } from './factors.js';

const SIGNS = /** @type {Record<string, string>} */ ({ start: '×', times: '×', plus: '+', divide: '÷', cap: '=', sum: 'Σ', round: '≈', levy: '×' });

const OWN = 'own driving'; // a covariate that is no measurement

/** @param {{ steps: any[] }} given */
export function Rungs({ steps }) {
  return html`<div class="scroller" tabindex="0" role="region" aria-label=${t('premium.steps')}><table>
      <caption class="unseen">${t('premium.steps')}</caption>
      <thead><tr>${['step', 'value', 'credibility', 'effect', 'running'].map((key, k) => html`<th scope="col" class=${k > 1 ? 'number' : ''}>${t(`premium.${key}`)}</th>`)}</tr></thead>
      ${grouped(steps).map(([part, some]) => html`<tbody key=${part}>
        <tr class="part"><th scope="rowgroup" colspan="5">${word('part', part)}</th></tr>
        ${some.map((step) => html`<${Rung} step=${step} />`)}
      </tbody>`)}
    </table></div>`;
}

/** @param {{ step: any }} given */
function Rung({ step }) {
  return html`<tr>
    <th scope="row" data-label=${t('premium.step')}>${word('factor', step.name)}</th>
    <td data-label=${t('premium.value')}>${valued(step)}</td>
    <td class="number" data-label=${t('premium.credibility')}>${step.credibility === null ? '' : number(step.credibility, 2)}</td>
    <td class="number" data-label=${t('premium.effect')}>${effected(step)}</td>
    <td class="number" data-label=${t('premium.running')}>${step.amount === null ? '' : plain(step.amount)}</td>
  </tr>`;
}

/** What a step is by, in words. @param {any} step */
export function valued(step) {
  if (step.op === 'round') return '';
  if (step.value) return quantity(step);
  return step.covariate === OWN ? own(step) : step.covariate ? t('premium.unknown') : '';
}

/** What a step does to the amount before it. @param {any} step */
export function effected(step) {
  return step.op === 'sum' || step.effect === null ? 'Σ' : `${SIGNS[step.op] ?? ''} ${plain(step.effect)}`;
}

/** Own driving is what the steps above have made of it, within bounds. @param {{ unit: string }} step */
function own({ unit }) {
  const [low, high] = unit.split(' to ');
  return t('premium.own', { low, high });
}

/** What a step is by, and of what: days are counted. @param {{ value: string, unit: string }} step */
function quantity({ value, unit }) {
  const [days, of] = /^days(?: of a (\w+))?$/.exec(unit) ?? [];
  if (!days) return `${level(value)} ${named(unit)}`;
  return counted(of ? 'counted.days_of' : 'counted.days', Number(value), { class: phrase(of ?? '') });
}

/** @param {any[]} steps @returns {[string, any[]][]} */
function grouped(steps) {
  /** @type {[string, any[]][]} */
  const found = [];
  for (const step of steps) {
    if (found.at(-1)?.[0] !== step.part) found.push([step.part, []]);
    found[found.length - 1][1].push(step);
  }
  return found;
}

/** Decimals without the zeros at the end, but with cents. @param {string} text */
function plain(text) {
  const [whole, rest = ''] = String(text).split('.');
  return `${whole}.${rest.replace(/0+$/, '').padEnd(2, '0')}`;
}
