// The dialog that asks for the API key, changes it or forgets it.
import { Button, Dialog } from '@graphiql/react';
import { useState, type FormEvent } from 'react';
import { keepKey } from './apiKey';
import { problemWithKey } from './gateway';

interface Props {
  open: boolean;
  storedKey: string | null;
  /** Why it opened by itself, if it did. */
  reason: string | null;
  onClose(): void;
}

export function KeyDialog({ open, onClose, ...rest }: Props) {
  return (
    <Dialog open={open} onOpenChange={isOpen => !isOpen && onClose()}>
      <KeyForm onClose={onClose} {...rest} />
    </Dialog>
  );
}

function KeyForm({ storedKey, reason, onClose }: Omit<Props, 'open'>) {
  const [key, setKey] = useState('');
  const [shown, setShown] = useState(false);
  const [checking, setChecking] = useState(false);
  const [problem, setProblem] = useState(reason);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const given = key.trim();
    setChecking(true);
    const found = await problemWithKey(given);
    setChecking(false);
    setProblem(found);
    if (found !== null) return;
    keepKey(given);
    onClose();
  }

  function forget() {
    keepKey(null);
    setProblem(null);
  }

  return (
    <form className="ide-key" onSubmit={event => void submit(event)}>
      <div className="graphiql-dialog-header">
        <Dialog.Title className="graphiql-dialog-title">API key</Dialog.Title>
        <Dialog.Close />
      </div>
      <div className="ide-key-body">
        <Dialog.Description className="ide-key-text">
          {storedKey === null
            ? 'Your key tells the server whose accounts to show. It is kept in this browser, and sent as '
            : `The key ${masked(storedKey)} is kept in this browser, and sent as `}
          <code>X-API-Key</code> with every request to this server.
        </Dialog.Description>
        <label htmlFor="ide-key-input">{storedKey === null ? 'API key' : 'New API key'}</label>
        <div className="ide-key-field">
          <input
            id="ide-key-input"
            type={shown ? 'text' : 'password'}
            value={key}
            onChange={event => setKey(event.target.value)}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            autoFocus
            required
            aria-invalid={problem !== null}
            aria-describedby="ide-key-problem"
          />
          <button type="button" className="graphiql-un-styled" aria-pressed={shown} onClick={() => setShown(!shown)}>
            {shown ? 'Hide' : 'Show'}
          </button>
        </div>
        <p id="ide-key-problem" className="ide-key-problem" role="alert">
          {problem}
        </p>
        <div className="ide-key-actions">
          {storedKey !== null && (
            <Button type="button" onClick={forget}>
              Forget key
            </Button>
          )}
          <Button type="submit" className="ide-primary" disabled={checking || key.trim() === ''}>
            {checking ? 'Checking…' : 'Use this key'}
          </Button>
        </div>
      </div>
    </form>
  );
}

/** Enough of a key to tell two apart, not enough to use it. */
export function masked(key: string): string {
  return key.length > 8 ? `…${key.slice(-4)}` : '…';
}
