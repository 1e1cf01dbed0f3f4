/** Kept: what this browser remembers of how its reader likes things; never what it was shown. */

/** @param {string} name @returns {string | null} */
export function kept(name) {
  try {
    return localStorage.getItem(`tripmeter.${name}`);
  } catch {
    return null; // storage is forbidden here: every visit begins anew
  }
}

/** @param {string} name @param {string} value */
export function keep(name, value) {
  try {
    localStorage.setItem(`tripmeter.${name}`, value);
  } catch {
    // as above
  }
}
