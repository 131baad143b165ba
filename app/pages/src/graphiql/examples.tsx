// The Examples panel: the operation documents that the server offers, one click from running.
import { pick, useGraphiQL, useGraphiQLActions, type GraphiQLPlugin } from '@graphiql/react';
import { createContext, useContext, useState } from 'react';

export interface Example {
  folder: string;
  name: string;
  description: string;
  query: string;
  variables: string | null;
}

export const Examples = createContext<readonly Example[]>([]);

export async function fetchExamples(): Promise<Example[]> {
  try {
    const response = await fetch('/graphql/examples.json', { credentials: 'omit' });
    return response.ok ? ((await response.json()) as Example[]) : [];
  } catch {
    return []; // The editor is of use without them.
  }
}

export const EXAMPLES_PLUGIN: GraphiQLPlugin = { title: 'Examples', icon: ExamplesIcon, content: ExamplesPanel };

function ExamplesPanel() {
  const examples = useContext(Examples);
  const [wanted, setWanted] = useState('');
  const open = useOpenExample();
  const words = wanted.toLowerCase().split(/\s+/);
  const found = examples.filter(example => {
    const text = `${example.folder} ${example.name} ${example.description}`.toLowerCase();
    return words.every(word => text.includes(word));
  });
  const folders = Map.groupBy(found, example => example.folder);

  return (
    <section className="ide-examples" aria-label="Examples">
      <h2 className="graphiql-doc-explorer-title">Examples</h2>
      <input
        type="search"
        className="ide-examples-search"
        placeholder="Filter examples…"
        aria-label="Filter examples"
        value={wanted}
        onChange={event => setWanted(event.target.value)}
      />
      {found.length === 0 && <p className="ide-examples-none">{examples.length ? 'Nothing matches.' : 'The server offers none.'}</p>}
      {[...folders].map(([folder, ofFolder]) => (
        <section key={folder} aria-labelledby={`ide-examples-${folder}`}>
          <h3 id={`ide-examples-${folder}`}>{folder}</h3>
          <ul>
            {ofFolder.map(example => (
              <li key={example.name}>
                <button type="button" className="graphiql-un-styled" onClick={() => open(example)}>
                  <span className="ide-examples-name">
                    {example.name}
                    {isMutation(example) && <span className="ide-examples-kind">mutation</span>}
                  </span>
                  <span className="ide-examples-description">{example.description}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </section>
  );
}

function isMutation({ query }: Example): boolean {
  return /^mutation\b/m.test(query);
}

/** Opens an example in a tab of its own, or goes to the tab in which it is already open and unchanged. */
function useOpenExample(): (example: Example) => void {
  const { addTab, changeTab } = useGraphiQLActions();
  const { tabs, queryEditor, variableEditor } = useGraphiQL(pick('tabs', 'queryEditor', 'variableEditor'));
  return ({ query, variables }) => {
    const at = tabs.findIndex(tab => tab.query === query && (tab.variables ?? '') === (variables ?? ''));
    if (at >= 0) {
      changeTab(at);
      return;
    }
    addTab();
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables ?? '');
  };
}

function ExamplesIcon() {
  return (
    <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" aria-hidden="true">
      <path d="M2.75 4.75v10.5c0 .55.45 1 1 1h12.5c.55 0 1-.45 1-1v-8c0-.55-.45-1-1-1H9.5l-2-2.5H3.75c-.55 0-1 .45-1 1Z" />
      <path d="m8.5 9 3.5 2.25L8.5 13.5Z" fill="currentColor" />
    </svg>
  );
}
