/** One emoji, as the build makes them of Unicode's data: see scripts/emoji.mjs. */
export type Emoji = readonly [emoji: string, name: string, words: string, shortNames: string];

/** Smileys, people, animals and nature, food, travel, activities, objects, symbols, flags. */
export type EmojiGroups = readonly (readonly Emoji[])[];

/** The emoji that are found by a word, best first. */
export function findEmoji(groups: EmojiGroups, query: string, limit: number): readonly Emoji[] {
  const wanted = query.normalize('NFKC').toLowerCase().replace(/_/g, ' ').trim();
  if (wanted === '') return [];
  const ranked: { rank: number; emoji: Emoji }[] = [];
  for (const group of groups)
    for (const emoji of group) {
      const rank = rankOf(emoji, wanted);
      if (rank !== null) ranked.push({ rank, emoji });
    }
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, limit)
    .map(({ emoji }) => emoji);
}

/** 0 is best; null is no match. */
function rankOf([sign, name, words, shortNames]: Emoji, wanted: string): number | null {
  if (sign === wanted) return 0;
  const short = shortNames.split(' ').map((one) => one.replace(/_/g, ' '));
  if (short.includes(wanted)) return 0;
  if (short.some((one) => one.startsWith(wanted))) return 1;
  const label = name.toLowerCase();
  if (label.startsWith(wanted)) return 2;
  if (` ${label} ${words}`.includes(` ${wanted}`)) return 3;
  return label.includes(wanted) || short.some((one) => one.includes(wanted)) ? 4 : null;
}

/** The last used emoji first, each once. */
export function used(recent: readonly string[], emoji: string, most = 24): readonly string[] {
  return [emoji, ...recent.filter((one) => one !== emoji)].slice(0, most);
}
