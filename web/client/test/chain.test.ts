import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { nextFingerprint } from '../src/chain.js';
import { RoomLog } from '../src/log.js';
import type { Entry } from '../src/index.js';
import { FakeServer } from './server.js';

test('the chain is what the server computes', () => {
  const id = '01890a5d-ac96-774b-bcce-b302099a8057';
  const first = nextFingerprint('0000000000000000', id);
  const hash = (fp: string, uuid: string) =>
    createHash('sha1')
      .update(Buffer.from(fp + uuid.replaceAll('-', ''), 'hex'))
      .digest('hex')
      .slice(0, 16);
  expect(first).toBe(hash('0000000000000000', id));
  for (let i = 0; i < 500; i++) {
    const fp = randomBytes(8).toString('hex');
    const uuid = randomBytes(16).toString('hex');
    expect(nextFingerprint(fp, uuid)).toBe(hash(fp, uuid));
  }
});

function newLog() {
  const server = new FakeServer();
  const entries = Array.from({ length: 20 }, (_, i) => server.say(String(i)));
  const applied: number[] = [];
  const broken: number[] = [];
  const log = new RoomLog(
    { seq: 0, fp: '0000000000000000' },
    { applied: (entry) => applied.push(entry.seq), broken: () => broken.push(log.cursor.seq) },
  );
  const at = (seq: number) => entries[seq - 1] as Entry;
  return { log, at, applied, broken, entries };
}

test('what comes twice is applied once', () => {
  const { log, at, applied, broken } = newLog();
  for (const seq of [1, 1, 2, 1, 2, 3]) log.receive(at(seq));
  expect(applied).toEqual([1, 2, 3]);
  expect(broken).toEqual([]);
});

test('what is ahead is held until the rest has come', () => {
  const { log, at, applied, broken } = newLog();
  for (const seq of [1, 4, 3, 6]) log.receive(at(seq));
  expect(applied).toEqual([1]);
  expect(broken).toEqual([1, 1, 1]);
  expect(log.caughtUp([at(2), at(3), at(4), at(5)])).toBe(true);
  expect(applied).toEqual([1, 2, 3, 4, 5, 6]);
  expect(log.cursor).toEqual({ seq: 6, fp: at(6).fp });
});

test('any order and repetition ends at the same log', () => {
  for (let round = 0; round < 200; round++) {
    const { log, applied, entries } = newLog();
    const shuffled = [...entries, ...entries.slice(5, 12)].sort(() => Math.random() - 0.5);
    for (const entry of shuffled) log.receive(entry);
    expect(applied).toEqual(entries.map(({ seq }) => seq));
  }
});

test('an entry of another log is not applied', () => {
  const { log, at, applied, broken } = newLog();
  log.receive(at(1));
  log.receive({ ...at(2), id: '01890a5d-ac96-774b-bcce-b302099a8057' });
  expect(applied).toEqual([1]);
  expect(broken).toEqual([1]);
  log.receive(at(2));
  expect(applied).toEqual([1, 2]);
});

test('an answer that does not join says so', () => {
  const { log, at } = newLog();
  log.receive(at(1));
  expect(log.caughtUp([at(3)])).toBe(false);
});
