const [BEGIN, END] = [String.fromCodePoint(0x2068), String.fromCodePoint(0x2069)];
const OTHER_WAY =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/** A name in the middle of a sentence: one that is written the other way must not turn the sentence around. */
export function isolated(name: string): string {
  return OTHER_WAY.test(name) ? BEGIN + name + END : name;
}
