const SYSTEMS = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS X', 'CrOS', 'Linux'];
// Most browsers also claim to be those after them.
const BROWSERS = ['Edg', 'OPR', 'Firefox', 'FxiOS', 'CriOS', 'Chrome', 'Safari'];
const names: Readonly<Record<string, string>> = {
  'Mac OS X': 'macOS',
  CrOS: 'ChromeOS',
  Edg: 'Edge',
  OPR: 'Opera',
  FxiOS: 'Firefox',
  CriOS: 'Chrome',
};

/** What the list of sessions calls this browser, so that its owner knows it again. */
export function deviceName(agent = navigator.userAgent): string {
  const of = (all: readonly string[]) => all.find((one) => agent.includes(one));
  return [of(BROWSERS), of(SYSTEMS)]
    .filter((one) => one !== undefined)
    .map((one) => names[one] ?? one)
    .join(', ');
}
