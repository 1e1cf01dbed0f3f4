/** Live: where the fleet is now, five numbers that filter it, the alerts beside it, one vehicle in a drawer. */

import { html, useMemo } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { countsOf, failed, load, loading, lookOf, roster, tick } from '../lib/fleet.js';
import { refine, route } from '../lib/router.js';
import { number } from '../lib/format.js';
import { line } from '../lib/stream.js';
import { Empty, Failed, Shape, Waiting } from '../ui/parts.js';
import { lazy } from '../ui/lazy.js';
import { Places, sited, within } from '../ui/places.js';
import { Vehicles } from './vehicles.js';
import { Inbox } from './inbox.js';

const TILES = /** @type {const} */ (['moving', 'idle', 'parked', 'silent', 'alert']);

const OVER = ['zones', 'heat']; // what may be laid over the map

const Drawer = lazy(() => import('./drawer.js'), 'Drawer');
const FleetMap = lazy(() => import('../map/map.js'), 'FleetMap', true);
const Tables = lazy(() => import('./over.js'), 'Tables', true);

export function Live() {
  const { status = '', vehicle = '', view = 'map', follow = '', over = '', fleet = '', site = '' } = route.value.query;
  const chosen = useMemo(() => roster.value.findIndex((one) => one.id === vehicle), [vehicle, roster.value]);
  const here = useMemo(() => {
    const of = within({ fleet, site });
    const found = roster.value.map(of);
    return (/** @type {number} */ i) => found[i] ?? true;
  }, [fleet, site, sited.value]);
  const wanted = useMemo(() => (/** @type {number} */ i) => here(i) && (!status || lookOf(i) === status), [status, here]);
  const table = html`<${Vehicles} wanted=${wanted} />${over && html`<${Tables} over=${over} />`}`;
  if (failed.value) return html`<${Failed} page error=${failed.value} again=${load} />`;
  if (loading.value) return html`<${Waiting} />`;
  return html`
    <h1 class="unseen">${t('screen.live')}</h1>
    <${Tiles} status=${status} here=${here} query=${route.value.query} />
    <div class=${`picture ${fading()}`}>
      <section class="place" aria-label=${t('screen.live')}>
        <div class="switch" role="group" aria-label=${t('live.view')}>
          ${['map', 'table'].map((one) => html`<button aria-pressed=${view === one} onClick=${() => refine({ view: one === 'map' ? '' : one })}>${t(`live.${one}`)}</button>`)}
        </div>
        <div class="switch over" role="group" aria-label=${t('over.label')}><${Switches} over=${over} /></div>
        ${!roster.value.length && html`<${Empty} text=${t('live.empty')}><p><code>tripmeter-sim drive</code></p><//>`}
        ${view === 'table'
          ? table
          : html`<${FleetMap} instead=${table} wanted=${wanted} chosen=${chosen} follow=${follow === 'yes'} over=${over} choose=${(/** @type {number} */ i) => refine({ vehicle: roster.value[i]?.id ?? '' })} />`}
        ${chosen >= 0 && html`<${Drawer} key=${vehicle} at=${chosen} vehicle=${roster.value[chosen]} />`}
      </section>
      <aside aria-label=${t('screen.alerts')}><${Inbox} small=${true} /></aside>
    </div>`;
}

/** Old positions look old. */
function fading() {
  return line.value.state === 'live' || line.value.state === 'behind' ? '' : 'faded';
}

/** @param {{ status: string, here: (i: number) => boolean, query: Record<string, string> }} given */
function Tiles({ status, here, query }) {
  tick.value;
  const counts = countsOf(here);
  const n = TILES.reduce((sum, one) => sum + counts[one], 0);
  return html`<div class="tiles" role="group" aria-label=${t('live.filter')}>
    ${TILES.map((one) => html`<button class=${`tile ${one}`} aria-pressed=${status === one} onClick=${() => refine({ status: status === one ? '' : one })}>
      <${Shape} status=${one} /><b>${number(counts[one])}</b><span>${t(`status.${one}`)}</span></button>`)}
    <${Places} query=${query} />
    <p class="all">${t('live.of', { n: number(n) })}</p>
  </div>`;
}

/** @param {{ over: string }} given  names, commas between them */
function Switches({ over }) {
  const shown = over.split(',').filter(Boolean);
  const turned = (/** @type {string} */ name) => (shown.includes(name) ? shown.filter((one) => one !== name) : [...shown, name]).join(',');
  return html`${OVER.map((name) => html`<button key=${name} aria-pressed=${shown.includes(name)} onClick=${() => refine({ over: turned(name) })}>${t(`over.${name}`)}</button>`)}`;
}
