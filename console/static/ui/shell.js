/** Shell: what stays while screens change: header, the state of the line, the ways to go, the place screens are in. */

import { html, useEffect, useLayoutEffect, useRef, useSignal } from '../lib/html.js';
import { LANGUAGES, language, speak, t } from '../lib/i18n.js';
import { href, route } from '../lib/router.js';
import { meta, signOut, user } from '../lib/session.js';
import { signedOut } from '../lib/api.js';
import { keepFocus } from '../lib/focus.js';
import { zone } from '../lib/format.js';
import { theme, turn } from '../lib/theme.js';
import { ROOMS, found } from '../views/index.js';
import { lazy } from './lazy.js';
import { Line, Lost } from './line.js';
import { Notices } from './notices.js';
import { Search } from './search.js';

const entry = () => import('../views/sign_in.js');
const SignIn = lazy(entry, 'SignIn', true);
const NewPassword = lazy(entry, 'NewPassword', true);
const SignInAgain = lazy(entry, 'SignInAgain');

export function Shell() {
  return html`
    <div id="say-polite" class="unseen" aria-live="polite"></div>
    <div id="say-assertive" class="unseen" aria-live="assertive"></div>
    ${!user.value ? html`<${SignIn} />` : user.value.must_change ? html`<${NewPassword} />` : html`<${Inside} />`}
    ${user.value && signedOut.value && html`<${SignInAgain} />`}`;
}

function Inside() {
  const main = useRef(/** @type {HTMLElement | null} */ (null));
  const first = useRef(true);
  const screen = found(route.value.parts);
  const title = t(screen.title);
  useLayoutEffect(() => {
    document.title = `${title} – Tripmeter`; // until the screen's own heading is there
  }, [title]);
  useEffect(() => {
    if (!first.current) main.current?.focus({ preventScroll: true });
    if (!first.current) scrollTo(0, 0);
    first.current = false;
  }, [route.value.path]);
  useEffect(() => keepFocus(/** @type {HTMLElement} */ (main.current)), []);
  return html`
    <a class="skip" href="#main" onClick=${(/** @type {Event} */ event) => { event.preventDefault(); main.current?.focus(); }}>${t('shell.skip')}</a>
    <${Header} />
    <div class="frame">
      <${Ways} />
      <main id="main" tabindex="-1" ref=${main}>
        <${Lost} />
        <${route.value.parts.length > 1 && screen.one ? screen.one : screen.view} key=${route.value.path} parts=${route.value.parts} />
      </main>
    </div>
    <${Notices} />`;
}

function Header() {
  const mode = meta.value?.data_mode ?? 'live';
  return html`<header class="bar">
    <a class="brand" href="#/"><svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true"><path d="M4 22a12 12 0 1 1 24 0" /><path d="m16 22 6-9" /></svg>Tripmeter</a>
    <span class=${`mode ${mode}`}>${t(`mode.${mode}`)}</span>
    <${Line} />
    <${Search} />
    <span class="zone" title=${t('shell.zone')}>${zone.value}</span>
    <div class="own">
      <select aria-label=${t('shell.language')} value=${language.value} onChange=${(/** @type {any} */ event) => speak(event.target.value)}>
        ${Object.entries(LANGUAGES).map(([tag, name]) => html`<option value=${tag} lang=${tag}>${name}</option>`)}
      </select>
      <button onClick=${turn} aria-pressed=${theme.value === 'dark'}>${t('shell.dark')}</button>
      <a class="zone" href="#/account" title=${t('screen.account')}>${user.value?.login}</a>
      <button onClick=${signOut}>${t('shell.sign_out')}</button>
    </div>
  </header>`;
}

function Ways() {
  const shut = useSignal(true); // where there is no room for it beside the screen
  useEffect(() => void (shut.value = true), [route.value.path]);
  const key = (/** @type {KeyboardEvent} */ event) => event.key === 'Escape' && (shut.value = true);
  return html`<nav class=${`ways ${shut.value ? 'shut' : ''}`} aria-label=${t('shell.ways')} onKeyDown=${key}>
    <button class="menu" aria-expanded=${!shut.value} aria-controls="ways" onClick=${() => (shut.value = !shut.value)}><span aria-hidden="true">☰</span> ${t('shell.ways')}</button>
    <div id="ways">${ROOMS().map(
      (room) => html`<div key=${room.name}><h2>${t(`room.${room.name}`)}</h2><ul>
        ${room.screens.map((screen) => html`<li key=${screen.path}><a href=${href(screen.path)} aria-current=${current(screen.path)}>${t(screen.title)}${screen.badge ? html` <${screen.badge} />` : null}</a></li>`)}
      </ul></div>`,
    )}</div>
  </nav>`;
}

/** @param {string} path */
function current(path) {
  const here = `/${route.value.parts[0] ?? ''}`;
  return here === path ? 'page' : undefined;
}
