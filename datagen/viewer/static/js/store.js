// State: what has been fetched and what is going on, in one object; a change draws the page anew.

const listeners = new Set();

export const state = {
  about: null,       // what the server says of itself
  place: {},         // see place.js
  list: null,        // the page of rows that is shown: {address, rows, next, previous, total, …}
  facets: null,
  detail: null,      // the record that is open
  last: null,        // the record that was open last, to find it again in the list
  progress: null,
  candidates: null,  // see choosing.js
  trouble: null,     // a sentence, where something could not be fetched
  saving: null,      // {key, kind} while a decision is on its way to the disk
  unsaved: null,     // {key, kind, …, message} a decision that did not get there
  said: "",          // for aria-live
  panel: null,       // "reasons" | "comment" | null: what is open above the decision bar
  areBoxesHidden: false,
};

export function change(changes) {
  Object.assign(state, changes);
  for (const listener of listeners) listener();
}

export function onChange(listener) {
  listeners.add(listener);
}

/** A small choice of the person at this browser, kept over reloads where the browser allows it. */
export function readChoice(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(`inspector.${name}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function keepChoice(name, value) {
  try {
    if (value === null) localStorage.removeItem(`inspector.${name}`);
    else localStorage.setItem(`inspector.${name}`, JSON.stringify(value));
  } catch {
    // A browser without storage forgets it; nothing else depends on it.
  }
}
