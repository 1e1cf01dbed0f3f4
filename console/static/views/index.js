/** Views: the screens there are, in the order of the menu, and who is shown them. */

import { everywhere, may, user } from '../lib/session.js';
import { t } from '../lib/i18n.js';
import { html } from '../lib/html.js';
import { coming, counted, open } from '../lib/alerts.js';
import { waiting } from '../lib/objections.js';
import { Empty } from '../ui/parts.js';
import { lazy } from '../ui/lazy.js';

const FLEET = ['viewer', 'manager'];
const RATED = ['viewer', 'manager', 'underwriter', 'actuary'];
const INSURER = ['underwriter', 'actuary'];
const OWN = ['viewer', 'manager', 'driver'];
const RUNNING = ['admin'];

/** @typedef {{ path: string, title: string, view: any, one?: any, roles: string[], badge?: any, mine?: boolean, whole?: boolean, every?: boolean }} Screen  `whole`: of no use to who sees but sites, `every`: but some fleets */

/** @type {{ name: string, screens: Screen[] }[]} */
const ALL = [
  {
    name: 'fleet',
    screens: [
      { path: '/me', title: 'screen.me', view: lazy(() => import('./driver.js'), 'Mine'), roles: ['driver'], mine: true },
      { path: '/', title: 'screen.live', view: lazy(() => import('./live.js'), 'Live', true), roles: FLEET },
      { path: '/alerts', title: 'screen.alerts', view: lazy(() => import('./inbox.js'), 'Inbox', true), one: lazy(() => import('./alert.js'), 'Alert'), roles: OWN, badge: Open },
      { path: '/objections', title: 'screen.objections', view: lazy(() => import('./objections.js'), 'Objections'), roles: OWN, badge: Objected },
      { path: '/today', title: 'screen.today', view: lazy(() => import('./today.js'), 'Today'), roles: FLEET },
      { path: '/tasks', title: 'screen.tasks', view: lazy(() => import('./tasks.js'), 'Tasks'), roles: FLEET },
      { path: '/trips', title: 'screen.trips', view: lazy(() => import('./trips.js'), 'Trips'), one: lazy(() => import('./trip.js'), 'Trip'), roles: OWN },
      { path: '/drivers', title: 'screen.drivers', view: lazy(() => import('./drivers.js'), 'Drivers'), one: lazy(() => import('./driver.js'), 'Driver'), roles: [...OWN, ...INSURER] },
      { path: '/hours', title: 'screen.hours', view: lazy(() => import('./hours.js'), 'Hours'), roles: OWN },
      { path: '/assignments', title: 'screen.assignments', view: lazy(() => import('./registry.js'), 'Assignments'), roles: ['manager'], whole: true },
      { path: '/tyres', title: 'screen.tyres', view: lazy(() => import('./tyres.js'), 'Tyres'), roles: FLEET },
      { path: '/devices', title: 'screen.devices', view: lazy(() => import('./devices.js'), 'Devices'), roles: FLEET },
      { path: '/report', title: 'screen.report', view: lazy(() => import('./report.js'), 'Report'), roles: FLEET },
      { path: '/settings', title: 'screen.settings', view: lazy(() => import('./settings.js'), 'Settings'), roles: ['manager'], whole: true },
    ],
  },
  {
    name: 'pricing',
    screens: [
      { path: '/portfolio', title: 'screen.portfolio', view: lazy(() => import('./portfolio.js'), 'Portfolio'), roles: INSURER },
      { path: '/premiums', title: 'screen.premiums', view: lazy(() => import('./premiums.js'), 'Premiums'), one: lazy(() => import('./premium.js'), 'Premium'), roles: RATED },
      { path: '/fleets', title: 'screen.fleets', view: lazy(() => import('./fleets.js'), 'Fleets'), one: lazy(() => import('./fleets.js'), 'Fleet'), roles: INSURER },
      { path: '/claims', title: 'screen.claims', view: lazy(() => import('./behind.js'), 'Claims'), roles: INSURER },
      { path: '/days', title: 'screen.days', view: lazy(() => import('./behind.js'), 'Days'), roles: INSURER },
      { path: '/factors', title: 'screen.factors', view: lazy(() => import('./factors.js'), 'Factors'), one: lazy(() => import('./factors.js'), 'Factor'), roles: INSURER },
      { path: '/lift', title: 'screen.lift', view: lazy(() => import('./lift.js'), 'Lift'), roles: INSURER },
      { path: '/models', title: 'screen.models', view: lazy(() => import('./models.js'), 'Models'), one: lazy(() => import('./models.js'), 'Model'), roles: INSURER, every: true },
      { path: '/tariffs', title: 'screen.tariffs', view: lazy(() => import('./tariffs.js'), 'Tariffs'), roles: INSURER },
      { path: '/disputes', title: 'screen.disputes', view: lazy(() => import('./disputes.js'), 'Disputes'), one: lazy(() => import('./dispute.js'), 'Dispute'), roles: INSURER },
      { path: '/acceptances', title: 'screen.acceptances', view: lazy(() => import('./acceptances.js'), 'Acceptances'), one: lazy(() => import('./acceptances.js'), 'Acceptance'), roles: INSURER },
      { path: '/ledger', title: 'screen.ledger', view: lazy(() => import('./ledger.js'), 'Ledger'), one: lazy(() => import('./entry.js'), 'Entry'), roles: INSURER },
      { path: '/runs', title: 'screen.runs', view: lazy(() => import('./runs.js'), 'Runs'), roles: INSURER, every: true },
    ],
  },
  {
    name: 'system',
    screens: [
      { path: '/health', title: 'screen.health', view: lazy(() => import('./health.js'), 'Health'), roles: RUNNING },
      { path: '/quarantine', title: 'screen.quarantine', view: lazy(() => import('./quarantine.js'), 'Quarantine'), one: lazy(() => import('./aside.js'), 'Aside'), roles: RUNNING },
      { path: '/registry', title: 'screen.registry', view: lazy(() => import('./registry.js'), 'Registry'), roles: ['manager'], whole: true },
      { path: '/users', title: 'screen.users', view: lazy(() => import('./users.js'), 'Users'), roles: RUNNING },
      { path: '/audit', title: 'screen.audit', view: lazy(() => import('./audit.js'), 'Audit'), roles: RUNNING },
      { path: '/configuration', title: 'screen.configuration', view: lazy(() => import('./configuration.js'), 'Configuration'), roles: RUNNING },
    ],
  },
];

/** Those that whoever is signed in may see. */
export function ROOMS() {
  const seen = ALL.map((room) => ({ ...room, screens: room.screens.filter((one) => shown(one)) }));
  return seen.filter((room) => room.screens.length);
}

/** @param {Screen} one */
function shown({ mine, whole, every, roles }) {
  const fleets = user.value?.grants.some(({ site }) => !site);
  return mine ? user.value?.driver_id : may(...roles) && (!whole || fleets) && (!every || everywhere());
}

/** The screen for an address. @param {string[]} parts @returns {Screen} */
export function found(parts) {
  const path = `/${parts[0] ?? ''}`;
  const screens = [...ROOMS().flatMap((room) => room.screens), ACCOUNT];
  const at = (/** @type {string} */ wanted) => screens.find((one) => one.path === wanted);
  return at(path) ?? (path === '/' ? at('/me') ?? at('/portfolio') ?? screens[0] : undefined) ?? MISSING;
}

/** Everybody's own; its way is in the header. @type {Screen} */
const ACCOUNT = { path: '/account', title: 'screen.account', view: lazy(() => import('./account.js'), 'Account'), roles: [] };

/** @type {Screen} */
const MISSING = { path: '', title: 'screen.missing', view: Missing, roles: [] };

function Missing() {
  return html`<h1>${t('screen.missing')}</h1><${Empty} text=${t('missing')} />`;
}

function Open() {
  return html`<${Count} n=${(coming.value && counted.value) || open.value.length} more=${coming.value && !counted.value} />`;
}

function Objected() {
  return html`<${Count} n=${waiting.value} />`;
}

/** @param {{ n: number, more?: boolean }} given  `more`: these are not all */
function Count({ n, more = false }) {
  return n ? html`<span class="count">${n}${more ? '+' : ''}</span>` : null;
}
