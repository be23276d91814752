import { expect, test } from '../fixtures';

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

test('whatever is written is shown as text', async ({ join }) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  await bob.page.evaluate(() => {
    const violations: string[] = [];
    Object.assign(window, { violations });
    document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective));
  });
  await ann.sayAll(vectors);
  await expect(bob.rows).toHaveCount(vectors.length);
  expect(await bob.texts()).toEqual(vectors);

  const messages = bob.page.getByTestId('messages');
  const elements = await messages.evaluate((list) =>
    [...new Set([...list.querySelectorAll('.text *')].map((element) => element.localName))].sort(),
  );
  expect(elements).toEqual(['a']);
  for (const link of await messages.locator('.text a').all()) {
    expect(await link.getAttribute('href')).toMatch(/^https:\/\/(example\.com|evil\.example)\/[a-z.]*$/);
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow');
  }
  expect(await bob.page.evaluate(() => (window as { violations?: string[] }).violations)).toEqual([]);
});

test('a nickname is text in the list, the notices, the typing line and the title', async ({ join }) => {
  const bob = await join('Bob');
  const ann = await join('<b onclick=alert(1)>A</b>');
  await expect(bob.people.filter({ hasText: '<b onclick=alert(1)>A</b>' })).toHaveCount(1);
  await expect(bob.page.getByTestId('notice')).toHaveText(/^\s*<b onclick=alert\(1\)>A<\/b> joined/);
  await ann.composer.pressSequentially('x');
  await expect(bob.typing).toHaveText('<b onclick=alert(1)>A</b> is typing…');
  await ann.say('hello');
  await expect(bob.row('hello').getByText('<b onclick=alert(1)>A</b>')).toBeVisible();
  expect(await bob.page.locator('b').count()).toBe(0);
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

test('links end where the sentence goes on', async ({ join }) => {
  const ann = await join('Ann');
  await ann.say('看https://example.com/a。谢谢（https://example.com/b）, or write to ann@example.com.');
  const links = ann.page.getByTestId('messages').getByRole('link');
  await expect(links).toHaveText(['https://example.com/a', 'https://example.com/b', 'ann@example.com']);
  await expect(links.nth(2)).toHaveAttribute('href', 'mailto:ann@example.com');
});
