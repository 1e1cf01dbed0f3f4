/** Inbox bar: the heading of the list of alerts, its filters and its file. */

import { html } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { PRIORITIES, alerts } from '../lib/alerts.js';
import { refine } from '../lib/router.js';
import { may } from '../lib/session.js';
import { Choice } from '../ui/choice.js';
import { Head } from '../ui/parts.js';
import { Places } from '../ui/places.js';

const STATES = ['open', 'acknowledged', 'resolved', 'dismissed'];

/** The rows that are drawn, as a file. */
async function saved() {
  const { save } = await import('../lib/csv.js');
  save(/** @type {Element} */ (document.querySelector('.inbox')), 'alerts');
}

/** @param {{ query: Record<string, string> }} given */
export function Bar({ query }) {
  const kinds = [...new Set([...alerts.value.values()].map((one) => one.kind))].sort();
  const { state = 'open,acknowledged', priority = '', kind = '', vehicle = '', mine = '' } = query;
  return html`<${Head} title=${t('screen.alerts')}>
      <button onClick=${saved}>${t('act.csv')}</button>
    <//>
    <div class="filters" role="group" aria-label=${t('inbox.filters')}>
      <${Choice} name="state" value=${state} label=${t('col.state')} options=${[['open,acknowledged', t('inbox.standing')], ...STATES.map((one) => [one, t(`state.${one}`)])]} />
      <${Choice} name="priority" value=${priority} label=${t('col.priority')} options=${[['', t('inbox.any')], ...PRIORITIES.map((one) => [one, t(`priority.${one}`)])]} />
      <${Choice} name="kind" value=${kind} label=${t('col.kind')} options=${[['', t('inbox.any')], ...kinds.map((one) => [one, word('kind', one)])]} />
      <${Places} query=${query} />
      ${may('manager') && html`<button aria-pressed=${mine === 'yes'} onClick=${() => refine({ mine: mine ? '' : 'yes' })}>${t('inbox.mine')}</button>`}
      ${vehicle && html`<button class="chip" onClick=${() => refine({ vehicle: '' })}>${vehicle} ✕</button>`}
    </div>
    ${may('manager') && html`<p class="hint keys">${t('inbox.keys')}</p>`}`;
}
