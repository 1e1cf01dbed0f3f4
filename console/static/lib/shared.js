/**
 * Shared: one line to the server for all tabs of a browser, which has six connections for it and would starve the seventh.
 *
 * One tab holds the line and tells the others what it hears. A lock says which; when that tab is closed, or leaves because
 * nobody looks at it, the next in line has it. Where tabs cannot find each other, each has a line of its own.
 */

/** @typedef {{ name: string, data: string, id: string }} Told  a message of the stream, or with the name `here`: somebody holds it */
/** @typedef {{ tell: (said: Told) => void, seize: () => void, leave: () => void }} Share */

/**
 * Take a place among the tabs that share `name`. `hold`: this one has the line now; `drop`: another has taken it;
 * `hear`: what the one that holds it tells. To `seize` it is for when that one does not answer any more.
 * @param {string} name @param {{ hold: () => void, drop: () => void, hear: (said: Told) => void }} on @returns {Share}
 */
export function join(name, on) {
  if (!navigator.locks || !window.BroadcastChannel) {
    on.hold();
    return { tell: () => {}, seize: () => {}, leave: () => {} };
  }
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }) => on.hear(data);
  const waiting = new AbortController();
  let left = () => {};
  const until = new Promise((/** @type {(value?: unknown) => void} */ done) => (left = done));
  let gone = false;
  const mine = () => {
    if (gone) return;
    on.hold();
    return until;
  };
  const ask = (/** @type {LockOptions} */ how) =>
    navigator.locks.request(name, how, mine).catch((/** @type {Error} */ error) => {
      if (gone || error.name !== 'AbortError') return;
      on.drop(); // somebody took it away: wait in line again
      ask({ signal: waiting.signal });
    });
  void ask({ signal: waiting.signal });
  return {
    tell: (said) => channel.postMessage(said),
    seize: () => void ask({ steal: true }),
    leave: () => {
      gone = true;
      waiting.abort();
      left();
      channel.close();
    },
  };
}
