/** Views: the screens there are, in the order of the menu, and who is shown them. */

import { may, user } from '../lib/session.js';
import { t } from '../lib/i18n.js';
import { html } from '../lib/html.js';
import { open } from '../lib/alerts.js';
import { Empty } from '../ui/parts.js';
import { Alert } from './alert.js';
import { Audit } from './audit.js';
import { Devices } from './devices.js';
import { Disputes } from './disputes.js';
import { Driver, Mine } from './driver.js';
import { Drivers } from './drivers.js';
import { Factor, Factors } from './factors.js';
import { Health } from './health.js';
import { Hours } from './hours.js';
import { Inbox } from './inbox.js';
import { Ledger } from './ledger.js';
import { Live } from './live.js';
import { Portfolio } from './portfolio.js';
import { Premium } from './premium.js';
import { Premiums } from './premiums.js';
import { Quarantine } from './quarantine.js';
import { Registry } from './registry.js';
import { Tasks } from './tasks.js';
import { Today } from './today.js';
import { Trip } from './trip.js';
import { Trips } from './trips.js';
import { Tyres } from './tyres.js';
import { Users } from './users.js';

const FLEET = ['viewer', 'manager'];
const RATED = ['viewer', 'manager', 'underwriter', 'actuary'];
const INSURER = ['underwriter', 'actuary'];
const OWN = ['viewer', 'manager', 'driver'];
const RUNNING = ['admin'];

/** @typedef {{ path: string, title: string, view: any, one?: any, roles: string[], badge?: any, mine?: boolean }} Screen */

/** @type {{ name: string, screens: Screen[] }[]} */
const ALL = [
  {
    name: 'fleet',
    screens: [
      { path: '/me', title: 'screen.me', view: Mine, roles: ['driver'], mine: true },
      { path: '/', title: 'screen.live', view: Live, roles: FLEET },
      { path: '/alerts', title: 'screen.alerts', view: Inbox, one: Alert, roles: OWN, badge: Open },
      { path: '/today', title: 'screen.today', view: Today, roles: FLEET },
      { path: '/tasks', title: 'screen.tasks', view: Tasks, roles: FLEET },
      { path: '/trips', title: 'screen.trips', view: Trips, one: Trip, roles: OWN },
      { path: '/drivers', title: 'screen.drivers', view: Drivers, one: Driver, roles: [...OWN, ...INSURER] },
      { path: '/hours', title: 'screen.hours', view: Hours, roles: OWN },
      { path: '/tyres', title: 'screen.tyres', view: Tyres, roles: FLEET },
      { path: '/devices', title: 'screen.devices', view: Devices, roles: FLEET },
    ],
  },
  {
    name: 'pricing',
    screens: [
      { path: '/portfolio', title: 'screen.portfolio', view: Portfolio, roles: INSURER },
      { path: '/premiums', title: 'screen.premiums', view: Premiums, one: Premium, roles: RATED },
      { path: '/factors', title: 'screen.factors', view: Factors, one: Factor, roles: INSURER },
      { path: '/disputes', title: 'screen.disputes', view: Disputes, roles: INSURER },
      { path: '/ledger', title: 'screen.ledger', view: Ledger, roles: INSURER },
    ],
  },
  {
    name: 'system',
    screens: [
      { path: '/health', title: 'screen.health', view: Health, roles: RUNNING },
      { path: '/quarantine', title: 'screen.quarantine', view: Quarantine, roles: RUNNING },
      { path: '/registry', title: 'screen.registry', view: Registry, roles: ['manager'] },
      { path: '/users', title: 'screen.users', view: Users, roles: RUNNING },
      { path: '/audit', title: 'screen.audit', view: Audit, roles: RUNNING },
    ],
  },
];

/** Those that whoever is signed in may see. */
export function ROOMS() {
  const seen = ALL.map((room) => ({ ...room, screens: room.screens.filter((one) => (one.mine ? user.value?.driver_id : may(...one.roles))) }));
  return seen.filter((room) => room.screens.length);
}

/** The screen for an address. @param {string[]} parts @returns {Screen} */
export function found(parts) {
  const path = `/${parts[0] ?? ''}`;
  const screens = ROOMS().flatMap((room) => room.screens);
  const at = (/** @type {string} */ wanted) => screens.find((one) => one.path === wanted);
  return at(path) ?? (path === '/' ? at('/me') ?? at('/portfolio') ?? screens[0] : undefined) ?? MISSING;
}

/** @type {Screen} */
const MISSING = { path: '', title: 'screen.missing', view: Missing, roles: [] };

function Missing() {
  return html`<h1>${t('screen.missing')}</h1><${Empty} text=${t('missing')} />`;
}

function Open() {
  return open.value.length ? html`<span class="count">${open.value.length}</span>` : null;
}
