/** A stretch of time: seconds with their unit, or the digits of a clock from a minute on. */
export function span(seconds: number, unit: string): string {
  if (seconds < 60) return `${seconds} ${unit}`;
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number: number) => `${number}`.padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
