import type { LogIdentity } from '../../contract.ts';

/** What the writer's thread is asked. */
export type WriterRequest =
  | { readonly op: 'create'; readonly value: LogIdentity }
  | { readonly op: 'commit'; readonly value: Uint8Array<ArrayBuffer> }
  | { readonly op: 'heartbeat'; readonly value: number }
  | { readonly op: 'close' };

/** Answered in the order asked. */
export type WriterReply =
  { readonly ok: true } | { readonly ok: false; readonly name: string; readonly message: string };
