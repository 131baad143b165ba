// The API key that the pages of this server share in the browser's storage.
const STORED_AS = 'ingest-gateway:api-key';

/** The key; null where there is none. Throws where the browser denies storage. */
export function readStored(): string | null {
  return localStorage.getItem(STORED_AS);
}

/** Keeps the key, or forgets it where it is null. Throws where the browser denies storage. */
export function writeStored(key: string | null): void {
  if (key === null) localStorage.removeItem(STORED_AS);
  else localStorage.setItem(STORED_AS, key);
}

/** The key, where there is one and the browser lets us have it. */
export function storedKey(): string | null {
  try {
    return readStored();
  } catch {
    return null;
  }
}
