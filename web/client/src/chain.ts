/**
 * The chain of a room after one more entry: the first 8 bytes of SHA-1 over the
 * chain so far and the id. Web Crypto has SHA-1 too, but only asynchronously,
 * and entries are to be applied in the turn in which they come.
 */
export function nextFingerprint(fp: string, id: string): string {
  const words = new Int32Array(80);
  // 8 + 16 bytes, the end mark and the length in bits: always one block.
  const hex = fp + id.replaceAll('-', '');
  for (let i = 0; i < 6; i++) words[i] = parseInt(hex.slice(i * 8, i * 8 + 8), 16) | 0;
  words[6] = 0x80000000 | 0;
  words[15] = 24 * 8;
  const at = (i: number) => words[i] as number;
  for (let i = 16; i < 80; i++) words[i] = turn(at(i - 3) ^ at(i - 8) ^ at(i - 14) ^ at(i - 16), 1);

  let [a, b, c, d, e] = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0];
  const [a0, b0] = [a, b];
  for (let i = 0; i < 80; i++) {
    const mixed =
      i < 20
        ? ((b & c) | (~b & d)) + 0x5a827999
        : i < 40
          ? (b ^ c ^ d) + 0x6ed9eba1
          : i < 60
            ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
            : (b ^ c ^ d) + 0xca62c1d6;
    const next = (turn(a, 5) + mixed + e + at(i)) | 0;
    [a, b, c, d, e] = [next, a, turn(b, 30), c, d];
  }
  return hex8(a0 + a) + hex8(b0 + b);
}

const turn = (x: number, by: number) => (x << by) | (x >>> (32 - by));
const hex8 = (x: number) => (x >>> 0).toString(16).padStart(8, '0');
