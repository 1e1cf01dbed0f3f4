/** Sheet: styles of a third-party module, put in before our own when the module is first needed. */

/** @type {Map<string, Promise<void>>} */
const asked = new Map();

/** Done when they are in force, or cannot be had. @param {string} name  of a file in vendor/ */
export function sheet(name) {
  const found = asked.get(name) ?? put(new URL(`../vendor/${name}`, import.meta.url).href);
  asked.set(name, found);
  return found;
}

/** @param {string} href @returns {Promise<void>} */
function put(href) {
  const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href });
  return new Promise((done) => {
    link.onload = link.onerror = () => done();
    document.head.insertBefore(link, document.querySelector('link[rel="stylesheet"]'));
  });
}
