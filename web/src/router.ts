/**
 * The addresses of the app. A place is where somebody is; every place has one
 * address that can be sent to others, reloaded and gone back to.
 */
export type Place =
  | { readonly name: 'home' }
  | { readonly name: 'room'; readonly room: string; readonly seq?: number; readonly thread?: number }
  | { readonly name: 'threads' | 'mentions' | 'saved' }
  | { readonly name: 'settings' | 'admin'; readonly tab: string }
  | { readonly name: 'invitation' | 'reset' | 'setup'; readonly code: string }
  | { readonly name: 'unknown' };

const ID = /^[0-9a-z-]{1,64}$/;
const TAB = /^[a-z-]{0,32}$/;
const CODE = /^[\w-]{1,128}$/;

/** Reads an address: its path and, where a secret is in it, the part after #, which no server sees. */
export function placeOf(path: string, hash = ''): Place {
  const [first = '', second = '', third = '', fourth = '', ...rest] = path.replace(/^\/|\/$/g, '').split('/');
  if (rest.length > 0) return { name: 'unknown' };
  if (first === 'r') return roomOf(second, third, fourth);
  if (third !== '') return { name: 'unknown' };
  const secret = hash.replace(/^#/, '');
  switch (first) {
    case '':
      return { name: 'home' };
    case 'threads':
    case 'mentions':
    case 'saved':
      return second === '' ? { name: first } : { name: 'unknown' };
    case 'settings':
    case 'admin':
      return TAB.test(second) ? { name: first, tab: second } : { name: 'unknown' };
    case 'invite':
      return { name: 'invitation', code: CODE.test(secret) ? secret : '' };
    case 'reset':
    case 'setup':
      return { name: first, code: CODE.test(secret) ? secret : '' };
    default:
      return { name: 'unknown' };
  }
}

function roomOf(room: string, second: string, third: string): Place {
  if (!ID.test(room)) return { name: 'unknown' };
  if (second === '') return { name: 'room', room };
  const seq = numberOf(second === 't' ? third : second);
  if (seq === null || (second !== 't' && third !== '')) return { name: 'unknown' };
  return second === 't' ? { name: 'room', room, thread: seq } : { name: 'room', room, seq };
}

function numberOf(text: string): number | null {
  const number = Number(text);
  return /^\d{1,15}$/.test(text) && number > 0 ? number : null;
}

/** The address of a place. */
export function addressOf(place: Place): string {
  switch (place.name) {
    case 'home':
    case 'unknown':
      return '/';
    case 'room':
      if (place.thread !== undefined) return `/r/${place.room}/t/${place.thread}`;
      return place.seq === undefined ? `/r/${place.room}` : `/r/${place.room}/${place.seq}`;
    case 'settings':
    case 'admin':
      return place.tab === '' ? `/${place.name}` : `/${place.name}/${place.tab}`;
    case 'invitation':
    case 'reset':
    case 'setup': {
      const path = place.name === 'invitation' ? '/invite' : `/${place.name}`;
      return place.code === '' ? path : `${path}#${place.code}`;
    }
    default:
      return `/${place.name}`;
  }
}
