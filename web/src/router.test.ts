import { describe, expect, it } from 'vitest';
import { addressOf, placeOf, type Place } from './router';

const places: readonly (readonly [string, Place])[] = [
  ['/', { name: 'home' }],
  ['/r/lobby', { name: 'room', room: 'lobby' }],
  ['/r/lobby/42', { name: 'room', room: 'lobby', seq: 42 }],
  ['/r/lobby/t/7', { name: 'room', room: 'lobby', thread: 7 }],
  ['/threads', { name: 'threads' }],
  ['/mentions', { name: 'mentions' }],
  ['/saved', { name: 'saved' }],
  ['/settings', { name: 'settings', tab: '' }],
  ['/admin/people', { name: 'admin', tab: 'people' }],
  ['/invite#ci_Ab-9', { name: 'invitation', code: 'ci_Ab-9' }],
  ['/setup#cs_1', { name: 'setup', code: 'cs_1' }],
  ['/reset#cr_1', { name: 'reset', code: 'cr_1' }],
];

describe('placeOf and addressOf', () => {
  it.each(places)('%s', (address, place) => {
    const [path = '', hash = ''] = address.split('#');
    expect(placeOf(path, hash)).toEqual(place);
    expect(addressOf(place)).toBe(address);
  });

  it('do not mind a slash at the end', () => {
    expect(placeOf('/r/lobby/')).toEqual({ name: 'room', room: 'lobby' });
  });

  it.each([
    '/r',
    '/r/..',
    '/r/Ä',
    '/r/a/0',
    '/r/a/-1',
    '/r/a/1e3',
    '/r/a/t',
    '/r/a/1/2',
    '/r/a/t/1/2',
    '/x',
    '/saved/1',
  ])('take %s for no place of theirs', (path) => {
    expect(placeOf(path)).toEqual({ name: 'unknown' });
  });
});
