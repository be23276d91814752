/** What a code of the server means, for readers of whom the server does not speak the language. */
export const errors = {
  invalid: 'The server did not accept this. Check what you entered.',
  unauthorized: 'You are not signed in any more. Sign in again.',
  forbidden: 'You are not allowed to do this.',
  banned: 'You are banned from this room. Ask one of its moderators to lift the ban.',
  'not-found': 'This does not exist, or you cannot see it.',
  conflict: 'Something has changed meanwhile. Look again, then try again.',
  'nickname-taken': 'Somebody else has this name. Choose another one.',
  'id-taken': 'Another message already has this number.',
  gone: 'This is not valid any more.',
  'rate-limited': 'That was too often. Wait a few seconds and try again.',
  unavailable: 'The server cannot do that at the moment. Try again in a few seconds.',
  internal: 'Something went wrong on the server. Try again.',
  'unknown-event': 'This page and the server are of different versions. Load the page again.',
  timeout: 'The server did not answer. Try again.',
  offline: 'There is no connection to the server. Try again when there is.',
  expired: 'Not confirmed for a day: it may or may not have arrived.',
};
