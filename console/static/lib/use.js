/** Use: what a screen needs from the server, asked again when the question changes or the server says so. */

import { useEffect, useState } from 'preact/hooks';
import { get } from './api.js';
import { held, on } from './stream.js';

export const LATELY_S = 60; // how old a list may be that somebody acts on

/**
 * @param {string | null} path  null: ask nothing yet
 * @param {Record<string, unknown>} query
 * @param {{ every_s?: number }} [how]  asked again so often while somebody looks; 0: only when the line has to catch up
 * @returns {{ data: any, error: Error | null, again: () => void }}
 */
export function use(path, query, { every_s = 0 } = {}) {
  const [found, put] = useState(/** @type {{ data: any, error: Error | null }} */ ({ data: null, error: null }));
  const [round, next] = useState(0);
  const key = JSON.stringify(query);
  useEffect(() => {
    if (path === null) return;
    const asked = new AbortController();
    get(path, query, asked.signal)
      .then((data) => put({ data, error: null }))
      .catch((error) => error.name === 'AbortError' || put((before) => ({ data: before.data, error })));
    return () => asked.abort();
  }, [path, key, round]);
  useEffect(() => {
    const stop = on('resync', () => next((k) => k + 1));
    return () => void stop();
  }, []);
  useEffect(() => {
    if (!every_s) return;
    const timer = setInterval(() => document.hidden || held.value || next((k) => k + 1), every_s * 1000);
    return () => clearInterval(timer);
  }, [every_s]);
  return { ...found, again: () => next((k) => k + 1) };
}
