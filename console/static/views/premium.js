/** Premium: why it is what it is: every step with the running amount, summed anew to the cent in front of the reader. */

import { html, useMemo } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { phrase } from '../lib/phrase.js';
import { day, money, number } from '../lib/format.js';
import { address } from '../lib/api.js';
import { climb } from '../lib/ladder.js';
import { route } from '../lib/router.js';
import { use } from '../lib/use.js';
import { Fact, Failed, Filed, Head, Waiting } from '../ui/parts.js';
import { level } from './factors.js';
import { Choice } from '../ui/choice.js';

const SIGNS = /** @type {Record<string, string>} */ ({ start: '×', times: '×', plus: '+', divide: '÷', cap: '=', sum: 'Σ', round: '≈', levy: '×' });

/** @param {{ parts: string[] }} given */
export function Premium({ parts: [, fleet, vehicle] }) {
  const { cover = '' } = route.value.query;
  const path = `pricing/vehicles/${encodeURIComponent(fleet)}/${encodeURIComponent(vehicle ?? '')}/premium`;
  const known = use(path, {});
  if (known.error) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const all = /** @type {any[]} */ (known.data);
  const one = all.find((each) => each.cover === cover) ?? all[0];
  return html`<${Head} title=${t('premium.title', { vehicle: one.vehicle_id })}><a class="button" href=${address(path, { cover: one.cover })} download="premium.json">JSON</a><//>
    <div class="filters"><${Choice} name="cover" value=${one.cover} label=${t('premiums.cover')} options=${all.map((each) => [each.cover, word('cover', each.cover)])} /></div>
    <p class="amount">${money(one.amount, one.currency)} <${Filed} status=${one.status} /></p>
    <dl class="facts card">
      <${Fact} label=${t('premiums.term')} value=${`${day(one.valid_from)} – ${day(one.valid_to)}`} />
      <${Fact} label=${t('premiums.policy')} value=${one.policy_id} /><${Fact} label=${t('premium.tariff')} value=${one.tariff_id} />
      <${Fact} label=${t('devices.measured')} value=${number(one.km_measured, 0, 'km')} /><${Fact} label=${t('devices.gap')} value=${number(one.km_gap, 0, 'km')} />
      <${Fact} label=${t('premium.caps')} value=${capped(one.caps)} />
    </dl>
    <${Steps} one=${one} />`;
}

/** Caps that bound, in words. @param {string | null} caps */
function capped(caps) {
  const names = (caps ?? '').split(/,\s*/).filter(Boolean);
  return names.map((name) => word('factor', `${name}_cap`)).join(', ') || t('premium.none');
}

/** @param {{ one: any }} given */
function Steps({ one }) {
  const check = useMemo(() => (one.whole ? climb(one.factors) : null), [one]);
  return html`<section class="card"><h2>${t('premium.steps')}</h2>
    <div class="scroller" tabindex="0" role="region" aria-label=${t('premium.steps')}><table>
      <caption class="unseen">${t('premium.steps')}</caption>
      <thead><tr>${['step', 'value', 'credibility', 'effect', 'running'].map((key, k) => html`<th scope="col" class=${k > 1 ? 'number' : ''}>${t(`premium.${key}`)}</th>`)}</tr></thead>
      ${grouped(one.factors).map(([part, steps]) => html`<tbody key=${part}>
        <tr class="part"><th scope="rowgroup" colspan="5">${word('part', part)}</th></tr>
        ${steps.map((step) => html`<${Rung} step=${step} />`)}
      </tbody>`)}
    </table></div>
    <${Check} one=${one} check=${check} />
  </section>`;
}

/** Whether the steps make the amount: worked out here where all are shown, else by the server. @param {{ one: any, check: { ok: boolean, amount: string } | null }} given */
function Check({ one, check }) {
  if (!check) return html`<p class="notice">${t(one.sums ? 'premium.loads_hidden' : 'premium.differs_somewhere')}</p>`;
  const right = check.ok && one.sums && check.amount === Number(one.amount).toFixed(2);
  return html`<p class=${`notice sum ${right ? '' : 'bad'}`} role="status">${t(right ? 'premium.adds_up' : 'premium.differs', { amount: money(check.amount, one.currency) })}</p>`;
}

/** @param {{ step: any }} given */
function Rung({ step }) {
  const value = step.value ? `${level(step.value)} ${phrase(step.unit)}` : step.covariate ? t('premium.unknown') : '';
  return html`<tr>
    <th scope="row" data-label=${t('premium.step')}>${word('factor', step.name)}</th>
    <td data-label=${t('premium.value')}>${step.op === 'round' ? '' : value}</td>
    <td class="number" data-label=${t('premium.credibility')}>${step.credibility === null ? '' : number(step.credibility, 2)}</td>
    <td class="number" data-label=${t('premium.effect')}>${step.op === 'sum' || step.effect === null ? 'Σ' : `${SIGNS[step.op] ?? ''} ${plain(step.effect)}`}</td>
    <td class="number" data-label=${t('premium.running')}>${step.amount === null ? '' : plain(step.amount)}</td>
  </tr>`;
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
