// The dialog that asks whether a key that came in a link is to replace the one that is kept. It names both tenants: a
// link of a stranger may bring the stranger's key, and whatever is then entered would be theirs.
import { Button, Dialog } from '@graphiql/react';
import { useEffect, useState } from 'react';
import { keepKey, refuseOffer } from './apiKey';
import { tenantOf, type Tenant } from './gateway';
import { masked } from './KeyDialog';

interface Props {
  storedKey: string;
  offeredKey: string;
}

export function OfferedKeyDialog({ storedKey, offeredKey }: Props) {
  const tenants = useTenants(storedKey, offeredKey);
  const isGood = tenants !== null && !tenants.offered.isRefused;
  return (
    <Dialog open={tenants !== null} onOpenChange={isOpen => !isOpen && refuseOffer()}>
      <div className="ide-key">
        <div className="graphiql-dialog-header">
          <Dialog.Title className="graphiql-dialog-title">
            {isGood ? 'Change to the key of this link?' : 'The key of this link is not accepted'}
          </Dialog.Title>
          <Dialog.Close />
        </div>
        <div className="ide-key-body">
          <Dialog.Description className="ide-key-text">
            {isGood
              ? 'The link that you opened brings another API key. Change only if you trust who gave you the link: what you enter from then on goes to the tenant of that key.'
              : 'The server does not know it. The key that is kept in this browser stays.'}
          </Dialog.Description>
          {isGood && (
            <dl className="ide-key-tenants">
              <TenantOfKey title="Kept in this browser" tenant={tenants.stored} apiKey={storedKey} />
              <TenantOfKey title="In the link" tenant={tenants.offered} apiKey={offeredKey} />
            </dl>
          )}
          <div className="ide-key-actions">
            {isGood && (
              <Button type="button" onClick={() => keepKey(offeredKey)}>
                Use the key of the link
              </Button>
            )}
            <Button type="button" className="ide-primary" autoFocus onClick={refuseOffer}>
              Keep my key
            </Button>
          </div>
        </div>
      </div>
    </Dialog>
  );
}

function TenantOfKey({ title, tenant, apiKey }: { title: string; tenant: Tenant; apiKey: string }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>
        <strong>{tenant.name ?? 'A tenant that the server did not name'}</strong>
        <code>{masked(apiKey)}</code>
      </dd>
    </div>
  );
}

/** Whose keys they are, once the server has said so. A kept key that it refuses is replaced without a question. */
function useTenants(storedKey: string, offeredKey: string): { stored: Tenant; offered: Tenant } | null {
  const [tenants, setTenants] = useState<{ stored: Tenant; offered: Tenant } | null>(null);
  useEffect(() => {
    let isOver = false;
    void Promise.all([tenantOf(storedKey), tenantOf(offeredKey)]).then(([stored, offered]) => {
      if (isOver) return;
      if (stored.isRefused) keepKey(offeredKey);
      else setTenants({ stored, offered });
    });
    return () => {
      isOver = true;
    };
  }, [storedKey, offeredKey]);
  return tenants;
}
