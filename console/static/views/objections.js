/** Objections: what drivers have to say about alerts, and what they are told; those that wait come first. */

import { html, useEffect, useSignal } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { href, route } from '../lib/router.js';
import { may } from '../lib/session.js';
import { on } from '../lib/stream.js';
import { pages } from '../lib/pages.js';
import { LATELY_S } from '../lib/use.js';
import { Answer } from '../ui/answer.js';
import { Choice } from '../ui/choice.js';
import { DriverLink, VehicleLink } from '../ui/links.js';
import { Failed, Head, Time, Waiting } from '../ui/parts.js';
import { Places } from '../ui/places.js';
import { Table } from '../ui/table.js';

const STATES = ['waiting', 'answered'];

export function Objections() {
  const { state = '', fleet, site } = route.value.query;
  const asked = useSignal(/** @type {any} */ (null));
  const known = pages('objections', { state, fleet, site }, { every_s: LATELY_S });
  useEffect(() => {
    const stop = on('alert', ({ objection }) => objection && known.again());
    return () => void stop();
  }, []);
  return html`<${Head} title=${t('screen.objections')} /><p class="hint">${t(may('manager') ? 'objections.lead' : 'objections.lead_own')}</p>
    <div class="filters"><${Choice} name="state" value=${state} label=${t('col.state')} options=${[['', t('inbox.any')], ...STATES.map((one) => [one, t(`objection.${one}`)])]} /><${Places} query=${route.value.query} /></div>
    ${known.error && html`<${Failed} error=${known.error} again=${known.again} />`}
    ${known.data ? html`<${Table} caption=${t('screen.objections')} columns=${columns((row) => (asked.value = row))} rows=${known.data.items} list=${known} id=${(/** @type {any} */ row) => row.alert_id} empty=${t('objections.empty')} />` : !known.error && html`<${Waiting} />`}
    ${asked.value && html`<${Answer} alert=${asked.value.alert_id} note=${asked.value.note} done=${known.again} leave=${() => (asked.value = null)} />`}`;
}

/** @param {(row: any) => void} ask */
function columns(ask) {
  const answering = may('manager');
  const driver = (/** @type {any} */ row) => html`<${DriverLink} fleet=${row.vehicle.slice(0, row.vehicle.indexOf('/'))} id=${row.driver_id} name=${row.driver_name} />`;
  return [
    { key: 'at', label: t('col.time'), show: (/** @type {any} */ row) => html`<${Time} at=${row.at} />` },
    { key: 'kind', label: t('screen.alert'), show: (/** @type {any} */ row) => html`<a href=${href(`/alerts/${row.alert_id}`)}>${word('kind', row.kind)}</a>` },
    { key: 'vehicle', label: t('col.vehicle'), show: (/** @type {any} */ row) => html`<${VehicleLink} id=${row.vehicle} />` },
    ...(may('viewer', 'manager') ? [{ key: 'driver_id', label: t('col.driver'), by: (/** @type {any} */ row) => row.driver_name || row.driver_id, show: driver }] : []),
    { key: 'note', label: t('objections.said'), fixed: true },
    { key: 'state', label: t('col.state'), show: (/** @type {any} */ row) => html`<span class=${row.state === 'waiting' ? 'lasts' : ''}>${t(`objection.${row.state}`)}</span>` },
    { key: 'answer', label: t('objections.told'), fixed: true, show: (/** @type {any} */ row) => told(row) },
    ...(answering ? [{ key: 'act', label: t('col.actions'), fixed: true, unsaved: true, show: (/** @type {any} */ row) => html`<button onClick=${() => ask(row)}>${t(row.answer ? 'objections.again' : 'objections.answer')}</button>` }] : []),
  ];
}

/** What the driver was told, by whom. @param {any} row */
function told({ state, answer, answered_by, answered_at }) {
  if (!answer) return state === 'answered' ? t('objections.dismissed') : '–';
  return html`${answer} <small>${answered_by}, <${Time} at=${answered_at} /></small>`;
}
