import { describe, expect, it } from 'vitest';
import type { Block, Inline } from './nodes';
import { parse, plainText } from './parse';

/** A tree as one line, so that expectations can be read. */
function show(blocks: readonly Block[]): string {
  return blocks.map(showBlock).join(' ¶ ');
}

function showBlock(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return block.children.map(showInline).join('');
    case 'heading':
      return `h(${block.children.map(showInline).join('')})`;
    case 'quote':
      return `quote(${show(block.children)})`;
    case 'list':
      return `list${block.start ?? ''}(${block.items.map(show).join(' | ')})`;
    case 'code':
      return `code[${block.language}](${block.text})`;
  }
}

function showInline(node: Inline): string {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'break':
      return '⏎';
    case 'code':
      return `code(${node.text})`;
    case 'link':
      return `link<${node.href}>(${node.children.map(showInline).join('')})`;
    case 'mention':
      return `mention<${node.person ?? 'all'}>(${node.text})`;
    default:
      return `${node.kind}(${node.children.map(showInline).join('')})`;
  }
}

describe('parse', () => {
  it.each([
    ['plain words', 'hello', 'hello'],
    ['line breaks', 'one\ntwo', 'one⏎two'],
    ['paragraphs', 'one\n\ntwo', 'one ¶ two'],
    ['bold, italic, strike', '**a** *b* _c_ ~~d~~', 'strong(a) emphasis(b) emphasis(c) strike(d)'],
    ['bold before Chinese punctuation', '**注意：**请看这里', 'strong(注意：)请看这里'],
    ['bold around Chinese quotes', '他说**“你好。”**然后', '他说strong(“你好。”)然后'],
    ['snake case', 'a_b_c and 2*3*4', 'a_b_c and 2emphasis(3)4'],
    ['code', '`**a**` b', 'code(**a**) b'],
    ['a fence', '```go\nx := 1\n```', 'code[go](x := 1)'],
    ['a fence that is never closed', '```\nx', 'code[](x)'],
    ['a fence with a strange language', '```a"b<c\nx\n```', 'code[a](x)'],
    ['indented text', '    not code', 'not code'],
    ['a quote', '> a\n> b\n\nc', 'quote(a⏎b) ¶ c'],
    ['lists', '- a\n- b', 'list(a | b)'],
    ['numbers', '3. a\n4. b', 'list3(a | b)'],
    ['nested lists', '- a\n  - b', 'list(a ¶ list(b))'],
    ['a heading', '# a', 'h(a)'],
    ['no rule and no underlined heading', 'a\n---', 'a⏎---'],
    ['no table', '|a|b|\n|-|-|\n|1|2|', '|a|b|⏎|-|-|⏎|1|2|'],
    ['markup of HTML', '<b onclick="x()">a</b> &lt; &#x41;', '<b onclick="x()">a</b> &lt; &#x41;'],
    ['images', '![a](https://example.com/x.png)', '!link<https://example.com/x.png>(a)'],
    ['a link', '[a *b*](https://example.com/)', 'link<https://example.com/>(a emphasis(b))'],
    ['a link to a script', '[a](javascript:alert(1))', '[a](javascript:alert(1))'],
    ['a link to a script in disguise', '[a](JaVa&#9;Script:alert(1))', '[a](JaVa&#9;Script:alert(1))'],
    ['a link to data', '[a](data:text/html,x)', '[a](data:text/html,x)'],
    ['a link without a scheme', '[a](//evil.example)', '[a](//evil.example)'],
    [
      'a link with a password',
      '[a](https://bank.example@evil.example/)',
      '[a](https://bank.example@evil.example/)',
    ],
    [
      'an address',
      'see https://example.com/a_b_c*d*e.',
      'see link<https://example.com/a_b_c*d*e>(https://example.com/a_b_c*d*e).',
    ],
    [
      'an address before Chinese punctuation',
      '看https://example.com/a。谢谢',
      '看link<https://example.com/a>(https://example.com/a)。谢谢',
    ],
    [
      'an address in Chinese brackets',
      '（https://example.com/a）谢谢',
      '（link<https://example.com/a>(https://example.com/a)）谢谢',
    ],
    [
      'a bold address',
      '**https://example.com/**',
      'strong(link<https://example.com/>(https://example.com/))',
    ],
    [
      'an address in a link',
      '[https://a.example/](https://b.example/)',
      'link<https://b.example/>(https://a.example/)',
    ],
    ['other schemes', 'gopher://example.com xhttps://a.example', 'gopher://example.com xhttps://a.example'],
    [
      'hosts and mailboxes',
      'www.example.com a@example.com',
      'link<https://www.example.com/>(www.example.com) link<mailto:a@example.com>(a@example.com)',
    ],
    [
      'an address in italics',
      '_https://example.com/a_b_',
      'emphasis(link<https://example.com/a_b>(https://example.com/a_b))',
    ],
    ['an item and what follows it', '- a\nb', 'list(a) ¶ b'],
    ['a year that begins a line', 'It was\n1984. Then', 'It was⏎1984. Then'],
    ['backslashes', '\\*a\\*', '*a*'],
  ])('%s', (_, message, want) => {
    expect(show(parse(message))).toBe(want);
  });

  it('shows mentions, the longest name first', () => {
    const people = [
      { id: 'u-1', name: 'Ana' },
      { id: 'u-2', name: 'Ana Maria' },
      { id: 'u-3', name: '王小明' },
    ];
    const message =
      '@ana, @Ana Maria and ＠王小明你好, not me@ana.example or `@Ana`; @here @nobody @Anastasia';
    expect(show(parse(message, { people, calls: 'here' }))).toBe(
      'mention<u-1>(@ana), mention<u-2>(@Ana Maria) and mention<u-3>(＠王小明)你好, ' +
        'not link<mailto:me@ana.example>(me@ana.example) or code(@Ana); mention<all>(@here) @nobody @Anastasia',
    );
  });

  it('bounds nesting and shows what is deeper', () => {
    const deep = '> '.repeat(200) + 'end';
    const shown = show(parse(deep));
    expect(shown).toContain('end');
    expect(shown.split('quote(').length - 1).toBeLessThanOrEqual(8);
  });

  it.each([
    ['stars', '*'.repeat(4000)],
    ['open brackets', '['.repeat(4000)],
    ['ticks', Array.from({ length: 80 }, (_, n) => '`'.repeat(n)).join(' ')],
    ['emphasis', '*a _b '.repeat(700)],
    ['quotes', '>'.repeat(4000)],
    ['links', '[a](https://a.example '.repeat(180)],
    ['addresses', 'https://a.example/'.repeat(220)],
    ['lists', '- '.repeat(2000)],
  ])('is done in time with %s', (_, message) => {
    const started = performance.now();
    parse(message);
    // Seconds mean more than linear; a busy machine has its slack.
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('plainText', () => {
  it('keeps the words and drops the markup', () => {
    expect(plainText('# Hello\n\n> **a**\n\n- `b`\n- [c](https://example.com/)\n\n```\nd\n```')).toBe(
      'Hello a b c d',
    );
  });
});
