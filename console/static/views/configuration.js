/** Configuration: the settings that this service was started with, where each was said, secrets masked. */

import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { route } from '../lib/router.js';
import { use } from '../lib/use.js';
import { Failed, Head, Waiting } from '../ui/parts.js';
import { Table } from '../ui/table.js';
import { Field } from './trips.js';

export function Configuration() {
  const { q = '' } = route.value.query;
  const known = use('system/settings', {});
  if (known.error) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const wanted = (/** @type {any} */ { key, value, origin }) => `${key} ${value} ${origin}`.toLowerCase().includes(q.toLowerCase());
  return html`<${Head} title=${t('screen.configuration')} /><p class="hint">${t('configuration.lead')}</p>
    <div class="filters"><${Field} name="q" value=${q} label=${t('registry.find')} /></div>
    <${Table} caption=${t('screen.configuration')} columns=${columns()} rows=${known.data.filter(wanted)} id=${(/** @type {any} */ row) => row.key} />`;
}

function columns() {
  return ['key', 'value', 'origin'].map((key) => ({ key, label: t(`configuration.${key}`), show: (/** @type {any} */ row) => html`<code>${row[key]}</code>` }));
}
