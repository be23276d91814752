import type { Me, Room, Row } from '@causerie/client';
import { describe, expect, it } from 'vitest';
import { callsAll, powersOver, silence, slowFor } from './message-powers';

const standing = { state: 'joined', rank: 'member', favourite: false, notify: 'all' } as const;
const room = { kind: 'public', archived: false, slow: 0, me: standing } as unknown as Room;
const row = { kind: 'message', seq: 7, state: 'sent', author: { id: 'ben', name: 'Ben' } } as unknown as Row;

const may = (change: Partial<Row> = {}, over: Partial<Room> = {}, inThread = false) =>
  Object.entries(powersOver({ ...row, ...change }, { ...room, ...over }, 'ana', { inThread, now: 1000 }))
    .filter(([, on]) => on)
    .map(([name]) => name)
    .join(' ');

const mine = { author: { id: 'ana', name: 'Ana' } };
const leading = { me: { ...standing, rank: 'moderator' } } as const;

describe('powersOver', () => {
  it.each<[string, Partial<Row>, Partial<Room>, boolean, string]>([
    ['a message of somebody', {}, {}, false, 'react reply thread save report'],
    ['one of mine', mine, {}, false, 'react reply thread edit delete save'],
    ['one on its way', { ...mine, state: 'sending', seq: 0 }, {}, false, ''],
    ['one that is gone', { deleted: true }, {}, false, ''],
    ['as a moderator', {}, leading, false, 'react reply thread delete pin save report'],
    ['in a direct room', {}, { kind: 'direct' }, false, 'react reply thread pin save report'],
    ['in a thread', {}, {}, true, 'react reply save report'],
    ['in an archived room', {}, { archived: true }, false, 'save report'],
    ['an archived thread', { replies: 2 }, { archived: true }, false, 'thread save report'],
    ['while muted', mine, { me: { ...standing, mutedUntil: 2000 } }, false, 'thread delete save'],
    ['one of mine in announcements', mine, { kind: 'announcement' }, false, 'react thread edit delete save'],
    ['in announcements', {}, { kind: 'announcement' }, false, 'react thread save report'],
  ])('%s', (_, change, over, inThread, expected) => expect(may(change, over, inThread)).toBe(expected));
});

describe('silence', () => {
  it.each<[string, Partial<Room>, boolean, ReturnType<typeof silence>]>([
    ['nothing', {}, false, null],
    ['not there', { me: { ...standing, state: 'none' } }, false, 'not-joined'],
    ['archived', { archived: true }, false, 'archived'],
    ['muted', { me: { ...standing, mutedUntil: 2000 } }, false, 'muted'],
    ['muted until now', { me: { ...standing, mutedUntil: 1000 } }, false, null],
    ['announcements', { kind: 'announcement' }, false, 'announcement'],
    ['threads of announcements', { kind: 'announcement' }, true, null],
    ['moderators of announcements', { kind: 'announcement', ...leading }, false, null],
  ])('%s', (_, over, inThread, expected) =>
    expect(silence({ ...room, ...over }, { inThread, now: 1000 })).toBe(expected),
  );

  it('is what blocking somebody means for talking to them', () => {
    const blocked = { inThread: false, blocked: true };
    expect(silence({ ...room, kind: 'direct' }, blocked)).toBe('blocked');
    expect(silence({ ...room, kind: 'group' }, blocked)).toBeNull();
  });

  it('is that of a login that only reads', () => {
    const me = { scopes: ['read'] } as unknown as Me;
    expect(silence(room, { inThread: false, me })).toBe('read-only');
  });
});

describe('slowFor', () => {
  const slow = { ...room, slow: 30 };
  it('counts down', () => expect(slowFor(slow, 10_000, 20_500)).toBe(20));
  it('ends', () => expect(slowFor(slow, 10_000, 40_000)).toBe(0));
  it('waits for nobody who has not written', () => expect(slowFor(slow, undefined, 0)).toBe(0));
  it('believes no message of the future', () => expect(slowFor(slow, 90_000, 20_000)).toBe(0));
  it('does not hold moderators', () => expect(slowFor({ ...slow, ...leading }, 10_000, 10_000)).toBe(0));
});

describe('callsAll', () => {
  it.each<[string, Partial<Room>, boolean]>([
    ['in a small room', { members: 50 }, true],
    ['in a large one', { members: 51 }, false],
    ['as a moderator', { members: 51, ...leading }, true],
    ['in the lobby', { id: 'lobby', members: 3 }, false],
    ['to one person', { kind: 'direct', members: 2 }, false],
  ])('%s', (_, over, want) => expect(callsAll({ ...room, ...over })).toBe(want));
});
