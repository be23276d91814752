/** What lists and what is shown once say, in settings, administration and desk. */
export const listing = {
  loading: 'Loading…',
  waiting: 'Waiting for the connection…',
  more: 'Show more',
  copy: 'Copy',
  copied: 'Copied.',
  copyFailed: 'The browser does not allow copying. Select the text and copy it yourself.',
  saved: 'Saved.',
  empty: 'Fill this in first.',
  done: 'Done',
};
