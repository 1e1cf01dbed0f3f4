/** Views: the screens there are, in the order of the menu, and who is shown them. */

import { may } from '../lib/session.js';
import { t } from '../lib/i18n.js';
import { html } from '../lib/html.js';
import { open } from '../lib/alerts.js';
import { Empty } from '../ui/parts.js';
import { Live } from './live.js';
import { Inbox } from './inbox.js';
import { Alert } from './alert.js';

const FLEET = ['viewer', 'manager', 'underwriter'];

/** @typedef {{ path: string, title: string, view: any, one?: any, roles: string[], badge?: any }} Screen */

/** @type {{ name: string, screens: Screen[] }[]} */
const ALL = [
  {
    name: 'fleet',
    screens: [
      { path: '/', title: 'screen.live', view: Live, roles: FLEET },
      { path: '/alerts', title: 'screen.alerts', view: Inbox, one: Alert, roles: FLEET, badge: Open },
    ],
  },
];

/** Those that whoever is signed in may see. */
export function ROOMS() {
  const seen = ALL.map((room) => ({ ...room, screens: room.screens.filter((one) => may(...one.roles)) }));
  return seen.filter((room) => room.screens.length);
}

/** The screen for an address. @param {string[]} parts @returns {Screen} */
export function found(parts) {
  const path = `/${parts[0] ?? ''}`;
  const screens = ROOMS().flatMap((room) => room.screens);
  return screens.find((one) => one.path === path) ?? (path === '/' ? screens[0] : undefined) ?? MISSING;
}

/** @type {Screen} */
const MISSING = { path: '', title: 'screen.missing', view: Missing, roles: [] };

function Missing() {
  return html`<h1>${t('screen.missing')}</h1><${Empty} text=${t('missing')} />`;
}

function Open() {
  return open.value.length ? html`<span class="count">${open.value.length}</span>` : null;
}
