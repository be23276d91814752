import { expect, test, text } from '../fixtures';

const vectors = [
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '<svg onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<iframe src="javascript:alert(1)"></iframe>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<body onload=alert(1)>',
  '<a href="javascript:alert(1)">click</a>',
  '<a href=JaVaScRiPt:alert(1)>click</a>',
  '<form action="javascript:alert(1)"><button>go</button></form>',
  '<input autofocus onfocus=alert(1)>',
  '<details open ontoggle=alert(1)>',
  '<video><source onerror=alert(1)></video>',
  '<math><mtext></p><img src=x onerror=alert(1)>',
  '<link rel=stylesheet href=https://evil.example/x.css>',
  '<meta http-equiv=refresh content="0;url=https://evil.example/">',
  '<base href=https://evil.example/>',
  '<object data="data:text/html,<script>alert(1)</script>"></object>',
  '<style>@import "https://evil.example/x.css";</style>',
  '<img src="https://evil.example/pixel.gif">',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</span></li><script>alert(1)</script>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '&#60;img src=x onerror=alert(1)&#62;',
  '{{constructor.constructor("alert(1)")()}}',
  '${alert(1)}',
  '{@html "<img src=x onerror=alert(1)>"}',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)//https://example.com',
  'javascript://example.com/%0aalert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:msgbox(1)',
  'file:///etc/passwd',
  'https://example.com/"onmouseover="alert(1)',
  'https://example.com/<img src=x onerror=alert(1)>',
  'https://user:password@example.com/',
  '[x](javascript:alert(1))',
  '![x](https://evil.example/pixel.gif)',
  '```\n<script>alert(1)</script>',
  '\u202egnp.exe\u202c and \u2066isolated',
  '__proto__ constructor hasOwnProperty',
  '\u0000 and \u0007 controls',
];

/** What markup in messages can become; nothing of it runs, loads or leaves. */
const harmless = new Set('a bdi blockquote br button code del div em li ol p pre s span strong svg path ul'.split(' '));

test('whatever is written is shown as text @both', async ({ join, member }) => {
  const ann = await member('Ann');
  const bob = await join('Bob');
  await bob.page.evaluate(() => {
    const violations: string[] = [];
    Object.assign(window, { violations });
    document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective));
  });
  await ann.sayAll(vectors);
  await expect(bob.rows).toHaveCount(vectors.length);
  const found = await bob.rows.locator('.text').evaluateAll((texts) =>
    texts.map((text) => ({
      words: text.textContent ?? '',
      elements: [...text.querySelectorAll('*')].map(({ localName }) => localName),
      handlers: [...text.querySelectorAll('*')].flatMap((element) =>
        element.getAttributeNames().filter((name) => name.startsWith('on') || name === 'style' || name === 'src'),
      ),
      links: [...text.querySelectorAll('a')].map(({ href, rel, target }) => ({ href, rel, target })),
    })),
  );
  for (const [index, vector] of vectors.entries()) {
    const { words = '', elements = [], handlers, links = [] } = found[index] ?? {};
    expect(elements.filter((name) => !harmless.has(name)), vector).toEqual([]);
    expect(handlers, vector).toEqual([]);
    // Nothing disappears, whatever Markdown made of the signs; where a link leads is in the link.
    if (!/^!?\[/.test(vector)) expect(letters(words), vector).toContain(letters(vector).slice(0, 12));
    for (const { href, rel, target } of links) {
      expect(href, vector).toMatch(/^(https?|mailto):/);
      expect(rel, vector).toBe('noopener noreferrer nofollow');
      expect(target, vector).toBe('_blank');
    }
  }
  expect(await bob.page.evaluate(() => (window as { violations?: string[] }).violations)).toEqual([]);
});

function letters(text: string): string {
  return text.replaceAll(/[^a-z]/gi, '').toLowerCase();
}

test('names of people and rooms are text wherever they stand', async ({ join }) => {
  const evil = '<b onclick=alert(1)>A</b>';
  const bob = await join('Bob');
  const ann = await join(evil);
  await ann.composer.pressSequentially('x');
  await expect(bob.typing).toContainText(evil);
  await ann.say('hello');
  await expect(bob.row('hello').getByText(evil, { exact: true })).toBeVisible();

  const name = '<img src=x onerror=alert(2)>';
  const room = await ann.account.create(name, { topic: '<svg onload=alert(3)>' });
  await ann.account.do('PUT', `/rooms/${room.id}/members/${bob.account.id}`, {});
  await bob.entry(name).click();
  await expect(bob.page.getByText('<svg onload=alert(3)>')).toBeVisible();
  await bob.page.getByRole('button', { name: text.shell.accept }).click();
  await expect(bob.page).toHaveTitle(new RegExp(`^<img src=x onerror=alert\\(2\\)>`));
  await expect(bob.room.getByText(new RegExp(`${evil.replaceAll(/[()]/g, '\\$&')}.* created this room`))).toBeVisible();
  await bob.page.keyboard.press('Control+k');
  await bob.page.keyboard.type('<b onclick');
  await expect(bob.page.getByRole('option', { name: evil })).toBeVisible();
  expect(await bob.page.locator('b, img[src=x], svg[onload]').count()).toBe(0);
});

test('the policy of the page refuses inline script and markup from strings', async ({ join, trouble }) => {
  const ann = await join('Ann');
  const refused = await ann.page.evaluate(() => {
    const script = document.createElement('script');
    Object.assign(window, { ran: false });
    try {
      script.text = 'window.ran = true';
      document.head.append(script);
    } catch {
      return 'by Trusted Types';
    }
    return (window as { ran?: boolean }).ran === true ? 'ran' : 'by the policy';
  });
  expect(refused).toBe('by Trusted Types');
  await expect.poll(() => trouble.splice(0)).toEqual([expect.stringContaining('TrustedScript')]);
  const header = (await ann.page.request.get(ann.page.url())).headers()['content-security-policy'] ?? '';
  expect(header).not.toContain('unsafe');
});
