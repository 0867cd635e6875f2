import { listenAddress } from '../values/network-values.ts';
import { optional, setting } from '../values/setting.ts';
import { listAddress } from '../values/list-address.ts';
import { choice, duration, path } from '../values/values.ts';
import { MINUTE } from './units.ts';

export const SHARED = {
  shared: optional(
    listAddress,
    "List of records by which several machines share one log: in an object store that creates objects conditionally, found by the usual variables of AWS, or in a table of PostgreSQL. --data is this machine's copy then: docs/scale-out.md. Not together with --dev, --read-only, --begin, --witness or --witness-for.",
  ),
  lead: setting(
    choice('yes', 'no'),
    'yes',
    'Whether this machine may lead a shared log. One that may not needs no keys, but --shared-secret.',
  ),
  lease: setting(
    duration(500, 10 * MINUTE),
    '10s',
    'Time without a record after which another machine leads a shared log. The same on all machines.',
  ),
  sharedListen: optional(
    listenAddress,
    'Address and port where other machines of a shared log send their entries to this one; the host of --listen and a free port unless given.',
  ),
  sharedSecret: optional(
    path,
    'File whose first line is the secret by which machines of a shared log know each other. Made from the signing keys unless given.',
  ),
  sharedStandby: setting(
    choice('require', 'none'),
    'require',
    'Whether PostgreSQL must replicate a shared log synchronously. With none a failover may lose entries that were acknowledged, unless the storage below the database is replicated.',
  ),
};
