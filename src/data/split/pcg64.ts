// numpy's default generator, so that a split made by Python can be made again here, bit for bit. Sources: O'Neill 2014, PCG (XSL-RR 128/64);
// numpy, `SeedSequence` (NEP 19), `Generator.permutation`, `Generator.choice`, `random_interval` and
// `random_bounded_uint64`.

const MASK_64 = (1n << 64n) - 1n;
const MASK_128 = (1n << 128n) - 1n;
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;
const POOL_WORDS = 4;
const MOST_CHOICES = 10_000;

/** What `numpy.random.default_rng(seed)` gives, call by call. `seed` is a whole number from 0, counts are below 2³². */
export interface NumpyRandom {
  /** The numbers 0 … count − 1 in random order: `permutation(count)`. */
  permutation(count: number): Uint32Array;
  /** Puts values in random order, in place: `shuffle(values)`. */
  shuffle(values: Uint32Array): Uint32Array;
  /** `size` different numbers of 0 … count − 1: `choice(count, size, replace=False)`, for counts up to 10,000, which is where numpy takes another way. */
  choose(count: number, size: number): readonly number[];
}

export function createNumpyRandom(seed: number): NumpyRandom {
  const next = createPcg64(seed);
  const shuffle = (values: Uint32Array): Uint32Array => {
    for (let last = values.length - 1; last > 0; last--) swap(values, last, below(next, last));
    return values;
  };
  return {
    shuffle,
    permutation: (count) => shuffle(Uint32Array.from({ length: count }, (_, index) => index)),
    choose(count, size) {
      if (count > MOST_CHOICES) throw new RangeError(`internal: a choice of ${count} is more than ${MOST_CHOICES}`);
      // Floyd: a number that was drawn before is replaced by the one that could not be drawn before.
      const chosen = new Set<number>();
      for (let most = count - size; most < count; most++) {
        const drawn = belowByProduct(next, most);
        chosen.add(chosen.has(drawn) ? most : drawn);
      }
      const order = [...chosen];
      for (let last = size - 1; last > 0; last--) swap(order, last, belowByProduct(next, last));
      return order;
    },
  };
}

function swap(values: { [index: number]: number }, one: number, other: number): void {
  const moved = values[one]!;
  values[one] = values[other]!;
  values[other] = moved;
}

/** Numbers in [0, 2³²): each 64-bit number gives its lower half first. */
function createPcg64(seed: number): () => number {
  const [stateHigh, stateLow, sequenceHigh, sequenceLow] = seedWords(seed) as [bigint, bigint, bigint, bigint];
  const increment = ((((sequenceHigh << 64n) | sequenceLow) << 1n) | 1n) & MASK_128;
  const step = (from: bigint): bigint => (from * MULTIPLIER + increment) & MASK_128;
  let state = step(step(0n) + ((stateHigh << 64n) | stateLow));
  let upper: number | undefined;
  return () => {
    if (upper !== undefined) {
      const half = upper;
      upper = undefined;
      return half;
    }
    state = step(state);
    const mixed = (state >> 64n) ^ (state & MASK_64);
    const turn = state >> 122n;
    const output = ((mixed >> turn) | (mixed << ((64n - turn) & 63n))) & MASK_64;
    upper = Number(output >> 32n);
    return Number(output & 0xffff_ffffn);
  };
}

/** A number in [0, most], without bias: bits are drawn until they are not above it. */
function below(next: () => number, most: number): number {
  const mask = 2 ** (32 - Math.clz32(most)) - 1;
  for (;;) {
    const drawn = (next() & mask) >>> 0;
    if (drawn <= most) return drawn;
  }
}

/** A number in [0, most], without bias: the upper half of a product, drawn again while the lower half is among the few that would be too many. Lemire 2019. */
function belowByProduct(next: () => number, most: number): number {
  if (most === 0) return 0;
  const count = BigInt(most) + 1n;
  const least = ((1n << 32n) - count) % count;
  for (;;) {
    const product = BigInt(next()) * count;
    if ((product & 0xffff_ffffn) >= least) return Number(product >> 32n);
  }
}

/** The four 64-bit words that `SeedSequence(seed)` gives a generator. */
function seedWords(seed: number): readonly bigint[] {
  const pool = mixEntropy(seed);
  const words: number[] = [];
  let constant = 0x8b51f9dd;
  for (let index = 0; index < 8; index++) {
    let word = pool[index % POOL_WORDS]! ^ constant;
    constant = Math.imul(constant, 0x58f38ded);
    word = Math.imul(word, constant);
    words.push((word ^ (word >>> 16)) >>> 0);
  }
  return [0, 2, 4, 6].map((index) => BigInt(words[index]!) | (BigInt(words[index + 1]!) << 32n));
}

function mixEntropy(seed: number): Uint32Array {
  let constant = 0x43b0d7e5;
  const hash = (value: number): number => {
    const mixed = value ^ constant;
    constant = Math.imul(constant, 0x931e8875);
    const word = Math.imul(mixed, constant);
    return (word ^ (word >>> 16)) >>> 0;
  };
  const entropy = [seed % 2 ** 32, Math.floor(seed / 2 ** 32)];
  const pool = Uint32Array.from({ length: POOL_WORDS }, (_, index) => hash(entropy[index] ?? 0));
  for (let from = 0; from < POOL_WORDS; from++) {
    for (let to = 0; to < POOL_WORDS; to++) {
      if (from === to) continue;
      const mixed = (Math.imul(0xca01f9dd, pool[to]!) - Math.imul(0x4973f715, hash(pool[from]!))) | 0;
      pool[to] = mixed ^ (mixed >>> 16);
    }
  }
  return pool;
}
