import MarkdownIt from 'markdown-it';
import type { StateInline, Token } from 'markdown-it';
import cjkFriendly from 'markdown-it-cjk-friendly';
import { pieces } from './links';
import { mentionsIn } from './mention';
import type { Block, Inline, Mentions } from './nodes';

/** Quotes in lists in quotes: what is nested deeper stands beside it. */
const DEEPEST = 8;

/** The parser drops what is nested deeper than this, so such a message stays as it was typed. */
const ABSURD = 60;

const NOBODY: Mentions = { people: [] };

const parser = new MarkdownIt({ html: false, linkify: false, breaks: true, maxNesting: ABSURD })
  .use(cjkFriendly)
  // The subset: whatever else Markdown has is text, as its writer typed it.
  .disable([
    'table',
    'hr',
    'lheading',
    'reference',
    'code',
    'html_block',
    'html_inline',
    'image',
    'entity',
    'autolink',
  ]);
parser.validateLink = (url) => addressOf(url) !== null;
parser.inline.ruler.before('link', 'address', address);

/** Reads a message. All of its characters that are no markup are in the result, in their order. */
export function parse(message: string, mentions: Mentions = NOBODY): readonly Block[] {
  const tokens = parser.parse(message, {});
  if (tokens.some(({ level }) => level >= ABSURD - 1)) return [asTyped(message)];
  return new Tree(tokens, mentions).blocks(0);
}

function asTyped(message: string): Block {
  const lines = message.split('\n').flatMap((text): Inline[] => [{ kind: 'break' }, { kind: 'text', text }]);
  return { kind: 'paragraph', children: lines.slice(1) };
}

/** The message in one line, without its markup: for notifications, replies and search hits. */
export function plainText(message: string): string {
  return parse(message).map(textOfBlock).join(' ').replace(/\s+/g, ' ').trim();
}

/** An address that may be followed: of the web, or a mailbox. */
function addressOf(url: string): string | null {
  const text = url.trim();
  const [first, ...rest] = pieces(/^mailto:|^https?:\/\//i.test(text) ? text : '');
  return first?.kind === 'link' && rest.length === 0 ? first.href : null;
}

/**
 * An address is taken whole before emphasis is looked for, so that
 * https://example.com/a_b_c*d* stays one. The parser stops at the colon; what
 * stood before it is pending.
 */
function address(state: StateInline, silent: boolean): boolean {
  if (state.linkLevel > 0 || !state.src.startsWith('://', state.pos)) return false;
  const scheme = /https?$/i.exec(state.pending)?.[0];
  if (scheme === undefined) return false;
  const start = state.pos - scheme.length;
  const before = state.pending.slice(0, -scheme.length);
  const piece = pieces(before.slice(-1) + state.src.slice(start, state.posMax)).find(
    ({ kind }) => kind === 'link',
  );
  if (piece?.kind !== 'link' || !state.src.startsWith(piece.text, start)) return false;
  if (!silent) {
    state.pending = before;
    const token = state.push('address', '', 0);
    token.content = piece.text;
    token.attrSet('href', piece.href);
  }
  state.pos = start + piece.text.length;
  return true;
}

/** Makes the tree of a list of tokens that open and close. */
class Tree {
  readonly #tokens: readonly Token[];
  readonly #mentions: Mentions;
  #at = 0;

  constructor(tokens: readonly Token[], mentions: Mentions) {
    this.#tokens = tokens;
    this.#mentions = mentions;
  }

  /** The blocks up to the end of the one that is open. */
  blocks(depth: number): Block[] {
    const blocks: Block[] = [];
    for (let token = this.#next(); token !== undefined && token.nesting >= 0; token = this.#next()) {
      const block = this.#block(token, depth);
      if (Array.isArray(block)) blocks.push(...block);
      else blocks.push(block);
    }
    return blocks;
  }

  #next(): Token | undefined {
    return this.#tokens[this.#at++];
  }

  #block(token: Token, depth: number): Block | Block[] {
    switch (token.type) {
      case 'fence':
        return { kind: 'code', text: token.content.replace(/\n$/, ''), language: languageOf(token.info) };
      case 'blockquote_open': {
        const inside = this.blocks(depth + 1);
        return depth < DEEPEST ? { kind: 'quote', children: inside } : inside;
      }
      case 'bullet_list_open':
      case 'ordered_list_open': {
        const start = token.type === 'ordered_list_open' ? Number(token.attrGet('start') ?? 1) : null;
        const items = this.#items(depth + 1);
        return depth < DEEPEST ? { kind: 'list', start, items } : items.flat();
      }
      default: {
        const [inline] = [this.#next(), this.#next()];
        const children = inlines(inline?.children ?? [], this.#mentions);
        return { kind: token.type === 'heading_open' ? 'heading' : 'paragraph', children };
      }
    }
  }

  #items(depth: number): Block[][] {
    const items: Block[][] = [];
    for (let token = this.#next(); token !== undefined && token.nesting > 0; token = this.#next()) {
      items.push(this.blocks(depth));
    }
    return items;
  }
}

function languageOf(info: string): string {
  return /^[\w+#.-]{1,30}/.exec(info.trim())?.[0].toLowerCase() ?? '';
}

type Wrapper = 'strong' | 'emphasis' | 'strike' | 'link';

const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  strong_open: 'strong',
  em_open: 'emphasis',
  s_open: 'strike',
  link_open: 'link',
};

/** Makes the tree of the tokens of one run of text. */
function inlines(tokens: readonly Token[], mentions: Mentions): readonly Inline[] {
  const root: Inline[] = [];
  const open: { readonly kind: Wrapper; readonly href: string; readonly children: Inline[] }[] = [];
  for (const token of tokens) {
    const into = open.at(-1)?.children ?? root;
    const wrapper = WRAPPERS[token.type];
    if (wrapper !== undefined) {
      open.push({ kind: wrapper, href: addressOf(String(token.attrGet('href') ?? '')) ?? '', children: [] });
    } else if (token.nesting < 0) {
      const done = open.pop();
      if (done !== undefined) (open.at(-1)?.children ?? root).push(wrap(done));
    } else {
      const inLink = open.some(({ kind }) => kind === 'link');
      into.push(...leaves(token, inLink, mentions));
    }
  }
  return merged(root);
}

function wrap(done: { readonly kind: Wrapper; readonly href: string; readonly children: Inline[] }): Inline {
  const children = merged(done.children);
  return done.kind === 'link' ? { kind: 'link', href: done.href, children } : { kind: done.kind, children };
}

function leaves(token: Token, inLink: boolean, mentions: Mentions): Inline[] {
  switch (token.type) {
    case 'code_inline':
      return [{ kind: 'code', text: token.content }];
    case 'softbreak':
    case 'hardbreak':
      return [{ kind: 'break' }];
    case 'address': {
      const href = String(token.attrGet('href'));
      return [{ kind: 'link', href, children: [{ kind: 'text', text: token.content }] }];
    }
    default:
      return inLink ? [{ kind: 'text', text: token.content }] : words(token.content, mentions);
  }
}

function words(text: string, mentions: Mentions): Inline[] {
  if (text === '') return [];
  return pieces(text).flatMap((piece): Inline[] =>
    piece.kind === 'link'
      ? [{ kind: 'link', href: piece.href, children: [{ kind: 'text', text: piece.text }] }]
      : mentionsIn(piece.text, mentions),
  );
}

/** Neighbouring texts are one: the parser splits them at every character that might have been markup. */
function merged(nodes: readonly Inline[]): readonly Inline[] {
  const result: Inline[] = [];
  for (const node of nodes) {
    const last = result.at(-1);
    if (node.kind === 'text' && last?.kind === 'text') {
      result[result.length - 1] = { kind: 'text', text: last.text + node.text };
    } else {
      result.push(node);
    }
  }
  return result;
}

function textOfBlock(block: Block): string {
  switch (block.kind) {
    case 'code':
      return block.text;
    case 'quote':
      return block.children.map(textOfBlock).join(' ');
    case 'list':
      return block.items.flat().map(textOfBlock).join(' ');
    default:
      return block.children.map(textOf).join('');
  }
}

function textOf(node: Inline): string {
  switch (node.kind) {
    case 'break':
      return ' ';
    case 'text':
    case 'code':
    case 'mention':
      return node.text;
    default:
      return node.children.map(textOf).join('');
  }
}
