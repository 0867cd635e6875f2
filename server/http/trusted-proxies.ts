import express from 'express';

/** Returns whether an address is of a proxy whose word is taken. @param trusted - Express's `trust proxy`: addresses, blocks, and `loopback` */
export function proxyTest(trusted: readonly string[]): (address: string) => boolean {
  if (trusted.length === 0) return () => false;
  const app = express();
  app.set('trust proxy', [...trusted]);
  const trusts = app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  return (address) => address !== '' && trusts(address, 0);
}
