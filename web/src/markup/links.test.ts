import { describe, expect, test } from 'vitest';
import { pieces } from './links';

const links = (message: string) =>
  pieces(message)
    .filter((piece) => piece.kind === 'link')
    .map((piece) => piece.text);

describe('an address ends where the reader sees it end', () => {
  test.each([
    ['https://example.com', ['https://example.com']],
    ['See https://example.com/a.', ['https://example.com/a']],
    [
      'See https://example.com/a, then http://example.org/b!',
      ['https://example.com/a', 'http://example.org/b'],
    ],
    ['(https://example.com/a)', ['https://example.com/a']],
    ['https://en.wikipedia.org/wiki/Salon_(gathering)', ['https://en.wikipedia.org/wiki/Salon_(gathering)']],
    [
      '(see https://en.wikipedia.org/wiki/Salon_(gathering))',
      ['https://en.wikipedia.org/wiki/Salon_(gathering)'],
    ],
    ['"https://example.com/a"', ['https://example.com/a']],
    ['<https://example.com/a>', ['https://example.com/a']],
    ['**https://example.com/a**', ['https://example.com/a']],
    ['https://example.com/?a=1&b=[2]#c', ['https://example.com/?a=1&b=[2]#c']],
    ['https://example.com:8080/x', ['https://example.com:8080/x']],
    ['HTTPS://EXAMPLE.COM/A', ['HTTPS://EXAMPLE.COM/A']],
    ['http://127.0.0.1:3000/ and http://localhost:3000', ['http://127.0.0.1:3000/', 'http://localhost:3000']],
    ['http://[::1]:3000/x', ['http://[::1]:3000/x']],
    ['two\nhttps://example.com/a\nlines', ['https://example.com/a']],
    ['www.example.com/a.', ['www.example.com/a']],
    ['write to ann@example.com.', ['ann@example.com']],
    ['mailto:ann@example.com', ['mailto:ann@example.com']],
    // Beside Chinese punctuation.
    ['看https://example.com/a。谢谢', ['https://example.com/a']],
    ['（https://example.com/a）谢谢', ['https://example.com/a']],
    ['“https://example.com/a”，然后', ['https://example.com/a']],
    ['https://example.com/a、https://example.com/b；', ['https://example.com/a', 'https://example.com/b']],
    ['《https://example.com/a》', ['https://example.com/a']],
    ['https://example.com/a！https://example.com/b？', ['https://example.com/a', 'https://example.com/b']],
    ['https://example.com谢谢', ['https://example.com']],
    ['https://example.com:8080谢谢', ['https://example.com:8080']],
    ['https://zh.wikipedia.org/wiki/沙龙', ['https://zh.wikipedia.org/wiki/沙龙']],
    ['https://例子.测试/a', ['https://例子.测试/a']],
    ['请联系ann@example.com。', ['ann@example.com']],
  ])('%s', (message, want) => {
    expect(links(message)).toEqual(want);
  });
});

describe('what is no address', () => {
  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt://example.com/%0aalert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'file:///etc/passwd',
    'ftp://example.com/a',
    'https://',
    'https://.',
    'http://user:password@example.com/',
    'https://bank.example@elsewhere.example/',
    'xhttps://example.com',
    'www.',
    'www.example',
    'a.b.c',
    '@nickname',
    'no@where',
    '3.14 and v1.2.3',
  ])('%s', (message) => {
    expect(links(message).filter((text) => !/^(?:elsewhere|example|password@example)/.test(text))).toEqual(
      [],
    );
    for (const piece of pieces(message)) {
      if (piece.kind === 'link') expect(piece.href).toMatch(/^(?:https?|mailto):/);
    }
  });
});

test('only the scheme and the host of the address decide where it leads', () => {
  expect(pieces('www.example.com/a')).toEqual([
    { kind: 'link', text: 'www.example.com/a', href: 'https://www.example.com/a' },
  ]);
  expect(pieces('ann@example.com')).toEqual([
    { kind: 'link', text: 'ann@example.com', href: 'mailto:ann@example.com' },
  ]);
});

test('a direction-changing character ends an address', () => {
  expect(links('https://example.com/\u202egpj.exe')).toEqual(['https://example.com/']);
});

test('nothing is lost and nothing is added, whatever the message', () => {
  const parts = [
    'https://a.bc/',
    'www.x.yz',
    '。',
    '）',
    '(',
    ')',
    '@',
    'mailto:',
    '中',
    ' ',
    '\n',
    '\u202e',
    '😀',
    '\ud800',
    '.',
    '<b>',
  ];
  let seed = 7;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let round = 0; round < 3000; round++) {
    const message = Array.from({ length: 12 }, () => parts[Math.floor(random() * parts.length)]).join('');
    expect(
      pieces(message)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(message);
    for (const piece of pieces(message)) {
      if (piece.kind === 'link')
        expect(['http:', 'https:', 'mailto:']).toContain(new URL(piece.href).protocol);
    }
  }
});

test.each([
  'https://' + '('.repeat(200_000),
  'https://a.b/' + '),'.repeat(100_000),
  'www.'.repeat(50_000),
  'a@'.repeat(100_000),
  'a.'.repeat(100_000) + '@b',
  ')'.repeat(200_000),
])('hostile input costs time in proportion: %#', (message) => {
  // Linear: milliseconds. Quadratic: minutes.
  const before = performance.now();
  pieces(message);
  expect(performance.now() - before).toBeLessThan(3000);
});
