declare module 'virtual:emoji/*' {
  const groups: import('./models/emoji').EmojiGroups;
  export default groups;
}
