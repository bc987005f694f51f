// Is a letter the right one? As course/judging/questions.py says it, by a digest.
// crypto.subtle is not on every page that is read from a file: SHA-256 (FIPS 180-4) is here.

(() => {
  const answers = (window.answers ??= {});

  /** The first n primes. */
  function primes(n) {
    const found = [];
    for (let k = 2; found.length < n; k++) if (found.every((p) => k % p)) found.push(k);
    return found;
  }

  /** The first 32 bits of what is behind the point of a number. */
  const fraction = (x) => Math.floor((x - Math.floor(x)) * 2 ** 32);

  const START = primes(8).map((p) => fraction(Math.sqrt(p)));
  const ROUNDS = primes(64).map((p) => fraction(Math.cbrt(p)));

  /** SHA-256 of a text in UTF-8, as hexadecimal digits. */
  function sha256(text) {
    const bytes = new TextEncoder().encode(text);
    const padded = new Uint8Array(64 * Math.ceil((bytes.length + 9) / 64));
    padded.set(bytes);
    padded[bytes.length] = 0x80;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 4, 8 * bytes.length);
    const state = Uint32Array.from(START), words = new Uint32Array(64);
    for (let at = 0; at < padded.length; at += 64) {
      for (let i = 0; i < 16; i++) words[i] = view.getUint32(at + 4 * i);
      compress(state, words);
    }
    return [...state].map((word) => word.toString(16).padStart(8, "0")).join("");
  }

  const turned = (x, bits) => (x >>> bits) | (x << (32 - bits));

  /** One block of 16 words; `words` has room for the 48 that follow from them. */
  function compress(state, words) {
    for (let i = 16; i < 64; i++) {
      const a = words[i - 15], b = words[i - 2];
      words[i] = words[i - 16] + words[i - 7]
        + (turned(a, 7) ^ turned(a, 18) ^ (a >>> 3)) + (turned(b, 17) ^ turned(b, 19) ^ (b >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const first = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25))
        + ((e & f) ^ (~e & g)) + ROUNDS[i] + words[i];
      const second = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      [a, b, c, d, e, f, g, h] = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => { state[i] += word; });
  }

  /** Is this letter the one whose digest the rule has? */
  function isRight(name, letter, digest) {
    return sha256(`hierarchical models, ${name}, ${letter}`).startsWith(digest);
  }

  Object.assign(answers, { sha256, isRight });
})();
