/** Health: how the stream runs: what is behind, what waits, what was set aside. */

import { html, useEffect } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import '../lib/phrase.js';
import { number, span } from '../lib/format.js';
import { use } from '../lib/use.js';
import { Fact, Failed, Head, Time, Waiting } from '../ui/parts.js';
import { Table } from '../ui/table.js';

const EVERY_MS = 5000;

export function Health() {
  const known = use('system/health', {});
  useEffect(() => {
    const timer = setInterval(known.again, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  if (known.error && !known.data) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const one = known.data;
  return html`<${Head} title=${t('screen.health')} />
    <dl class="facts card">
      <${Fact} label=${t('health.at')} value=${html`<${Time} at=${one.at} seconds=${true} />`} /><${Fact} label=${t('health.newest')} value=${html`<${Time} at=${one.newest} seconds=${true} />`} />
      <${Fact} label=${t('health.behind')} value=${span(one.behind_s)} />
      ${Object.entries(one.commit_ms).map(([name, value]) => html`<${Fact} label=${t('health.commit', { name })} value=${number(/** @type {number} */ (value), Number(value) < 10 ? 1 : 0, 'ms')} />`)}
      <${Fact} label=${t('health.revisions')} value=${number(one.revisions)} /><${Fact} label=${t('health.unsettled')} value=${number(one.unsettled)} />
      <${Fact} label=${t('health.disk')} value=${number(one.disk_free_mb === null ? null : one.disk_free_mb / 1000, 1, 'GB')} />
    </dl>
    <div class="cards">
      <section class="card"><h2>${t('health.counters')}</h2><${Counts} name="counters" counts=${one.counters} /></section>
      <section class="card"><h2>${t('health.aside')}</h2><${Counts} name="aside" counts=${one.set_aside} /></section>
    </div>
    <section class="card"><h2>${t('health.sinks')}</h2><${Sinks} rows=${one.sinks} /></section>`;
}

/** @param {{ name: string, counts: Record<string, number> }} given */
function Counts({ name, counts }) {
  const rows = Object.entries(counts).map(([key, value]) => ({ key, value }));
  const columns = [
    { key: 'key', label: t('col.what'), fixed: true, show: (/** @type {any} */ row) => word(name, row.key) },
    { key: 'value', label: t('health.number'), number: true, fixed: true, show: (/** @type {any} */ row) => number(row.value) },
  ];
  return html`<${Table} caption=${t(`health.${name}`)} columns=${columns} rows=${rows} id=${(/** @type {any} */ row) => row.key} />`;
}

/** @param {{ rows: any[] }} given */
function Sinks({ rows }) {
  const columns = [
    { key: 'name', label: t('health.sink'), show: (/** @type {any} */ row) => html`<code>${row.name}</code>` },
    { key: 'waiting', label: t('health.waiting'), number: true },
    { key: 'oldest_s', label: t('health.oldest'), number: true, show: (/** @type {any} */ row) => span(row.oldest_s) },
    { key: 'undelivered', label: t('health.undelivered'), number: true },
  ];
  return html`<${Table} caption=${t('health.sinks')} columns=${columns} rows=${rows} id=${(/** @type {any} */ row) => row.name} />`;
}
