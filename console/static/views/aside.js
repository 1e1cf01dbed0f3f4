/** Aside: one payload that could not be used: why, every byte of it, and what is to become of it. */

import { html } from '../lib/html.js';
import { t, word } from '../lib/i18n.js';
import { number } from '../lib/format.js';
import { go } from '../lib/router.js';
import { unpacked } from '../lib/rows.js';
import { use } from '../lib/use.js';
import { Fact, Failed, Head, Time, Waiting } from '../ui/parts.js';
import { Decisions } from './quarantine.js';

const WIDE = 16; // bytes a line
const SHOWN = 4096; // the file has all of them

/** @param {{ parts: string[] }} given */
export function Aside({ parts: [, id] }) {
  const known = use(`quarantine/${encodeURIComponent(id)}`, {});
  if (known.error) return html`<${Failed} page error=${known.error} again=${known.again} />`;
  if (!known.data) return html`<${Waiting} />`;
  const one = known.data;
  const bytes = unpacked(one.body);
  return html`<${Head} title=${word('aside', one.reason)}><a href="#/quarantine">${t('screen.quarantine')}</a><${Decisions} said=${{ ids: [one.id] }} after=${() => go('/quarantine')} /><//>
    <dl class="facts card">
      <${Fact} label=${t('col.time')} value=${html`<${Time} at=${one.received_at} seconds=${true} />`} />
      <${Fact} label=${t('quarantine.topic')} value=${html`<code>${one.topic}</code>`} />
      <${Fact} label=${t('quarantine.detail')} value=${html`<code>${one.detail}</code>`} />
      <${Fact} label=${t('quarantine.bytes')} value=${number(bytes.length)} />
      <${Fact} label=${t('col.status')} value=${one.again ? t('quarantine.again') : '–'} />
    </dl>
    ${one.text !== null && html`<section class="card"><h2>${t('quarantine.text')}</h2><pre class="raw" tabindex="0">${one.text}</pre></section>`}
    <section class="card"><header class="head"><h2>${t('quarantine.raw')}</h2><div class="tools"><button onClick=${() => save(bytes, one.id)}>${t('quarantine.save')}</button></div></header>
      <pre class="raw" tabindex="0">${dump(bytes.subarray(0, SHOWN))}</pre>
      ${bytes.length > SHOWN && html`<p class="more">${t('quarantine.part', { shown: number(SHOWN), all: number(bytes.length) })}</p>`}</section>`;
}

/** Bytes as a debugger shows them: where, each in hexadecimal, and as letters. @param {Uint8Array} bytes */
function dump(bytes) {
  const hex = (/** @type {number} */ value, /** @type {number} */ wide) => value.toString(16).padStart(wide, '0');
  const lines = [];
  for (let at = 0; at < bytes.length; at += WIDE) {
    const some = [...bytes.subarray(at, at + WIDE)];
    const letters = some.map((one) => (one > 31 && one < 127 ? String.fromCharCode(one) : '.')).join('');
    lines.push(`${hex(at, 6)}  ${some.map((one) => hex(one, 2)).join(' ').padEnd(3 * WIDE)} ${letters}`);
  }
  return lines.join('\n');
}

/** @param {Uint8Array} bytes @param {string} name */
function save(bytes, name) {
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(new Blob([/** @type {BlobPart} */ (bytes)])), download: `${name}.bin` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
