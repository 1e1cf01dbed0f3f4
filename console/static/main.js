/** Main: wakes the console up: words, colours, who is here, the line to the server, then the screen. */

import { dress } from './lib/theme.js';
import { preferred, speak } from './lib/i18n.js';
import { html, render } from './lib/html.js';
import { may, recognise, user } from './lib/session.js';
import * as alerts from './lib/alerts.js';
import * as clock from './lib/clock.js';
import * as fleet from './lib/fleet.js';
import * as objections from './lib/objections.js';
import { on, open } from './lib/stream.js';
import { effect } from '@preact/signals';
import { Shell } from './ui/shell.js';

dress();
await speak(preferred());
await recognise();
render(html`<${Shell} />`, /** @type {HTMLElement} */ (document.getElementById('app')));

let begun = false;
effect(() => {
  if (!user.value || user.value.must_change || begun) return;
  begun = true;
  queueMicrotask(begin); // what it reads is not what this waits for
});

function begin() {
  on('health', clock.keep);
  if (may('viewer', 'manager')) void fleet.follow();
  if (may('viewer', 'manager', 'driver')) void alerts.follow();
  if (may('manager')) void objections.follow();
  open(user.value?.login ?? '');
}
