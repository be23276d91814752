import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@playwright/test";
import ts from "typescript";

const source = (name: string) =>
  ts.transpileModule(
    readFileSync(
      new URL(`../../../web/client/src/${name}.ts`, import.meta.url),
      "utf8",
    ),
    {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
      },
    },
  ).outputText;

/** Another tab that writes all the time: keys come and go, and each has itself as its value. */
const writer = `
  import { indexedDBStorage } from './browser.js';
  const storage = indexedDBStorage();
  const keep = (key) => storage.set(key, key);
  for (let i = 100; i < 120; i++) await keep('k/' + i);
  postMessage('writing');
  for (let i = 0; ; i = (i + 1) % 5) {
    await keep('k/0' + i);
    await storage.delete('k/0' + i);
  }`;

const reader = `
  import { indexedDBStorage } from './browser.js';
  const storage = indexedDBStorage();
  const other = new Worker('./writer.js', { type: 'module' });
  await new Promise((writing) => (other.onmessage = writing));
  const wrong = [];
  for (let i = 0; i < 200; i++)
    for (const [key, value] of await storage.list('k/')) if (key !== value) wrong.push(key + ' is ' + value);
  document.title = 'wrong: ' + wrong.length;`;

test("what is kept is listed under its own key while another tab writes", async ({
  page,
}) => {
  const files: Record<string, string> = {
    "/": '<!doctype html><script type="module" src="reader.js"></script>',
    "/reader.js": reader,
    "/writer.js": writer,
    "/browser.js": source("browser"),
    "/uuid.js": source("uuid"),
  };
  const site = createServer(({ url = "" }, answer) => {
    answer.setHeader(
      "Content-Type",
      url === "/" ? "text/html" : "text/javascript",
    );
    answer.end(files[url]);
  });
  await new Promise<void>((listening) =>
    site.listen(0, "127.0.0.1", listening),
  );
  try {
    await page.goto(
      `http://127.0.0.1:${(site.address() as AddressInfo).port}/`,
    );
    await expect(page).toHaveTitle("wrong: 0", { timeout: 50_000 });
  } finally {
    site.close();
    site.closeAllConnections();
  }
});
