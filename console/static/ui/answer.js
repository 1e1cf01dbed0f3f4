/** Answer: what a driver has said about an alert, what they were told, and the form in which a manager tells them. */

import { html, useSignal } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { decided } from '../lib/decided.js';
import { count } from '../lib/objections.js';
import { may } from '../lib/session.js';
import { Dialog } from './dialog.js';
import { Time } from './parts.js';

/** @param {{ alert: string, note: string, done: () => void, leave: () => void }} given  `note`: in the driver's words */
export function Answer({ alert, note, done, leave }) {
  const after = () => [done, count].forEach((each) => each());
  const tell = (/** @type {Record<string, string>} */ said) => decided(`objections/${encodeURIComponent(alert)}/answer`, said, { done: t('objections.answered'), after });
  return html`<${Dialog} title=${t('objections.answer')} go=${t('objections.answer')} onGo=${tell} onLeave=${leave}>
    <blockquote>${note}</blockquote>
    <label>${t('objections.told')}<textarea name="note" rows="4" maxlength="2000" required data-first></textarea></label>
    <p class="hint">${t('objections.hint')}</p><//>`;
}

/** The driver's word against an alert and what became of it. @param {{ one: any, again: () => void }} given */
export function Objected({ one, again }) {
  const answering = useSignal(false);
  const said = (one.timeline ?? []).filter((/** @type {any} */ step) => step.what === 'object' || step.what === 'answer');
  const last = said.findLast((/** @type {any} */ step) => step.what === 'object');
  return html`<section class="card"><h2>${t('objections.one')} <span class=${one.objection === 'waiting' ? 'lasts' : 'times'}>${t(`objection.${one.objection}`)}</span></h2>
    <ul class="plain">
      ${said.map((/** @type {any} */ step) => html`<li key=${`${step.at}${step.what}`}><b>${step.who}</b> ${t(`did.${step.what}`)} <small><${Time} at=${step.at} /></small><blockquote>${step.reason}</blockquote></li>`)}
      ${one.objection === 'answered' && said.at(-1) === last && html`<li>${t('objections.dismissed')}</li>`}
    </ul>
    ${may('manager') && html`<p class="choices"><button onClick=${() => (answering.value = true)}>${t('objections.answer')}</button></p>`}
    ${answering.value && html`<${Answer} alert=${one.alert_id} note=${last?.reason ?? ''} done=${again} leave=${() => (answering.value = false)} />`}
  </section>`;
}
