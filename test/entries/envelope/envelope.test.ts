import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../base/bytes.ts';
import { readEnvelope } from '../../../entries/envelope/envelope.ts';
import { openEnvelope } from '../../../entries/envelope/opened.ts';
import { preAuthEncoding } from '../../../entries/envelope/pre-auth-encoding.ts';
import { InvalidEntry } from '../../../entries/failures.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('DSSE protocol: PAE', () => {
  it('is as in the example of the specification', () => {
    const message = preAuthEncoding('http://example.com/HelloWorld', utf8('hello world'));
    expect(text(message)).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
  });

  it('counts bytes and not characters', () => {
    expect(text(preAuthEncoding('ü', utf8('ß€')))).toBe('DSSEv1 2 ü 5 ß€');
    expect(text(preAuthEncoding('', new Uint8Array()))).toBe('DSSEv1 0  0 ');
  });
});

describe('DSSE envelopes as Go reads them (rekor-v1 §3.0)', () => {
  it('match names in any case, the last one wins, others are ignored', () => {
    const envelope = readEnvelope('{"PAYLOAD":"a","payload":"b","x":[],"Signatures":[{"SIG":"c","KeyID":"d","x":1}]}');
    expect(envelope).toEqual({ payloadType: '', payload: 'b', signatures: [{ keyid: 'd', sig: 'c' }] });
  });

  it('take null for anything', () => {
    const empty = { payloadType: '', payload: '', signatures: [] };
    expect(readEnvelope('null')).toEqual(empty);
    expect(readEnvelope('{"payloadType":null,"payload":null,"signatures":null}')).toEqual(empty);
    expect(readEnvelope('{"signatures":[null]}')).toEqual({ ...empty, signatures: [{ keyid: '', sig: '' }] });
  });

  it.each(['', '{', '{} x', '{}{}', '[]', '"x"', '5', '{"payload":1}', '{"payloadType":{}}', '{"signatures":{}}'])(
    'are not %s',
    (bad) => {
      expect(() => readEnvelope(bad)).toThrow(InvalidEntry);
    },
  );

  it('fail on a wrong value under any spelling of a name', () => {
    expect(() => readEnvelope('{"signatures":[{"KEYID":5,"keyid":"x"}]}')).toThrow(
      'wrong type at "/signatures/0/KEYID"',
    );
  });

  it('cannot be so deep or so many that they cost more than a bounded time', () => {
    expect(() => readEnvelope(`{"a":${'['.repeat(20_000)}`)).toThrow(InvalidEntry);
    expect(() => readEnvelope(`{"a":[${'0,'.repeat(1_000_001)}0]}`)).toThrow(InvalidEntry);
  });
});

describe('DSSE envelopes opened', () => {
  it('give each distinct signature once, in their order', () => {
    const signatures = ['AAAA', '_-_-', 'AAAA'].map((sig) => ({ keyid: '', sig }));
    const opened = openEnvelope({ payloadType: 't', payload: 'eA==', signatures });
    expect([...opened.signatures.keys()]).toEqual(['AAAA', '_-_-']);
    expect(opened.signatures.get('_-_-')).toEqual(Uint8Array.of(0xff, 0xef, 0xfe));
    expect(text(opened.message)).toBe('DSSEv1 1 t 1 x');
  });

  it('say so when nobody signed', () => {
    expect(() => openEnvelope({ payloadType: '', payload: '!', signatures: [] })).toThrow('no signature found');
  });
});
