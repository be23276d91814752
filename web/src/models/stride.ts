/** A frame has time for this, beside what else is in it. */
const BUDGET_MS = 10;
const LEAST = 4;
const MOST = 30;

/** So many rows are drawn at once: as many as this machine draws without a frame being late. */
export class Stride {
  rows = 6;

  /** Tells how long some rows have taken. */
  took(ms: number, rows: number): void {
    const fits = (rows * BUDGET_MS) / Math.max(ms, 0.1);
    // One slow frame says little: half the way at most.
    this.rows = Math.round(Math.min(MOST, Math.max(LEAST, this.rows / 2, Math.min(fits, this.rows * 2))));
  }
}

/** Of the whole page: what one room has shown is true of the next. */
export const stride = new Stride();
