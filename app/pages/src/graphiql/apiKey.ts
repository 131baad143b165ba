// Where the API key lives: in this browser's storage, shared by its tabs, and never in the address bar.
import { useSyncExternalStore } from 'react';
import { readStored, writeStored } from '../storedKey';

const listeners = new Set<() => void>();

// For a browser that denies storage: the key then lasts as long as the page.
let unstored: string | null = null;

function readKey(): string | null {
  try {
    return readStored();
  } catch {
    return unstored;
  }
}

export function keepKey(key: string | null): void {
  unstored = key;
  try {
    writeStored(key);
  } catch {
    // Storage is denied: `unstored` holds it.
  }
  for (const tell of listeners) tell();
}

/** Takes the key out of a link that ends in `#key=…`, and the fragment out of the address bar and the history. */
function takeKeyFromAddress(): void {
  const given = /^#key=(.+)$/.exec(location.hash)?.[1];
  if (!given) return;
  history.replaceState(history.state, '', location.pathname + location.search);
  try {
    keepKey(decodeURIComponent(given).trim());
  } catch {
    keepKey(given.trim()); // a stray % in it: take it as it is written
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
