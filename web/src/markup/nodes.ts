/**
 * A message as a tree of what is shown. There is no HTML anywhere on the way:
 * views make an element per node, and every text is a text node.
 */
export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'break' }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'emphasis' | 'strike'; readonly children: readonly Inline[] }
  | { readonly kind: 'link'; readonly href: string; readonly children: readonly Inline[] }
  | { readonly kind: 'mention'; readonly text: string; readonly person: string | null };

export type Block =
  | { readonly kind: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly kind: 'heading'; readonly children: readonly Inline[] }
  | { readonly kind: 'quote'; readonly children: readonly Block[] }
  | {
      readonly kind: 'list';
      /** The number of the first item, or null where items have none. */
      readonly start: number | null;
      readonly items: readonly (readonly Block[])[];
    }
  | { readonly kind: 'code'; readonly text: string; readonly language: string };

/** Whom a message calls, as far as its text may show it. */
export interface Mentions {
  /** Names as others see them, without the @, and whose they are. */
  readonly people: readonly { readonly id: string; readonly name: string }[];
  /** The message calls the whole room. */
  readonly calls?: 'room' | 'here' | undefined;
}

/** The words of a message that is nothing but words in one paragraph, as most are. */
export function plainOf(blocks: readonly Block[]): string | undefined {
  const [block, ...others] = blocks;
  if (block?.kind !== 'paragraph' || others.length > 0) return undefined;
  const [node, ...more] = block.children;
  return node?.kind === 'text' && more.length === 0 ? node.text : undefined;
}
