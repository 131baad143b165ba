// What is on the screen when the page opens: what was there last, else a first example with the list of all.
import type { Example } from './examples';

export interface StartingTab {
  initialQuery?: string;
  initialVariables?: string;
}

interface StoredTabs {
  tabs: { query: string | null; variables: string | null }[];
  activeTabIndex: number;
}

/** GraphiQL stores its tabs, but puts only the first one's query back into the editors: we hand it the open one's. */
export function startingTab(examples: readonly Example[]): StartingTab {
  const stored = storedTabs();
  if (stored !== null) {
    const tab = stored.tabs[stored.activeTabIndex];
    return { initialQuery: tab?.query ?? '', initialVariables: tab?.variables ?? '' };
  }
  const first = examples.find(({ name }) => name === 'AccountsOverview') ?? examples[0];
  return first ? { initialQuery: first.query, initialVariables: first.variables ?? '' } : {};
}

/** A first visit shows the examples; afterwards the panels are as they were left. */
export function isFirstVisit(): boolean {
  return stored('visiblePlugin') === null;
}

function storedTabs(): StoredTabs | null {
  try {
    const tabs = JSON.parse(stored('tabState') ?? 'null') as StoredTabs | null;
    return tabs?.tabs.length ? tabs : null;
  } catch {
    return null;
  }
}

function stored(name: string): string | null {
  try {
    return localStorage.getItem(`graphiql:${name}`);
  } catch {
    return null; // the browser denies storage
  }
}
