import { addressOf, placeOf, type Place } from '../router';

/**
 * Where somebody is, as the address says. Views write ordinary links with
 * addressOf(…); a click on one becomes a step here instead of a page load.
 */
class Where {
  #here = $state.raw<Place>(read());
  get here(): Place {
    return this.#here;
  }

  /** The room that is open, or undefined. */
  get room(): string | undefined {
    return this.#here.name === 'room' ? this.#here.room : undefined;
  }

  go(place: Place, { replace = false }: { replace?: boolean } = {}): void {
    const address = addressOf(place);
    const same = address === location.pathname + location.hash;
    if (replace || same) history.replaceState({ steps: steps() }, '', address);
    else history.pushState({ steps: steps() + 1 }, '', address);
    // A new object also for the same address: a permalink pressed twice jumps twice.
    this.#here = place;
  }

  /** Where one came from, or the given place if that was outside the app. */
  back(otherwise: Place): void {
    if (steps() > 0) history.back();
    else this.go(otherwise, { replace: true });
  }

  /** Follows the buttons of the browser and the links of the page. */
  listen(): void {
    addEventListener('popstate', () => (this.#here = read()));
    addEventListener('click', (event) => {
      const place = linkedPlace(event);
      if (place === null) return;
      event.preventDefault();
      this.go(place);
    });
  }
}

/** How many places of the app lie behind this one: with none, "back" would leave it. */
function steps(): number {
  return (history.state as { steps?: number } | null)?.steps ?? 0;
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
