/** People: somebody who is to do something: whoever looks, and those who are given something now, to choose from; any other name is taken too. */

import { html } from '../lib/html.js';
import { inOrder } from '../lib/i18n.js';
import { alerts } from '../lib/alerts.js';
import { user } from '../lib/session.js';

/** @param {{ label: string, first?: boolean }} given */
export function Assignee({ label, first = false }) {
  const names = [user.value?.login, ...[...alerts.value.values()].map((one) => one.assignee)];
  return html`<label>${label}<input name="assignee" list="people" autocomplete="off" data-first=${first || undefined} />
    <datalist id="people">${inOrder(new Set(names.filter(Boolean))).map((name) => html`<option key=${name} value=${name}></option>`)}</datalist></label>`;
}
