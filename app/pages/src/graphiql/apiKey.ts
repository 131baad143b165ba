// Where the API key lives: in this browser's storage, shared by its tabs, and never in the address bar. A key that came
// in an address beside one that is stored is only offered: any page of any site can open such an address.
import { useSyncExternalStore } from 'react';
import { readStored, writeStored } from '../storedKey';

const listeners = new Set<() => void>();

// For a browser that denies storage: the key then lasts as long as the page.
let unstored: string | null = null;

let offered: string | null = null;

function readKey(): string | null {
  try {
    return readStored();
  } catch {
    return unstored;
  }
}

/** Keeps a key, or forgets it where it is null. A key that is offered is then out of the question. */
export function keepKey(key: string | null): void {
  unstored = key;
  offered = null;
  try {
    writeStored(key);
  } catch {
    // Storage is denied: `unstored` holds it.
  }
  for (const tell of listeners) tell();
}

/** Leaves the key that is stored as it is. */
export function refuseOffer(): void {
  offered = null;
  for (const tell of listeners) tell();
}

/** Takes the key out of a link that ends in `#key=…`, and the fragment out of the address bar and the history. */
function takeKeyFromAddress(): void {
  const given = /^#key=(.+)$/.exec(location.hash)?.[1];
  if (!given) return;
  history.replaceState(history.state, '', location.pathname + location.search);
  const key = decoded(given).trim();
  const stored = readKey();
  if (stored === null) keepKey(key);
  else offered = key === stored ? null : key;
  for (const tell of listeners) tell();
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray % in it: take it as it is written
  }
}

takeKeyFromAddress();
addEventListener('hashchange', takeKeyFromAddress);

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  addEventListener('storage', tell); // another tab of this browser changed it
  return () => {
    listeners.delete(tell);
    removeEventListener('storage', tell);
  };
}

export function useApiKey(): string | null {
  return useSyncExternalStore(subscribe, readKey);
}

/** The key that a link brought beside the one that is stored, until somebody has chosen. */
export function useOfferedKey(): string | null {
  return useSyncExternalStore(subscribe, () => offered);
}
