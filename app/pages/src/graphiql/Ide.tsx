// GraphiQL joined to this server: its key, its examples, its name.
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { pick, useGraphiQL } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useApiKey, useOfferedKey } from './apiKey';
import { EXAMPLES_PLUGIN, Examples, type Example } from './examples';
import { fetcherFor, KEY_REFUSED } from './gateway';
import { KeyDialog, masked } from './KeyDialog';
import { OfferedKeyDialog } from './OfferedKeyDialog';
import { isFirstVisit, startingTab } from './start';

const PLUGINS = [EXAMPLES_PLUGIN, HISTORY_PLUGIN];

export function Ide({ examples }: { examples: readonly Example[] }) {
  const key = useApiKey();
  const offeredKey = useOfferedKey();
  const [asking, setAsking] = useState(key === null);
  const [refused, setRefused] = useState(false);
  const [tab] = useState(() => startingTab(examples));
  const [visiblePlugin] = useState(() => (isFirstVisit() ? EXAMPLES_PLUGIN.title : undefined));

  // However a key came, by the dialog, a link or another tab: it is not asked for again.
  useEffect(() => setAsking(key === null), [key]);

  const currentKey = useRef(key);
  currentKey.current = key;

  // A new key makes a new fetcher, and a new fetcher makes GraphiQL load the schema again.
  const fetcher = useMemo(() => {
    return fetcherFor(key ?? '', isRefused => {
      if (key !== currentKey.current) return; // the answer to a question that another key has replaced meanwhile
      setRefused(isRefused);
      if (isRefused) setAsking(true);
    });
  }, [key]);

  return (
    <Examples value={examples}>
      <GraphiQL
        fetcher={fetcher}
        schema={key === null ? null : undefined} // null: do not ask, there is no key to ask with
        plugins={PLUGINS}
        visiblePlugin={visiblePlugin}
        {...tab}
      >
        <GraphiQL.Logo>
          <div className="ide-bar">
            <span className="ide-name">Ingest gateway</span>
            <button
              type="button"
              className={`ide-key-button${key === null || refused ? ' missing' : ''}`}
              aria-haspopup="dialog"
              onClick={() => setAsking(true)}
            >
              <span className="ide-key-dot" aria-hidden="true" />
              {key === null ? 'Set API key' : `API key ${masked(key)}`}
            </button>
          </div>
        </GraphiQL.Logo>
        <SmallerText />
      </GraphiQL>
      <KeyDialog
        open={asking}
        storedKey={key}
        reason={key !== null && refused ? KEY_REFUSED : null}
        onClose={() => setAsking(false)}
      />
      {key !== null && offeredKey !== null && offeredKey !== key && (
        <OfferedKeyDialog key={offeredKey} storedKey={key} offeredKey={offeredKey} />
      )}
    </Examples>
  );
}

/** GraphiQL's 15 pixels cut an ordinary line of a nested query on a laptop's screen. */
function SmallerText() {
  const editors = useGraphiQL(pick('queryEditor', 'variableEditor', 'headerEditor', 'responseEditor'));
  useEffect(() => {
    for (const editor of Object.values(editors)) editor?.updateOptions({ fontSize: 13, lineHeight: 20 });
  }, [editors]);
  return null;
}
