import { SERVICE_WORKER, trusted } from './trusted';

/**
 * The app without a network: a service worker keeps its files. `causerie-update`
 * on the window says that the server has a newer app than this page.
 */
export async function install(): Promise<void> {
  // Over plain HTTP on another machine there are no service workers.
  if (!('serviceWorker' in navigator)) return;
  const workers = navigator.serviceWorker;
  workers.addEventListener('message', (event) => {
    if ((event.data as { update?: string }).update !== undefined)
      dispatchEvent(new CustomEvent('causerie-update'));
  });
  const registration = await workers.register(trusted(SERVICE_WORKER)).catch(() => undefined);
  if (registration === undefined) return;
  introduce(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const fresh = registration.installing;
    fresh?.addEventListener('statechange', () => {
      if (fresh.state === 'installed') introduce(registration.waiting);
    });
  });
  // A tab that stays open for weeks asks when somebody comes back to it.
  addEventListener('online', () => void registration.update().catch(() => undefined));
}

/** Tells a waiting version what this page begins with: it takes over, or says that it is another. */
function introduce(worker: ServiceWorker | null): void {
  const entry = document.querySelector<HTMLScriptElement>('script[type="module"][src]');
  if (worker !== null && entry !== null) worker.postMessage({ entry: new URL(entry.src).pathname });
}
