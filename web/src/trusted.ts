import painter from './markup/highlight.worker?worker&url';

/** The service worker has one address for ever. */
export const SERVICE_WORKER = '/sw.js';
/** The worker that colours code. */
export const PAINTER = painter;

interface Policy {
  createScriptURL(url: string): string;
}
interface PolicyFactory {
  createPolicy(name: string, rules: Policy): Policy;
}

const rules: Policy = {
  createScriptURL: (asked) => {
    if (asked !== SERVICE_WORKER && asked !== PAINTER) throw new TypeError('This is none of our workers.');
    return asked;
  },
};

let policy: Policy | undefined;

/**
 * The address of one of our workers, as browsers with Trusted Types want it;
 * no other script may be given by its address. Throws for any other.
 */
export function trusted(address: typeof SERVICE_WORKER | typeof PAINTER): string {
  const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
  policy ??= factory?.createPolicy('causerie-worker', rules) ?? rules;
  return policy.createScriptURL(address);
}
