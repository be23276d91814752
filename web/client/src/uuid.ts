/**
 * A UUIDv7 (RFC 9562 §5.7): 48 bits of time, the rest random. Ids made one
 * after the other sort in that order, also within a millisecond and when the
 * clock goes back, because the outbox is kept by id.
 */
export function uuidv7(): string {
  const now = Date.now();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  if (now > last.time) {
    last.time = now;
    // The top bit is clear: the counter can be raised 2¹¹ times at least.
    last.counter = (((bytes[6] ?? 0) << 8) | (bytes[7] ?? 0)) & 0x7ff;
  } else if (last.counter < 0xfff) {
    last.counter += 1;
  } else {
    last.time += 1;
    last.counter = 0;
  }
  let time = last.time;
  for (let i = 5; i >= 0; i--) {
    bytes[i] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = 0x70 | (last.counter >> 8);
  bytes[7] = last.counter & 0xff;
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const last = { time: 0, counter: 0 };
