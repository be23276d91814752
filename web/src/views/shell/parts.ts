const FOCUSABLE =
  'a[href], button:not([disabled]), textarea:not([disabled]), input:not([disabled]), [tabindex="0"]';

/** Moves the focus between the parts of the page, which are marked with data-part: F6. */
export function stepPart(step: 1 | -1): void {
  const parts = [...document.querySelectorAll<HTMLElement>('[data-part]')].filter(
    (part) => part.getClientRects().length > 0,
  );
  const at = parts.findIndex((part) => part.contains(document.activeElement));
  const next = parts.at((at + step) % parts.length);
  if (next === undefined) return;
  const chosen = next.querySelector<HTMLElement>('[aria-current="page"]');
  (chosen ?? next.querySelector<HTMLElement>(FOCUSABLE))?.focus();
}
