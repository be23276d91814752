import { addressOf, placeOf, type Place } from '../router';

/** A pane that lies over the place: it has no address, but "back" puts it away. */
export type Pane = 'members' | 'pins';

/** What the browser keeps with each step. */
interface Step {
  /** How many places of the app lie behind this one: with none, "back" would leave it. */
  readonly steps: number;
  /** The address of the place before, if that was in the app. */
  readonly from?: string;
  readonly pane?: Pane;
}

/**
 * Where somebody is, as the address says. Views write ordinary links with
 * addressOf(…); a click on one becomes a step here instead of a page load.
 */
class Where {
  #here = $state.raw<Place>(read());
  #pane = $state<Pane | null>(step().pane ?? null);
  #address = current();

  get here(): Place {
    return this.#here;
  }

  /** The room that is open, or undefined. */
  get room(): string | undefined {
    return this.#here.name === 'room' ? this.#here.room : undefined;
  }

  /** The pane over the place, or null. */
  get pane(): Pane | null {
    return this.#pane;
  }

  go(place: Place, { replace = false }: { replace?: boolean } = {}): void {
    const address = addressOf(place);
    const { steps, from, pane } = step();
    // A pane is no place to come back to: what is opened from it takes its step.
    if (replace || pane !== undefined || address === current())
      put('replace', { steps, ...(from !== undefined && { from }) }, address);
    else put('push', { steps: steps + 1, from: current() }, address);
    this.#pane = null;
    this.#address = address;
    // A new object also for the same address: a permalink pressed twice jumps twice.
    this.#here = place;
  }

  /** Where one came from, or the given place if that was outside the app. */
  back(otherwise: Place): void {
    if (step().steps > 0) history.back();
    else this.go(otherwise, { replace: true });
  }

  /** Goes up to a place: back, if one came from there, so that "back" does not lead down again. */
  up(to: Place): void {
    const { from, pane } = step();
    if (pane === undefined && from === addressOf(to)) history.back();
    else this.go(to);
  }

  /** Lays a pane over the place. */
  cover(pane: Pane): void {
    const { steps, pane: other } = step();
    const next = { steps: steps + 1, from: current(), pane };
    if (other === undefined) put('push', next, current());
    else put('replace', { ...next, steps }, current());
    this.#pane = pane;
  }

  uncover(): void {
    if (step().pane !== undefined) history.back();
  }

  /** Follows the buttons of the browser and the links of the page. */
  listen(): void {
    addEventListener('popstate', () => {
      this.#pane = step().pane ?? null;
      // A pane that goes leaves the place as it is: a permalink does not jump again.
      if (this.#address === current()) return;
      this.#address = current();
      this.#here = read();
    });
    addEventListener('click', (event) => {
      const place = linkedPlace(event);
      if (place === null) return;
      event.preventDefault();
      this.go(place);
    });
  }
}

function step(): Step {
  return { steps: 0, ...(history.state as Partial<Step> | null) };
}

function put(way: 'push' | 'replace', next: Step, address: string): void {
  if (way === 'push') history.pushState(next, '', address);
  else history.replaceState(next, '', address);
}

function current(): string {
  return location.pathname + location.hash;
}

function read(): Place {
  return placeOf(location.pathname, location.hash);
}

function linkedPlace(event: MouseEvent): Place | null {
  if (event.defaultPrevented || event.button !== 0) return null;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return null;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link === null || link.target !== '' || link.hasAttribute('download')) return null;
  const url = new URL(link.href, location.href);
  if (url.origin !== location.origin || url.search !== '') return null;
  const place = placeOf(url.pathname, url.hash);
  return place.name === 'unknown' ? null : place;
}

export const place = new Where();
