/** Settings: what a fleet has chosen for itself: thresholds, quiet hours, how it is called; and who has changed it. */

import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { route } from '../lib/router.js';
import { use } from '../lib/use.js';
import { Empty, Failed, Head, Time, Waiting } from '../ui/parts.js';
import { about, deed, spelt } from '../ui/spelt.js';
import { Table } from '../ui/table.js';
import { Choice } from '../ui/choice.js';
import { Channels, Quiet } from './settings_calls.js';
import { Thresholds } from './settings_limits.js';

export function Settings() {
  const known = use('settings', {});
  if (known.error) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const all = /** @type {{ fleet_id: string, name: string }[]} */ (known.data);
  if (!all.length) return html`<${Head} title=${t('screen.settings')} /><${Empty} text=${t('settings.none')} />`;
  const one = all.find((each) => each.fleet_id === route.value.query.fleet) ?? all[0];
  return html`<${Head} title=${t('screen.settings')} />
    <p class="hint">${t('settings.lead')}</p>
    ${all.length > 1 && html`<div class="filters"><${Choice} name="fleet" value=${one.fleet_id} label=${t('settings.fleet')} options=${all.map((each) => [each.fleet_id, each.name || each.fleet_id])} /></div>`}
    <${Sections} key=${one.fleet_id} at=${`settings/${encodeURIComponent(one.fleet_id)}`} />`;
}

/** @param {{ at: string }} given */
function Sections({ at }) {
  const history = use(`${at}/history`, {});
  const columns = [
    { key: 'at', label: t('col.time'), fixed: true, show: (/** @type {any} */ row) => html`<${Time} at=${row.at} />` },
    { key: 'by', label: t('col.who'), fixed: true },
    { key: 'action', label: t('col.what'), fixed: true, show: (/** @type {any} */ row) => html`${deed(row)} ${about(row)}` },
    { key: 'detail', label: t('settings.detail'), fixed: true, show: spelt },
  ];
  return html`<${Thresholds} at=${at} changed=${history.again} />
    <div class="cards"><${Quiet} at=${at} changed=${history.again} /><${Channels} at=${at} changed=${history.again} /></div>
    <section class="card"><h2>${t('settings.history')}</h2>
      ${history.error && html`<${Failed} error=${history.error} again=${history.again} />`}
      ${history.data && html`<${Table} caption=${t('settings.history')} columns=${columns} rows=${history.data} id=${(/** @type {any} */ row) => `${row.at} ${row.action} ${row.about}`} empty=${t('settings.unchanged')} />`}</section>`;
}
