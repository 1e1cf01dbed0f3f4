/** Tyres: every wheel against what it should hold, worst first; a sensor that says nothing is not a tyre that is well. */

import { html, useMemo } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { span, sure } from '../lib/format.js';
import { refine, route } from '../lib/router.js';
import { pages } from '../lib/pages.js';
import { LATELY_S, use } from '../lib/use.js';
import { LEAST_KPA } from '../charts/strips.js';
import { Trace } from '../charts/trace.js';
import { Axles, called, verdict } from '../ui/axles.js';
import { Failed, Head, Waiting } from '../ui/parts.js';
import { Places } from '../ui/places.js';
import { count, moment, share } from '../ui/columns.js';
import { Table } from '../ui/table.js';
import { Choice } from '../ui/choice.js';

const STATES = ['flat', 'low', 'silent', 'unknown', 'good'];

export function Tyres() {
  const { vehicle = '', state = '', fleet = '', site = '' } = route.value.query;
  const one = use(vehicle ? `vehicles/${vehicle}/tyres` : null, {}, { every_s: LATELY_S });
  const list = pages(vehicle ? null : 'tyres', { fleet, site, state }, { every_s: LATELY_S });
  const known = vehicle ? one : list;
  const rows = useMemo(() => wheels(known.data), [known.data]);
  if (known.error && !known.data) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const shown = rows.filter((/** @type {any} */ row) => !state || row.verdict === state);
  return html`<${Head} title=${vehicle ? t('tyres.of', { vehicle: vehicle.slice(vehicle.indexOf('/') + 1) }) : t('screen.tyres')} />
    <div class="filters">
      <${Choice} name="state" value=${state} label=${t('col.state')} options=${[['', t('inbox.any')], ...STATES.map((one) => [one, t(`tyres.${one}`)])]} />
      ${!vehicle && html`<${Places} query=${route.value.query} />`}
      ${vehicle && html`<button class="chip" onClick=${() => refine({ vehicle: '' })}>${vehicle} ✕</button>`}
    </div>
    ${vehicle && rows.length > 0 && html`<section class="card"><${Axles} tyres=${rows} /></section>`}
    ${vehicle && known.data.history?.length > 0 && html`<section class="card"><h2>${t('tyres.history')}</h2><${History} rows=${known.data.history} /></section>`}
    <${Table} caption=${t('screen.tyres')} columns=${columns()} rows=${shown} list=${vehicle ? undefined : list} all=${vehicle || !list.data?.cursor ? shown.length : null} id=${(/** @type {any} */ row) => `${row.vehicle} ${row.wheel}`} empty=${t('tyres.empty')} />`;
}

/** The wheels of a vehicle, or of all vehicles as they come; of each the worst first. @param {any} data @returns {any[]} */
function wheels(data) {
  const vehicles = data?.items ?? (data ? [data] : []);
  return vehicles.flatMap((/** @type {any} */ one) => one.tyres.map((/** @type {any} */ tyre) => ({ ...tyre, vehicle: one.vehicle, fleet_id: one.fleet_id, site: one.site, verdict: verdict(tyre) })).sort(worst));
}

/** What each wheel held, by the hours, on one axis of time. @param {{ rows: any[] }} given */
function History({ rows }) {
  const times = [...new Set(rows.flatMap((one) => one.t))].sort((a, b) => a - b);
  const strips = rows.map((one) => {
    const held = new Map(one.t.map((/** @type {number} */ at, /** @type {number} */ k) => [at, one.cold_kpa[k]]));
    const limit = one.placard_kpa ? { limit: times.map(() => one.placard_kpa) } : {};
    return { key: `${one.wheel}`, unit: 'kPa', least: LEAST_KPA, lines: [{ key: `${one.wheel}`, values: times.map((at) => held.get(at) ?? null) }], ...limit };
  });
  return html`<${Trace} caption=${t('tyres.history_lead')} times=${times} strips=${strips} dated />`;
}

/** @param {any} a @param {any} b */
function worst(a, b) {
  return STATES.indexOf(a.verdict) - STATES.indexOf(b.verdict) || (a.share ?? 9) - (b.share ?? 9);
}

function columns() {
  return [
    { key: 'vehicle', label: t('col.vehicle'), show: (/** @type {any} */ row) => html`<button class="link" onClick=${() => refine({ vehicle: row.vehicle })}>${row.vehicle.slice(row.vehicle.indexOf('/') + 1)}</button>` },
    { key: 'wheel', label: t('tyres.wheel') },
    { key: 'verdict', label: t('col.state'), by: (/** @type {any} */ row) => STATES.indexOf(row.verdict), show: (/** @type {any} */ row) => html`<span class=${`wheel-state ${row.verdict}`}>${called(row)}</span>` },
    share('share', t('tyres.share')),
    { ...count('cold_kpa', t('tyres.cold'), 0, 'kPa'), show: (/** @type {any} */ row) => sure(row.cold_kpa, 0, 'kPa') },
    count('placard_kpa', t('tyres.placard'), 0, 'kPa'),
    count('slope_kpa_h', t('tyres.slope'), 2),
    { key: 'hours_to_threshold', label: t('tyres.hours'), number: true, unit: 'h', show: (/** @type {any} */ row) => (row.hours_to_threshold === null || row.hours_to_threshold === undefined ? '–' : span(row.hours_to_threshold * 3600)) },
    moment('at', t('tyres.at')),
  ];
}
