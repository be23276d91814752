/**
 * Attachment for a region whose buttons go when they are pressed: the focus
 * goes back to where it came from, and is not lost.
 */
export function borrowed(region: HTMLElement): () => void {
  let lender: HTMLElement | null = null;
  const onfocusin = ({ relatedTarget }: FocusEvent) => {
    if (relatedTarget instanceof HTMLElement && !region.contains(relatedTarget)) lender = relatedTarget;
  };
  const onfocusout = ({ relatedTarget }: FocusEvent) => {
    // Somebody has gone elsewhere. What goes with its button has no target.
    if (relatedTarget instanceof Node && !region.contains(relatedTarget)) lender = null;
  };
  const gone = new MutationObserver(() => {
    if (lender === null || document.activeElement !== document.body) return;
    lender.focus({ preventScroll: true });
    lender = null;
  });
  region.addEventListener('focusin', onfocusin);
  region.addEventListener('focusout', onfocusout);
  gone.observe(region, { childList: true, subtree: true });
  return () => {
    region.removeEventListener('focusin', onfocusin);
    region.removeEventListener('focusout', onfocusout);
    gone.disconnect();
  };
}
