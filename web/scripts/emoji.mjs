import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// The emoji as the app needs them: `virtual:emoji/<locale>` is a list of groups,
// each a list of [emoji, name, words to find it by, short names]. What is
// left out, skin tones above all, is most of the data.

const PREFIX = 'virtual:emoji/';
const LANGUAGES = { en: 'en', 'zh-CN': 'zh' };
/** The group of skin tones and hair, which are no emoji by themselves. */
const COMPONENTS = 2;

const require = createRequire(import.meta.url);
const read = (path) => JSON.parse(readFileSync(require.resolve(`emojibase-data/${path}`), 'utf8'));

export function groupsOf(locale) {
  const language = LANGUAGES[locale];
  if (language === undefined) throw new Error(`There are no emoji names for ${locale}.`);
  const codes = read('en/shortcodes/github.json');
  const groups = [];
  for (const one of read(`${language}/data.json`)) {
    if (one.group === undefined || one.group === COMPONENTS) continue;
    const short = [codes[one.hexcode] ?? []].flat();
    const group = (groups[one.group] ??= []);
    group.push({
      order: one.order,
      entry: [typed(one.emoji), one.label, (one.tags ?? []).join(' '), short.join(' ')],
    });
  }
  return groups
    .filter(Boolean)
    .map((group) => group.sort((a, b) => a.order - b.order).map(({ entry }) => entry));
}

/** As keyboards type it: what is drawn as an emoji anyway is not told to be one. */
function typed(emoji) {
  return /^\p{Emoji_Presentation}\uFE0F$/u.test(emoji) ? emoji.slice(0, -1) : emoji;
}

/** A Vite plugin. */
export function emoji() {
  return {
    name: 'emoji',
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      return `export default ${JSON.stringify(groupsOf(id.slice(PREFIX.length + 1)))};`;
    },
  };
}
