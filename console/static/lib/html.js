/** Html: markup in template strings, and the hooks that views use. */

import { h } from 'preact';
import htm from 'htm';

export const html = htm.bind(h);
export { render, Fragment } from 'preact';
export { useEffect, useLayoutEffect, useRef, useState, useMemo } from 'preact/hooks';
export { batch, computed, effect, signal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
