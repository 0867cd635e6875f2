/** Where a signer outside of this process is reached, as a key setting names it. */
export type SignerPlace =
  | { readonly way: 'unix'; readonly path: string }
  | { readonly way: 'exec'; readonly command: string; readonly args: readonly string[] };

/** Reads `signer:unix:PATH` and `signer:exec:COMMAND ARGS`; undefined for anything else, such as the path of a key file. */
export function signerPlace(text: string): SignerPlace | undefined {
  const [, way, rest = ''] = /^signer:(unix|exec):(.+)$/.exec(text) ?? [];
  if (way === 'unix') return { way, path: rest };
  const [command = '', ...args] = rest.split(' ').filter((word) => word !== '');
  return way === 'exec' && command !== '' ? { way, command, args } : undefined;
}
