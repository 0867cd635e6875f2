/**
 * Where a witness takes checkpoints: below its submission prefix, which may have a path of its own, as it has behind a
 * bastion. Undefined for what cannot be a prefix: anything but http or https, and URLs with a query, a fragment or a
 * password. c2sp.org/tlog-witness, "HTTP Interface".
 */
export function addCheckpointUrl(prefix: string): string | undefined {
  if (!prefix.isWellFormed() || !URL.canParse(prefix)) return undefined;
  const { href, protocol, username, password } = new URL(prefix);
  const isPlain = (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
  return isPlain && !/[?#]/.test(href) ? `${href}${href.endsWith('/') ? '' : '/'}add-checkpoint` : undefined;
}
