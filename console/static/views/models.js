/** Models: those that were fitted, and how good each is on data it is held against: lift, order, dislocation. */

import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { phrase } from '../lib/phrase.js';
import { number } from '../lib/format.js';
import { href, route } from '../lib/router.js';
import { use } from '../lib/use.js';
import { Empty, Fact, Failed, Head, Waiting } from '../ui/parts.js';
import { Files, Section } from '../ui/report.js';
import { Table } from '../ui/table.js';
import { Choice } from '../ui/choice.js';
import { drawn } from './lift.js';

const LIST = 'pricing/models';

/** @typedef {{ file: string, name: string, problem: string, response: string, exposure: string }} Model */
/** @typedef {{ file: string, columns: string[], numeric: string[], problem: string }} Data */

export function Models() {
  const known = use(LIST, {});
  if (known.error) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const { configured, models, data } = known.data;
  const named = (/** @type {Model} */ row) => (row.problem ? html`<code>${row.file}</code> <small>${t('models.broken')} <code>${row.problem}</code></small>` : html`<a href=${href(`/models/${encodeURIComponent(row.file)}`)}>${row.name}</a> <code>${row.file}</code>`);
  const plain = (/** @type {string} */ key, digits = 0) => ({ key, label: t(`models.${key}`), number: true, show: (/** @type {any} */ row) => (row.problem ? '–' : number(row[key], digits)) });
  const columns = [
    { key: 'name', label: t('column.model'), show: named },
    { key: 'family', label: t('models.family'), show: (/** @type {any} */ row) => phrase(row.family) },
    { key: 'response', label: t('models.response'), show: (/** @type {any} */ row) => html`<code>${row.response}</code>` },
    plain('rows'), plain('weight', 2), plain('aic', 2),
  ];
  const held = [
    { key: 'file', label: t('models.file'), show: (/** @type {Data} */ row) => html`<code>${row.file}</code>` },
    { key: 'columns', label: t('models.columns'), fixed: true, show: (/** @type {Data} */ row) => html`<code>${row.problem || row.columns.join(', ')}</code>` },
  ];
  if (!configured) return html`<${Head} title=${t('screen.models')} /><${Empty} text=${t('models.none')} />`;
  return html`<${Head} title=${t('screen.models')} /><p class="hint">${t('models.lead')}</p>
    <${Table} caption=${t('screen.models')} columns=${columns} rows=${models} id=${(/** @type {Model} */ row) => row.file} empty=${t('models.empty')} />
    <section class="card"><h2>${t('models.data')}</h2><${Table} caption=${t('models.data')} name="data" columns=${held} rows=${data} id=${(/** @type {Data} */ row) => row.file} /></section>`;
}

/** @param {{ parts: string[] }} given */
export function Model({ parts: [, file] }) {
  const { data = '', against = '', by = '', before = '' } = route.value.query;
  const asked = { data, ...(data && { against, by, before }) };
  const shelf = use(LIST, {});
  const path = `${LIST}/${encodeURIComponent(file)}`;
  const known = use(path, asked);
  if (shelf.error) return html`<${Failed} page error=${shelf.error} again=${shelf.again} />`;
  if (!shelf.data) return html`<${Waiting} />`;
  const one = shelf.data.models.find((/** @type {Model} */ each) => each.file === file);
  return html`<${Head} title=${one?.name || file}><a href="#/models">${t('screen.models')}</a>${known.data && html`<${Files} path=${path} query=${asked} kinds=${['html', 'xlsx']} />`}<//>
    <${Against} shelf=${shelf.data} one=${one} chosen=${{ data, against, by, before }} />
    ${known.error ? html`<${Failed} error=${known.error} again=${known.again} />` : !known.data ? html`<${Waiting} />` : html`<dl class="facts card">${Object.entries(known.data.facts).map(([name, value]) => html`<${Fact} key=${name} label=${phrase(name)} value=${phrase(String(value))} />`)}</dl>
      ${known.data.sections.map((/** @type {any} */ part) => html`<${Section} key=${part.name} part=${part} charts=${drawn(part, true)} own=${true} />`)}`}`;
}

/** What it is held against. @param {{ shelf: { models: Model[], data: Data[] }, one: Model | undefined, chosen: Record<string, string> }} given */
function Against({ shelf, one, chosen }) {
  const data = shelf.data.find((each) => each.file === chosen.data);
  const none = [['', t('models.nothing')]];
  const others = shelf.models.filter((each) => !each.problem && each.file !== one?.file && each.response === one?.response && each.exposure === one?.exposure);
  return html`<div class="filters"><${Choice} name="data" value=${chosen.data} label=${t('models.held')} options=${[['', t('models.itself')], ...shelf.data.filter((each) => !each.problem).map((each) => [each.file, each.file])]} />
    ${data && html`<${Choice} name="against" value=${chosen.against} label=${t('models.against')} options=${[...none, ...others.map((each) => [each.file, each.name])]} />
      <${Choice} name="by" value=${chosen.by} label=${t('models.by')} options=${[['', t('models.each')], ...data.columns.map((each) => [each, each])]} />
      <${Choice} name="before" value=${chosen.before} label=${t('models.before')} options=${[...none, ...data.numeric.map((each) => [each, each])]} />`}</div>`;
}
