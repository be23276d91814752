import { inlines } from './inline';
import type { Block, Inline, Mentions } from './nodes';

/** Quotes in lists in quotes: what is nested deeper is shown as it was typed. */
const DEEPEST = 8;

const NOBODY: Mentions = { people: [] };

const FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*([^`\n]*)$/;
const QUOTE = /^ {0,3}> ?/;
const HEADING = /^ {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$/;
const ITEM = /^( {0,3})([-*+]|(\d{1,9})[.)])(?:( {1,4})(?=\S)| +(?=\S)|[ \t]*$)/;
const BLANK = /^[ \t]*$/;

/**
 * Reads a message in the subset of Markdown that people use in chats: bold,
 * italic, strike, code, fences, quotes, lists, headings, links, addresses and
 * mentions. Anything else, HTML above all, is text. All characters that are no
 * markup are in the result, in their order, and the time it takes is
 * proportional to the message.
 */
export function parse(message: string, mentions: Mentions = NOBODY): readonly Block[] {
  return blocks(message.replaceAll('\r\n', '\n').split('\n'), mentions, 0);
}

/** The message in one line, without its markup: for notifications, replies and search hits. */
export function plainText(message: string): string {
  return parse(message).map(textOfBlock).join(' ').replace(/\s+/g, ' ').trim();
}

function blocks(lines: readonly string[], mentions: Mentions, depth: number): Block[] {
  const found: Block[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? '';
    if (BLANK.test(line)) {
      at += 1;
      continue;
    }
    const [block, next] = take(lines, at, mentions, depth);
    found.push(block);
    at = next;
  }
  return found;
}

/** Reads the block that begins at a line, and says where the next one does. */
function take(lines: readonly string[], at: number, mentions: Mentions, depth: number): [Block, number] {
  const line = lines[at] ?? '';
  const fence = FENCE.exec(line);
  if (fence !== null) return takeCode(lines, at, fence);
  const heading = HEADING.exec(line);
  if (heading !== null) return [{ kind: 'heading', children: inlines(heading[1] ?? '', mentions) }, at + 1];
  if (depth < DEEPEST) {
    if (QUOTE.test(line)) return takeQuote(lines, at, mentions, depth);
    if (ITEM.test(line)) return takeList(lines, at, mentions, depth);
  }
  return takeParagraph(lines, at, mentions, depth);
}

function takeCode(
  lines: readonly string[],
  at: number,
  [, ticks = '', info = '']: readonly string[],
): [Block, number] {
  const end = new RegExp(`^ {0,3}${ticks[0] ?? ''}{${ticks.length},}[ \\t]*$`);
  let next = at + 1;
  while (next < lines.length && !end.test(lines[next] ?? '')) next += 1;
  const text = lines
    .slice(at + 1, next)
    .join('\n')
    .replace(/\n$/, '');
  const language = /^[\w+#.-]{1,30}/.exec(info)?.[0].toLowerCase() ?? '';
  return [{ kind: 'code', text, language }, next + 1];
}

function takeQuote(lines: readonly string[], at: number, mentions: Mentions, depth: number): [Block, number] {
  let next = at;
  while (next < lines.length && QUOTE.test(lines[next] ?? '')) next += 1;
  const inside = lines.slice(at, next).map((line) => line.replace(QUOTE, ''));
  return [{ kind: 'quote', children: blocks(inside, mentions, depth + 1) }, next];
}

function takeList(lines: readonly string[], at: number, mentions: Mentions, depth: number): [Block, number] {
  const first = ITEM.exec(lines[at] ?? '');
  const number = first?.[3];
  const mark = first?.[2]?.slice(-1);
  const items: Block[][] = [];
  let next = at;
  for (let item = first; item !== null && item[2]?.slice(-1) === mark; item = ITEM.exec(lines[next] ?? '')) {
    const width = item[0].length;
    const inside = [(lines[next] ?? '').slice(width)];
    for (next += 1; next < lines.length && belongs(lines, next, width); next += 1) {
      inside.push((lines[next] ?? '').slice(Math.min(width, indent(lines[next] ?? ''))));
    }
    items.push(blocks(inside, mentions, depth + 1));
  }
  return [{ kind: 'list', start: number === undefined ? null : Number(number), items }, next];
}

/** An item goes on with lines that are set in as far as its text, also after a blank one. */
function belongs(lines: readonly string[], at: number, width: number): boolean {
  const line = lines[at] ?? '';
  if (BLANK.test(line)) {
    const next = lines[at + 1] ?? '';
    return !BLANK.test(next) && indent(next) >= Math.min(width, 2);
  }
  return indent(line) >= Math.min(width, 2);
}

function indent(line: string): number {
  return line.length - line.trimStart().length;
}

function takeParagraph(
  lines: readonly string[],
  at: number,
  mentions: Mentions,
  depth: number,
): [Block, number] {
  let next = at + 1;
  while (next < lines.length && !BLANK.test(lines[next] ?? '') && !interrupts(lines[next] ?? '', depth))
    next += 1;
  const text = lines
    .slice(at, next)
    .map((line) => line.trimStart())
    .join('\n');
  return [{ kind: 'paragraph', children: inlines(text.trimEnd(), mentions) }, next];
}

/** A paragraph ends where one of these begins; of numbered lists only the first item, so that 1984. is a sentence. */
function interrupts(line: string, depth: number): boolean {
  if (FENCE.test(line) || HEADING.test(line)) return true;
  if (depth >= DEEPEST) return false;
  const item = ITEM.exec(line);
  const begins = item !== null && item[0].length < line.length && (item[3] === undefined || item[3] === '1');
  return begins || QUOTE.test(line);
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
