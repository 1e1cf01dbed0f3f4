/** Drawer: one vehicle: what it does now, who drives it, its open alerts, and the ways on from here. */

import { html } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { freshness, lookOf, positions, tick } from '../lib/fleet.js';
import { order, open } from '../lib/alerts.js';
import { href, refine, route } from '../lib/router.js';
import { number, span } from '../lib/format.js';
import { may } from '../lib/session.js';
import { use } from '../lib/use.js';
import { Axles } from '../ui/axles.js';
import { Fact, Priority, Status, Time } from '../ui/parts.js';

/** @param {{ at: number, vehicle: import('../lib/fleet.js').Vehicle }} given */
export function Drawer({ at, vehicle }) {
  tick.value;
  const known = use(`vehicles/${vehicle.id}`, {});
  const more = { ...vehicle, ...known.data };
  const seen = !Number.isNaN(positions.age[at]);
  const mine = open.value.filter((one) => one.vehicle === vehicle.id).sort(order);
  const following = route.value.query.follow === 'yes';
  return html`<aside class="drawer" aria-label=${t('drawer.label', { vehicle: vehicle.vehicle_id })}>
    <header><h2>${vehicle.vehicle_id} ${more.plate && html`<small>${more.plate}</small>`}</h2>
      <button aria-label=${t('act.close')} onClick=${() => refine({ vehicle: '', follow: '' })}>✕</button></header>
    <p><${Status} status=${lookOf(at)} /> ${seen && html`<span class=${freshness(at)}>${t('drawer.fix', { time: span(positions.age[at]) })}</span>`}</p>
    <dl class="facts">
      <${Fact} label=${t('col.speed')} value=${seen ? number(positions.speed[at], 0, 'km/h') : '–'} />
      <${Fact} label=${t('col.driver')} value=${more.driver_id ? html`<a href=${href(`/drivers/${more.fleet_id}/${encodeURIComponent(more.driver_id)}`)}>${more.driver_id}</a>` : t('drawer.nobody')} />
      <${Fact} label=${t('col.class')} value=${word('class', more.class) || '–'} />
      <${Fact} label=${t('col.site')} value=${more.site || '–'} />
    </dl>
    ${more.tyres?.length ? html`<${Axles} tyres=${more.tyres} small=${true} />` : null}
    <h3>${t('drawer.alerts', { n: mine.length })}</h3>
    <ul class="plain">${mine.map((one) => html`<li key=${one.alert_id}><${Priority} priority=${one.priority} /> <a href=${href(`/alerts/${one.alert_id}`)}>${word('kind', one.kind)} ${one.subject}</a> <${Time} at=${one.last_seen} /></li>`)}</ul>
    <p class="choices">
      <button aria-pressed=${following} onClick=${() => refine({ follow: following ? '' : 'yes' })}>${t('drawer.follow')}</button>
      <a class="button" href=${href('/trips', { vehicle: vehicle.id })}>${t('screen.trips')}</a>
      <a class="button" href=${href('/tyres', { vehicle: vehicle.id })}>${t('screen.tyres')}</a>
      ${may('manager') && html`<a class="button" href=${href('/tasks', { make: vehicle.id })}>${t('alert.task')}</a>`}
    </p>
  </aside>`;
}
