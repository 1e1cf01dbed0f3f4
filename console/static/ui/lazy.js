/** Lazy: a part of the console whose module is fetched when it is first shown, so that the first page is small. */

import { html, useEffect, useSignal } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { sheet } from '../lib/sheet.js';
import { Failed, Waiting } from './parts.js';

/**
 * A component out of a module that is not here yet.
 * @param {() => Promise<any>} load  the module
 * @param {string} name  of the component in it
 * @param {boolean} [plain]  it needs none of the styles that come later
 */
export function lazy(load, name, plain = false) {
  /** @type {any} */
  let known = null;
  return function Lazy(/** @type {any} */ given) {
    const found = useSignal(known);
    const lost = useSignal(false);
    useEffect(() => {
      if (known) return;
      Promise.all([load(), plain || sheet('later.css')]).then(([module]) => (found.value = known = module[name]), () => (lost.value = true));
    }, []);
    if (lost.value) return html`<${Failed} page error=${new Error(t('problem.module'))} again=${() => location.reload()} />`;
    return found.value ? html`<${found.value} ...${given} />` : html`<${Waiting} />`;
  };
}
