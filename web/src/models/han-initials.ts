// The first character of each letter in the order of pinyin. The collation that
// every browser has knows the reading of all others: no table is loaded.
const FIRST = 'A阿B八C嚓D哒E妸F发G旮H哈J讥K咔L垃M妈N拏O噢P妑Q七R呥S扨T它W穵X夕Y丫Z帀';
const letters = [...FIRST].filter((_, index) => index % 2 === 0);
const firsts = [...FIRST].filter((_, index) => index % 2 === 1);

let collator: Intl.Collator | undefined;

/**
 * The first letters of the pinyin of a name, lower case: 产品讨论 → cptl. Other
 * letters and digits stay, the rest is left out. Empty without a Han character.
 */
export function hanInitials(name: string): string {
  if (!/\p{Script=Han}/u.test(name)) return '';
  collator ??= new Intl.Collator('zh-Hans-CN-u-co-pinyin');
  return [...name.toLowerCase()].map((char) => initialOf(char, collator as Intl.Collator)).join('');
}

function initialOf(char: string, { compare }: Intl.Collator): string {
  if (/[\p{Script=Latin}\p{N}]/u.test(char)) return char;
  if (!/\p{Script=Han}/u.test(char)) return '';
  const at = firsts.findLastIndex((first) => compare(char, first) >= 0);
  return letters[at]?.toLowerCase() ?? '';
}
