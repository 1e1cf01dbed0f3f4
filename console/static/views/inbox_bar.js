/** Inbox bar: the heading of the list of alerts, its filters and its file. */

import { html, useEffect } from '../lib/html.js';
import { inOrder, t, word } from '../lib/i18n.js';
import { PRIORITIES, alerts, coming } from '../lib/alerts.js';
import { refine } from '../lib/router.js';
import { may } from '../lib/session.js';
import { Choice } from '../ui/choice.js';
import { Head } from '../ui/parts.js';
import { Places } from '../ui/places.js';

const SORTS = ['newest', 'loss'];
const GROUPS = ['vehicle', 'day'];
const STATES = ['open', 'acknowledged', 'shelved', 'resolved', 'dismissed'];

/** The rows as a file. */
async function saved() {
  const { save } = await import('../lib/csv.js');
  save(/** @type {Element} */ (document.querySelector('.inbox')), 'alerts');
}

/** @param {{ query: Record<string, string>, saving: import('@preact/signals').Signal<boolean>, away: '' | import('../lib/pages.js').Pages }} given  `away`: the list of those that were put away, if they are shown */
export function Bar({ query, saving, away }) {
  const partial = away ? Boolean(away.data?.cursor) && !away.full : coming.value;
  useEffect(() => {
    if (saving.value && partial && away) away.all(); // the file is to have all of them
    else if (saving.value && !partial) void saved().finally(() => (saving.value = false));
  }, [saving.value, partial, away && away.busy]);
  const kinds = inOrder(new Set([...alerts.value.values()].map((one) => one.kind)), (one) => word('kind', one));
  const { state = 'open,acknowledged', priority = '', kind = '', vehicle = '', mine = '', sort = '', group = '' } = query;
  return html`<${Head} title=${t('screen.alerts')}>
      <button onClick=${() => (saving.value = true)} disabled=${saving.value}>${t('act.csv')}</button>
    <//>
    <div class="filters" role="group" aria-label=${t('inbox.filters')}>
      <${Choice} name="state" value=${state} label=${t('col.state')} options=${[['open,acknowledged', t('inbox.standing')], ...STATES.map((one) => [one, t(`state.${one}`)])]} />
      <${Choice} name="priority" value=${priority} label=${t('col.priority')} options=${[['', t('inbox.any')], ...PRIORITIES.map((one) => [one, t(`priority.${one}`)])]} />
      <${Choice} name="kind" value=${kind} label=${t('col.kind')} options=${[['', t('inbox.any')], ...kinds.map((one) => [one, word('kind', one)])]} />
      ${!away && html`<${Choice} name="sort" value=${sort} label=${t('inbox.sort')} options=${[['', t('inbox.sort.urgency')], ...SORTS.map((one) => [one, t(`inbox.sort.${one}`)])]} />
        <${Choice} name="group" value=${group} label=${t('inbox.group')} options=${[['', t('inbox.group.none')], ...GROUPS.map((one) => [one, t(`inbox.group.${one}`)])]} />`}
      <${Places} query=${query} />
      ${may('manager') && html`<button aria-pressed=${mine === 'yes'} onClick=${() => refine({ mine: mine ? '' : 'yes' })}>${t('inbox.mine')}</button>`}
      ${vehicle && html`<button class="chip" onClick=${() => refine({ vehicle: '' })}>${vehicle} ✕</button>`}
    </div>
    ${may('manager') && html`<p class="hint keys">${t('inbox.keys')}</p>`}`;
}
