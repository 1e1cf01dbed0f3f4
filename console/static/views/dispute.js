/** Dispute: what a fleet dismissed in full: what happened, the driver's words, and each premium with it and without it. */

import { html, useSignal } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { day, money, number } from '../lib/format.js';
import { href } from '../lib/router.js';
import { may } from '../lib/session.js';
import { use } from '../lib/use.js';
import { Fact, Failed, Filed, Head, Time, Waiting } from '../ui/parts.js';
import { Table } from '../ui/table.js';
import { Judge, choices, why } from './disputes.js';

/** @param {{ parts: string[] }} given */
export function Dispute({ parts: [, id] }) {
  const asked = useSignal(/** @type {{ action: string, rev: number } | null} */ (null));
  const known = use(`pricing/disputes/${encodeURIComponent(id)}`, {});
  if (known.error && !known.data) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const one = known.data;
  return html`<${Head} title=${one.kind ? word('kind', one.kind) : t('disputes.one')}><a href="#/disputes">${t('screen.disputes')}</a><//>
    <p class="badges"><b>${t(`dispute.${one.state}`)}</b>${one.judged_by && html` · ${one.judged_by}: ${one.judgement}`}</p>
    ${may('underwriter') && one.state === 'waiting' && html`<div class="choices">${choices((action) => (asked.value = { action, rev: one.action_id }))}</div>`}
    <${Facts} one=${one} />
    ${one.kind ? html`<${Happened} one=${one} />` : html`<p class="notice">${t('disputes.private')}</p>`}
    <section class="card"><h2>${t('disputes.effects')}</h2><p class="hint">${t('disputes.effects_lead')}</p><${Effects} rows=${one.effects} /></section>
    ${asked.value && html`<${Judge} id=${id} ...${asked.value} after=${known.again} leave=${() => (asked.value = null)} />`}`;
}

/** @param {{ one: any }} given */
function Facts({ one }) {
  return html`<dl class="facts card">
    <${Fact} label=${t('col.vehicle')} value=${html`<a href=${href(`/premiums/${one.vehicle}`)}>${one.vehicle}</a>`} />
    <${Fact} label=${t('disputes.by')} value=${one.actor} note=${html`<${Time} at=${one.at} />`} />
    ${one.kind && html`<${Fact} label=${t('col.why')} value=${why(one) || '–'} />
      <${Fact} label=${t('alert.first')} value=${html`<${Time} at=${one.first_seen} />`} /><${Fact} label=${t('alert.last')} value=${html`<${Time} at=${one.last_seen} />`} />
      <${Fact} label=${t('driver.level')} value=${number(one.level)} /><${Fact} label=${t('driver.times')} value=${number(one.count)} />`}
  </dl>`;
}

/** The events, and what the driver says. @param {{ one: any }} given */
function Happened({ one }) {
  const columns = [
    { key: 'start', label: t('col.time'), show: (/** @type {any} */ row) => html`<${Time} at=${row.start} seconds=${true} />` },
    { key: 'level', label: t('driver.level'), number: true },
    { key: 'peak', label: t('alert.worst'), number: true, show: (/** @type {any} */ row) => number(row.peak, 1, row.unit) },
    { key: 'threshold', label: t('alert.threshold'), number: true, show: (/** @type {any} */ row) => number(row.threshold, 1, row.unit) },
    { key: 'speed_kmh', label: t('col.speed'), number: true, show: (/** @type {any} */ row) => number(row.speed_kmh, 0, 'km/h') },
    { key: 'driver_id', label: t('col.driver'), show: (/** @type {any} */ row) => row.driver_id ?? t('drawer.nobody') },
    { key: 'rule', label: t('alert.rule'), show: (/** @type {any} */ row) => html`<code>${row.rule}</code> <small>${row.rule_version.slice(0, 8)}</small>` },
  ];
  return html`<section class="card"><h2>${t('disputes.events')}</h2><${Table} caption=${t('disputes.events')} columns=${columns} rows=${one.events} id=${(/** @type {any} */ row) => row.event_id} empty=${t('disputes.no_events')} /></section>
    <section class="card"><h2>${t('objections.said')}</h2>${one.objections.length ? one.objections.map((/** @type {string} */ said) => html`<blockquote>${said}</blockquote>`) : html`<p>${t('disputes.no_objection')}</p>`}</section>`;
}

/** @param {{ rows: any[] }} given */
function Effects({ rows }) {
  const cents = (/** @type {string} */ amount) => Math.round(Number(amount) * 100);
  const difference = (/** @type {any} */ row) => (cents(row.without) - cents(row.amount)) / 100;
  const columns = [
    { key: 'policy_id', label: t('premiums.policy') },
    { key: 'vehicle', label: t('col.vehicle') },
    { key: 'cover', label: t('premiums.cover'), show: (/** @type {any} */ row) => word('cover', row.cover) },
    { key: 'valid_from', label: t('premiums.term'), show: (/** @type {any} */ row) => `${day(row.valid_from)} – ${day(row.valid_to)}` },
    { key: 'amount', label: t('disputes.with'), number: true, by: (/** @type {any} */ row) => Number(row.amount), show: (/** @type {any} */ row) => html`${money(row.amount, row.currency)} <${Filed} status=${row.status} />` },
    { key: 'without', label: t('disputes.without'), number: true, by: (/** @type {any} */ row) => Number(row.without), show: (/** @type {any} */ row) => money(row.without, row.currency) },
    { key: 'difference', label: t('disputes.difference'), number: true, by: difference, show: (/** @type {any} */ row) => html`<b>${money(difference(row), row.currency)}</b>` },
  ];
  return html`<${Table} caption=${t('disputes.effects')} columns=${columns} rows=${rows} id=${(/** @type {any} */ row) => `${row.vehicle} ${row.policy_id} ${row.cover} ${row.valid_from}`} empty=${t('disputes.no_effects')} />`;
}
