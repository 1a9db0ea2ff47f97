/**
 * A seeded source of chance (sfc32). The sample data derives every id, time and choice from it, so
 * that one seed always gives the same bytes, on any machine and in any version of Node.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter: number;
  private readonly seed: string;
  private tails: string[] = [];

  constructor(seed: string) {
    this.seed = seed;
    const words = scramble(seed);
    this.a = words();
    this.b = words();
    this.c = words();
    this.counter = 1;
    for (let round = 0; round < 12; round++) this.next32();
  }

  /** An independent stream: what one part draws never shifts what another part gets. */
  fork(label: string): Random {
    return new Random(`${this.seed}/${label}`);
  }

  /** An unsigned integer of 32 bits. */
  next32(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + sum) | 0;
    return sum >>> 0;
  }

  /** In [0, 1). */
  unit(): number {
    return this.next32() / 4_294_967_296;
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** An integer from low to high, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1));
  }

  /** An integer from low to high whose logarithm is evenly spread: many small, few large. */
  logInt(low: number, high: number): number {
    return Math.min(high, Math.floor(low * ((high + 1) / low) ** this.unit()));
  }

  pick<T>(list: readonly T[]): T {
    const found = list[Math.floor(this.unit() * list.length)];
    if (found === undefined) throw new RangeError("cannot pick from an empty list");
    return found;
  }

  /** Several different members of a list, in a random order. */
  sample<T>(list: readonly T[], count: number): T[] {
    const pool = [...list];
    const taken: T[] = [];
    while (taken.length < count && pool.length > 0) {
      taken.push(...pool.splice(Math.floor(this.unit() * pool.length), 1));
    }
    return taken;
  }

  /** Log-normal with the given median: how long a step of a pipeline takes. */
  logNormal(median: number, sigma: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.unit()));
    return median * Math.exp(sigma * radius * Math.cos(2 * Math.PI * this.unit()));
  }

  /** A version 4 UUID in lower case. */
  uuid(): string {
    const first = this.next32();
    const second = this.next32();
    const third = this.next32();
    const fourth = this.next32();
    return (
      `${hex4(first >>> 16)}${hex4(first & 0xffff)}-${hex4(second >>> 16)}-${hex4((second & 0x0fff) | 0x4000)}-` +
      `${hex4(((third >>> 16) & 0x3fff) | 0x8000)}-${hex4(third & 0xffff)}${hex4(fourth >>> 16)}${hex4(fourth & 0xffff)}`
    );
  }

  /** 64 hexadecimal digits, the look of a SHA-256: the first 16 new each time, the others from a pool. */
  digest(): string {
    if (this.tails.length === 0) {
      const ids = Array.from({ length: 3 * TAILS }, () => this.uuid().replaceAll("-", "").slice(0, 16));
      this.tails = Array.from({ length: TAILS }, (_, place) => ids.slice(3 * place, 3 * place + 3).join(""));
    }
    const [first, second] = [this.next32(), this.next32()];
    const head = `${hex4(first >>> 16)}${hex4(first & 0xffff)}${hex4(second >>> 16)}${hex4(second & 0xffff)}`;
    return head + this.tails[this.next32() % TAILS];
  }
}

const TAILS = 1024;
const HEX = Array.from({ length: 65_536 }, (_, value) => value.toString(16).padStart(4, "0"));

function hex4(value: number): string {
  return HEX[value] as string;
}

/** Turns a text into a stream of well mixed 32-bit words (the cyrb-style hash of the seed). */
function scramble(text: string): () => number {
  let hash = 1_779_033_703 ^ text.length;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 3_432_918_353);
    hash = (hash << 13) | (hash >>> 19);
  }
  return () => {
    hash = Math.imul(hash ^ (hash >>> 16), 2_246_822_507);
    hash = Math.imul(hash ^ (hash >>> 13), 3_266_489_909);
    hash ^= hash >>> 16;
    return hash >>> 0;
  };
}
