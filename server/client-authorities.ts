import type { Settings } from '../host/settings/table.ts';

/**
 * Returns what reads the authorities, PEM, whose client certificates this server asks for in each handshake; undefined where it asks
 * for none: it has no TLS, or its access file no `mtls`. That is decided at the start.
 *
 * @throws FileRefused, or the system's error for a file that cannot be read
 */
export async function clientAuthorities({
  access,
  tlsCert,
}: Pick<Settings, 'access' | 'tlsCert'>): Promise<(() => readonly string[]) | undefined> {
  if (access === undefined || tlsCert === undefined) return undefined;
  const { readAccessFile } = await import('../host/access/access-file.ts');
  const { authoritiesPem } = await import('../host/access/mtls.ts');
  const read = (): readonly string[] | undefined => authoritiesPem(readAccessFile(access).mtls);
  let known = read();
  if (known === undefined) return undefined;
  return () => {
    try {
      known = read();
    } catch {
      return known ?? []; // a file with a fault is told of where it is read to be in force: TLS files can be renewed all the same
    }
    return known ?? [];
  };
}
