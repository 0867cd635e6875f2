import { RecordLogRefused } from '../../record-log.ts';

/** Where a table of records is. */
export interface PostgresAddress {
  /** One for each host, in the order in which they are tried. They may have a password. */
  readonly servers: readonly string[];
  /** The same for people: hosts and database. */
  readonly name: string;
  readonly table: string;
}

const STANDARD_TABLE = 'stele_records';

/**
 * Reads `postgres://[USER[:PASSWORD]@]HOST[:PORT][,HOST[:PORT]…]/DATABASE[?PARAMETERS]`: the parameters are those of libpq, and `table`.
 * The program behind may also be told by the variables of libpq, `PGPASSWORD` for one.
 *
 * @throws RecordLogRefused
 */
export function postgresAddress(text: string): PostgresAddress {
  const parts = /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?([^@/?#]+)\/([^/?#]+)(?:\?([^#]*))?$/.exec(text);
  if (parts === null)
    throw new RecordLogRefused('the address of the shared log is not postgres://HOST[:PORT][,HOST[:PORT]]/DATABASE');
  const [, user, hosts = '', database = '', query = ''] = parts;
  const parameters = new URLSearchParams(query);
  const table = parameters.get('table') ?? STANDARD_TABLE;
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(table))
    throw new RecordLogRefused(`the table ${table} of the shared log is no name of lower-case letters, digits and _`);
  parameters.delete('table');
  const rest = parameters.size > 0 ? `?${parameters.toString()}` : '';
  const before = user === undefined ? '' : `${user}@`;
  const servers = hosts.split(',').map((host) => `postgres://${before}${host}/${database}${rest}`);
  return { servers, name: `postgres://${hosts}/${database}, table ${table}`, table };
}
