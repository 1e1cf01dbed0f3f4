/** Audit: who did what, in a chain in which nothing can be altered unseen. */

import { html, useSignal } from '../lib/html.js';
import { language, t, words } from '../lib/i18n.js';
import { get } from '../lib/api.js';
import { midnight } from '../lib/zoned.js';
import { pages } from '../lib/pages.js';
import { route } from '../lib/router.js';
import { Choice } from '../ui/choice.js';
import { moment } from '../ui/columns.js';
import { Failed, Head, Waiting } from '../ui/parts.js';
import { Files } from '../ui/report.js';
import { about, deed, spelt } from '../ui/spelt.js';
import { Table } from '../ui/table.js';
import { Field } from './trips.js';

const DEED = 'deed.'; // of the catalogue's keys: actions in words

export function Audit() {
  const { actor = '', action = '', fleet = '', from = '', to = '' } = route.value.query;
  const asked = { actor, action, fleet, from: from && midnight(from), to: to && midnight(to, 1) };
  const known = pages('audit', asked);
  const verdict = useSignal(/** @type {any} */ (null));
  const verify = async () => (verdict.value = await get('audit/verify').catch((error) => ({ error })));
  return html`<${Head} title=${t('screen.audit')}><${Files} path="audit" query=${asked} /><button onClick=${verify}>${t('ledger.verify')}</button><//>
    ${verdict.value?.error && html`<${Failed} error=${verdict.value.error} />`}
    ${verdict.value && !verdict.value.error && html`<div class=${`notice ${verdict.value.good ? '' : 'bad'}`} role="status">${t(verdict.value.good ? 'audit.good' : 'audit.bad')}</div>`}
    <div class="filters" role="group" aria-label=${t('inbox.filters')}>
      <${Field} name="actor" value=${actor} label=${t('col.who')} />
      <${Choice} name="action" value=${action} label=${t('audit.action')} options=${[['', t('inbox.any')], ...deeds()]} />
      <${Field} name="fleet" value=${fleet} label=${t('col.fleet')} />
      <${Field} name="from" value=${from} label=${t('trips.from')} type="date" />
      <${Field} name="to" value=${to} label=${t('trips.to')} type="date" />
    </div>
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${Table} caption=${t('screen.audit')} columns=${columns()} rows=${known.data.items} list=${known} id=${(/** @type {any} */ row) => String(row.id)} />` : !known.error && html`<${Waiting} />`}`;
}

/** What may have been done, by its words. */
function deeds() {
  const known = Object.entries(words.value).filter(([key]) => key.startsWith(DEED));
  return known.map(([key, text]) => [key.slice(DEED.length), text]).sort(([, a], [, b]) => a.localeCompare(b, language.value));
}

function columns() {
  return [
    moment('at', t('col.time')),
    { key: 'actor', label: t('col.who') },
    { key: 'action', label: t('col.what'), show: deed },
    { key: 'fleet_id', label: t('col.fleet') },
    { key: 'about', label: t('audit.about'), show: about },
    { key: 'detail', label: t('quarantine.detail'), show: spelt },
  ];
}
