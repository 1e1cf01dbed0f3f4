/** Html: markup in template strings, and the hooks that views use. */

import { h } from 'preact';
import htm from 'htm';

export const html = htm.bind(h);
export { render } from 'preact';
export { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
export { useSignal } from '@preact/signals';
