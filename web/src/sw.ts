/**
 * Keeps the app itself, so that it opens without a network and what is written
 * then waits in its outbox. It keeps no messages: those are the client's.
 */
const worker = globalThis as unknown as ServiceWorkerGlobalScope;

// The build puts these before the script: see scripts/service-worker.mjs.
/** Changes with every byte of the app. */
declare const VERSION: string;
/** The script that the page begins with. */
declare const ENTRY: string;
/** The page, and what it needs. */
declare const FILES: readonly string[];

const PREFIX = 'causerie-';
const CACHE = PREFIX + VERSION;
// The page varies by its reader's cookies, and there is one reader here.
const OURS = { cacheName: CACHE, ignoreVary: true };
const PAGE = '/';
/** A network that does not answer for so long is as good as none. */
const PATIENCE_MS = 4000;

worker.addEventListener('install', (event) => event.waitUntil(keep()));
worker.addEventListener('activate', (event) => event.waitUntil(takeOver()));

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== worker.location.origin) return;
  if (request.mode === 'navigate') {
    if (isPage(pathname)) event.respondWith(page(event));
  } else if (pathname.startsWith('/assets/') || FILES.includes(pathname)) {
    event.respondWith(file(event));
  }
});

// A page tells what it begins with. If that is this version, there is nothing
// to wait for; if not, its reader should know that there is a newer one.
worker.addEventListener('message', (event) => {
  const told = event.data as { entry?: string };
  if (told.entry === ENTRY) void worker.skipWaiting();
  else if (told.entry !== undefined) event.source?.postMessage({ update: VERSION });
});

async function keep(): Promise<void> {
  const cache = await caches.open(CACHE);
  // Names with a hash never change; anything else must not come from a cache.
  const fresh = (path: string): RequestCache => (path.startsWith('/assets/') ? 'default' : 'reload');
  await cache.addAll(FILES.map((path) => new Request(path, { cache: fresh(path) })));
}

async function takeOver(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** Everything with an address of its own is the one page; files and the server's answers are not. */
function isPage(pathname: string): boolean {
  if (/^\/(api|socket\.io|assets)(\/|$)/.test(pathname)) return false;
  return !(pathname.split('/').at(-1) ?? '').includes('.');
}

async function page(event: FetchEvent): Promise<Response> {
  const network = fetch(event.request);
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), PATIENCE_MS));
  const answer = await Promise.race([network, late]).catch(() => undefined);
  // A proxy answers 5xx while the server is being started anew.
  if (answer === undefined || answer.status >= 500)
    return (await caches.match(PAGE, OURS)) ?? answer ?? network;
  if (answer.ok && !answer.redirected) event.waitUntil(remember(answer.clone()));
  return answer;
}

/** The page holds its reader's language and colours: the newest one is kept, if it is of this version. */
async function remember({ headers, body }: Response): Promise<void> {
  const text = await new Response(body).text();
  if (!text.includes(ENTRY)) return;
  const plain = new Headers(headers);
  for (const name of ['Content-Encoding', 'Content-Length']) plain.delete(name);
  await (await caches.open(CACHE)).put(PAGE, new Response(text, { headers: plain }));
}

/** Whichever version kept it: a name with a hash says what is in the file. */
async function file(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const kept = (await caches.match(request, OURS)) ?? (await caches.match(request));
  if (kept !== undefined) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    const copy = answer.clone();
    event.waitUntil(caches.open(CACHE).then((cache) => cache.put(request, copy)));
  }
  return answer;
}
