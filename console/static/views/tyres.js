/** Tyres: every wheel against what it should hold, worst first; a sensor that says nothing is not a tyre that is well. */

import { html, useMemo } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { number, percent, span, sure } from '../lib/format.js';
import { refine, route } from '../lib/router.js';
import { LATELY_S, use } from '../lib/use.js';
import { Trace } from '../charts/trace.js';
import { Axles, called, verdict } from '../ui/axles.js';
import { Failed, Head, Time, Waiting } from '../ui/parts.js';
import { Places, within } from '../ui/places.js';
import { Table } from '../ui/table.js';
import { Choice } from '../ui/choice.js';

const STATES = ['flat', 'low', 'silent', 'unknown', 'good'];

export function Tyres() {
  const { vehicle = '', state = '' } = route.value.query;
  const known = use(vehicle ? `vehicles/${vehicle}/tyres` : 'tyres', vehicle ? {} : { limit: 1000 }, { every_s: LATELY_S });
  const rows = useMemo(() => wheels(known.data).sort(worst), [known.data]);
  if (known.error && !known.data) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const shown = rows.filter((/** @type {any} */ row) => (!state || row.verdict === state) && (vehicle || within(route.value.query)(row)));
  return html`<${Head} title=${vehicle ? t('tyres.of', { vehicle: vehicle.slice(vehicle.indexOf('/') + 1) }) : t('screen.tyres')} />
    <div class="filters">
      <${Choice} name="state" value=${state} label=${t('col.state')} options=${[['', t('inbox.any')], ...STATES.map((one) => [one, t(`tyres.${one}`)])]} />
      ${!vehicle && html`<${Places} query=${route.value.query} />`}
      ${vehicle && html`<button class="chip" onClick=${() => refine({ vehicle: '' })}>${vehicle} ✕</button>`}
    </div>
    ${vehicle && rows.length > 0 && html`<section class="card"><${Axles} tyres=${rows} /></section>`}
    ${vehicle && known.data.history?.length > 0 && html`<section class="card"><h2>${t('tyres.history')}</h2><${History} rows=${known.data.history} /></section>`}
    <${Table} caption=${t('screen.tyres')} columns=${columns()} rows=${shown} id=${(/** @type {any} */ row) => `${row.vehicle} ${row.wheel}`} empty=${t('tyres.empty')} />`;
}

/** The wheels of a vehicle, or of all. @param {any} data @returns {any[]} */
function wheels(data) {
  const vehicles = data?.items ?? (data ? [data] : []);
  return vehicles.flatMap((/** @type {any} */ one) => one.tyres.map((/** @type {any} */ tyre) => ({ ...tyre, vehicle: one.vehicle, fleet_id: one.fleet_id, site: one.site, verdict: verdict(tyre) })));
}

/** What each wheel held, by the hours, on one axis of time. @param {{ rows: any[] }} given */
function History({ rows }) {
  const times = [...new Set(rows.flatMap((one) => one.t))].sort((a, b) => a - b);
  const strips = rows.map((one) => {
    const held = new Map(one.t.map((/** @type {number} */ at, /** @type {number} */ k) => [at, one.cold_kpa[k]]));
    const limit = one.placard_kpa ? { limit: times.map(() => one.placard_kpa) } : {};
    return { key: `${one.wheel}`, unit: 'kPa', values: times.map((at) => held.get(at) ?? null), ...limit };
  });
  return html`<${Trace} caption=${t('tyres.history_lead')} times=${times} strips=${strips} />`;
}

/** @param {any} a @param {any} b */
function worst(a, b) {
  return STATES.indexOf(a.verdict) - STATES.indexOf(b.verdict) || (a.share ?? 9) - (b.share ?? 9) || (a.vehicle < b.vehicle ? -1 : 1);
}

function columns() {
  return [
    { key: 'vehicle', label: t('col.vehicle'), show: (/** @type {any} */ row) => html`<button class="link" onClick=${() => refine({ vehicle: row.vehicle })}>${row.vehicle.slice(row.vehicle.indexOf('/') + 1)}</button>` },
    { key: 'wheel', label: t('tyres.wheel') },
    { key: 'verdict', label: t('col.state'), by: (/** @type {any} */ row) => STATES.indexOf(row.verdict), show: (/** @type {any} */ row) => html`<span class=${`wheel-state ${row.verdict}`}>${called(row)}</span>` },
    { key: 'share', label: t('tyres.share'), number: true, show: (/** @type {any} */ row) => percent(row.share) },
    { key: 'cold_kpa', label: t('tyres.cold'), number: true, show: (/** @type {any} */ row) => sure(row.cold_kpa, 0, 'kPa') },
    { key: 'placard_kpa', label: t('tyres.placard'), number: true, show: (/** @type {any} */ row) => number(row.placard_kpa, 0, 'kPa') },
    { key: 'slope_kpa_h', label: t('tyres.slope'), number: true, show: (/** @type {any} */ row) => number(row.slope_kpa_h, 2) },
    { key: 'hours_to_threshold', label: t('tyres.hours'), number: true, show: (/** @type {any} */ row) => (row.hours_to_threshold === null || row.hours_to_threshold === undefined ? '–' : span(row.hours_to_threshold * 3600)) },
    { key: 'at', label: t('tyres.at'), show: (/** @type {any} */ row) => html`<${Time} at=${row.at} />` },
  ];
}
