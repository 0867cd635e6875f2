/**
 * The release of Go whose crypto/x509 and net/url are followed: Rekor 1.5.4 behaves as Go 1.25, rekor-tiles 2.4.1 as Go
 * 1.27. Tried with both, byte by byte, by the programs that `docs/differences.md` names.
 */
export type GoRelease = 'go1.25' | 'go1.27';
