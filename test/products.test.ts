// Blocked products on the backend against plain loops in float64, over the shapes and layouts at which each way to
// block is taken.
// Operands are small integers, so that float32 holds every sum exactly: a missing, doubled or misplaced element shows.
import { afterAll, describe, expect, test } from "vitest";
import { setThreads, Tensor, tensor } from "../src/index.ts";
import * as ops from "../src/ops/index.ts";
import { hostRandom } from "../src/random.ts";
import { type Shape, sizeOf } from "../src/shape.ts";
import { backendValues, drawFloat, referenceValues } from "./compare.ts";

afterAll(() => setThreads(2));

const threadCounts = [1, 2, 4];
const random = hostRandom(7);

/** Integers from −4 to 4, as they lie in memory. */
const leaf = (shape: Shape): Tensor =>
  tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => random.below(9) - 4),
    { shape },
  );

const padded = (shape: Shape): Tensor =>
  leaf([...shape.slice(0, -2), shape.at(-2)! - 2, shape.at(-1)! - 4]).pad([
    ...every(shape, 2).map(() => [0, 0] as const),
    [1, 1],
    [3, 1],
  ]);

/** Operands of a shape, each a view of a leaf (or computed from one) that packing has to read in a way of its own. */
const layouts = {
  plain: (shape) => leaf(shape),
  transposed: (shape) => swapped(leaf(swap(shape))),
  flipped: (shape) => leaf(shape).flip(-2),
  "flipped inside": (shape) => leaf(shape).flip(-1),
  "flipped and transposed": (shape) => swapped(leaf(swap(shape)).flip()),
  strided: (shape) => leaf([...shape.slice(0, -1), 2 * shape.at(-1)!]).at(...every(shape, 1), [1, null, 2]),
  "strided outside": (shape) =>
    leaf([...shape.slice(0, -2), 3 * shape.at(-2)!, shape.at(-1)!]).at(...every(shape, 2), [1, null, 3], []),
  padded,
  "padded and transposed": (shape) => swapped(padded(swap(shape))),
  repeated: (shape) => leaf([...shape.slice(0, -2), 1, shape.at(-1)!]).broadcastTo(shape),
  "repeated inside": (shape) => leaf([...shape.slice(0, -1), 1]).broadcastTo(shape),
  cast: (shape) =>
    tensor(
      Uint8Array.from({ length: sizeOf(shape) }, () => random.below(5)),
      { shape },
    ).cast("float32"),
  gathered: (shape) =>
    leaf([...shape.slice(0, -2), 9, shape.at(-1)!]).take(
      tensor(Int32Array.from({ length: shape.at(-2)! }, () => random.below(9))),
      -2,
    ),
  "gathered inside": (shape) =>
    leaf([...shape.slice(0, -1), 9]).take(
      tensor(Int32Array.from({ length: shape.at(-1)! }, () => random.below(9))),
      -1,
    ),
  computed: (shape) =>
    leaf(shape)
      .mul(2)
      .add(leaf([shape.at(-1)!])),
} satisfies Record<string, (shape: Shape) => Tensor>;
type Layout = keyof typeof layouts;
const allLayouts = Object.keys(layouts) as Layout[];

function swap(shape: Shape): Shape {
  return [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!];
}
function swapped(x: Tensor): Tensor {
  const axes = x.shape.map((_, i) => i);
  return x.transpose([...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]);
}
function every(shape: Shape, but: number): [][] {
  return shape.slice(0, -but).map(() => []);
}

/** A product of operands whose axes have labels, as the primitive takes it. */
interface Product {
  readonly name: string;
  readonly a: Tensor;
  readonly b: Tensor;
  readonly labels: { readonly a: string; readonly b: string; readonly out: string };
  /** The operation that is fused onto the product; its results must be exact. */
  readonly after?: (y: Tensor) => Tensor;
}

const matrices = (name: string, a: Tensor, b: Tensor, after?: Product["after"]): Product => {
  const batch = "xyz".slice(0, a.ndim - 2);
  const labels = { a: `${batch}mk`, b: `${batch}kn`, out: `${batch}mn` };
  return after ? { name, a, b, labels, after } : { name, a, b, labels };
};

const contraction = ({ a, b, labels }: Product): Tensor => {
  const numbers = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));
  return new Tensor(
    ops.contract(a.node, b.node, { a: numbers(labels.a), b: numbers(labels.b), out: numbers(labels.out) }),
  );
};

/**
 * The product by three loops over operands that the reference laid out as [batch, rows, sum] and [batch, sum, columns].
 */
function plainProduct({ a, b, labels }: Product): Tensor {
  const out = [...labels.out];
  const batch = out.filter((l) => labels.a.includes(l) && labels.b.includes(l));
  const rows = out.filter((l) => !labels.b.includes(l));
  const columns = out.filter((l) => !labels.a.includes(l));
  const depth = [...labels.a].filter((l) => !out.includes(l));
  const length = (l: string): number =>
    labels.a.includes(l) ? a.shape[labels.a.indexOf(l)]! : b.shape[labels.b.indexOf(l)]!;
  const count = (axes: string[]): number => sizeOf(axes.map(length));
  const ordered = (x: Tensor, of: string, axes: readonly string[]): Tensor =>
    axes.join("") === of ? x : x.transpose(axes.map((l) => of.indexOf(l)));
  const [numbersA, numbersB] = referenceValues([
    ordered(a, labels.a, [...batch, ...rows, ...depth]),
    ordered(b, labels.b, [...batch, ...depth, ...columns]),
  ]) as [Float64Array, Float64Array];
  const [m, n, k] = [count(rows), count(columns), count(depth)];
  const c = new Float32Array(count(batch) * m * n);
  const row = new Float64Array(n);
  for (let i = 0; i < count(batch) * m; i++) {
    const from = Math.floor(i / m) * k * n;
    row.fill(0);
    // Two terms at a time, which halves the reads and writes of the row; one is left of an odd sum.
    for (let j = k % 2; j < k; j += 2) {
      const [p, q] = [numbersA[i * k + j]!, numbersA[i * k + j + 1]!];
      for (let l = 0, at = from + j * n; l < n; l++, at++) row[l]! += p * numbersB[at]! + q * numbersB[at + n]!;
    }
    if (k % 2) for (let l = 0; l < n; l++) row[l]! += numbersA[i * k]! * numbersB[from + l]!;
    c.set(row, i * n);
  }
  const order = [...batch, ...rows, ...columns];
  return ordered(tensor(c, { shape: order.map(length) }), order.join(""), out);
}

/** Computes products on 1, 2 and 4 threads, one program each, and holds every element to the plain loops. */
async function check(products: readonly Product[]): Promise<void> {
  const faults: string[] = [];
  const wanted = products.map((p) => {
    const y = plainProduct(p);
    return referenceValues([p.after ? p.after(y) : y])[0]!;
  });
  for (const threads of threadCounts) {
    setThreads(threads);
    for (const [i, p] of products.entries()) {
      const y = contraction(p);
      const [got] = await backendValues([p.after ? p.after(y) : y]);
      const wrong = wanted[i]!.findIndex((value, at) => got![at] !== value);
      if (wrong >= 0)
        faults.push(`${p.name}, ${threads} threads: ${got![wrong]} instead of ${wanted[i]![wrong]} at ${wrong}`);
    }
  }
  expect(faults).toEqual([]);
}

describe("every layout of either operand", () => {
  test.each([
    [500, 16, 8],
    [40, 17, 200],
    [24, 40, 12],
    [13, 520, 24],
  ])("%i×%i×%i", async (m, k, n) => {
    await check([
      ...allLayouts.map((layout) => matrices(`${layout} · plain`, layouts[layout]([m, k]), leaf([k, n]))),
      ...allLayouts.map((layout) => matrices(`plain · ${layout}`, leaf([m, k]), layouts[layout]([k, n]))),
    ]);
  });
});

const lengths = [4, 7, 12, 13, 17, 24, 40, 64, 200, 520, 1000, 1237];

/** The same small integers whenever it is asked for. */
const fixed = (shape: Shape): Tensor =>
  tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 7) % 9) - 4),
    { shape },
  );

/** Operations that are exact when they are fused onto a product of small integers. */
const endings: Record<string, (y: Tensor) => Tensor> = {
  bare: (y) => y,
  "bias and relu": (y) => y.add(fixed([y.shape.at(-1)!])).maximum(0),
  transposed: (y) => swapped(y).mul(2),
  "added to": (y) => y.mul(3).sub(fixed(y.shape)),
  compared: (y) => y.less(1),
  cast: (y) => y.cast("int32").mod(7).cast("uint8"),
};
const allEndings = Object.keys(endings);

/**
 * Every pair of lengths for rows and sum, for sum and columns, and for rows and columns, each once; but for the few
 * largest, which would take the reference most of the time.
 */
const triples = lengths.flatMap((m, i) =>
  lengths.flatMap((k, j) => {
    const n = lengths[(i + j) % lengths.length]!;
    return m * k + k * n + m * n <= 700_000 ? [[m, k, n] as const] : [];
  }),
);

describe("columns and steps that end just after a block or a pass", () => {
  test.each([4, 9, 70])("%i rows", async (m) => {
    const products: Product[] = [];
    for (const n of [65, 129, 257, 258, 259, 261, 513, 514, 515, 517, 1025, 1026, 1027, 1039])
      for (const layout of ["plain", "transposed"] as const)
        for (const ending of ["bare", "bias and relu"])
          products.push(
            matrices(
              `[${m},20] · ${layout} [20,${n}], ${ending}`,
              leaf([m, 20]),
              layouts[layout]([20, n]),
              endings[ending],
            ),
          );
    for (const k of [65, 129, 513, 515, 1025, 1027])
      for (const layout of ["plain", "transposed"] as const)
        products.push(matrices(`[${m},${k}] · ${layout} [${k},67]`, leaf([m, k]), layouts[layout]([k, 67])));
    await check(products);
  });
});

describe("every pair of lengths", () => {
  test.each(lengths.map((m, i) => [m, i]))("%i rows", async (rows, i) => {
    await check(
      triples
        .filter(([m]) => m === rows)
        .map(([m, k, n], j) => {
          const [left, right] = [
            allLayouts[(i + 2 * j) % allLayouts.length]!,
            allLayouts[(7 * i + j) % allLayouts.length]!,
          ];
          const ending = allEndings[(i + j) % allEndings.length]!;
          return matrices(
            `${left} [${m},${k}] · ${right} [${k},${n}], ${ending}`,
            layouts[left]([m, k]),
            layouts[right]([k, n]),
            endings[ending],
          );
        }),
    );
  });
});

test("batches: of few products, of many, and of more than a unit holds", async () => {
  const shapes: readonly (readonly [batch: number, m: number, k: number, n: number])[] = [
    [2, 40, 64, 24],
    [3, 200, 17, 13],
    [5, 13, 24, 40],
    [7, 64, 520, 12],
    [70, 12, 13, 17],
    [110, 17, 7, 24],
  ];
  await check(
    shapes.flatMap(([batch, m, k, n], i) =>
      allLayouts
        .filter((_, j) => (i + j) % 4 === 0)
        .flatMap((layout) => [
          matrices(
            `${layout} [${batch},${m},${k}] · plain [${k},${n}]`,
            layouts[layout]([batch, m, k]),
            leaf([batch, k, n]),
            endings["bias and relu"],
          ),
          matrices(
            `plain [${batch},${m},${k}] · ${layout} [${k},${n}]`,
            leaf([batch, m, k]),
            layouts[layout]([batch, k, n]),
          ),
        ]),
    ),
  );
});

test("products so large that they are cut along rows and columns", { timeout: 240_000 }, async () => {
  await check([
    matrices("straight to their destination", layouts["flipped inside"]([1013, 998]), leaf([998, 1024])),
    matrices("with an ending", layouts.transposed([1003, 1030]), leaf([1030, 1021]), endings["bias and relu"]),
  ]);
});

test("sides of several axes", async () => {
  const extents: Record<string, number> = { x: 3, m: 13, p: 7, q: 24, k: 24, i: 5, j: 40, n: 12, r: 3, s: 17 };
  const of = (labels: string): Shape => [...labels].map((l) => extents[l]!);
  const some: readonly (readonly [a: string, b: string, out: string])[] = [
    ["pqk", "krs", "pqrs"],
    ["pqk", "krs", "prqs"],
    ["qpk", "skr", "srqp"],
    ["mij", "ijn", "mn"],
    ["mji", "ijn", "mn"],
    ["imj", "jni", "nm"],
    ["mik", "ikn", "mn"],
    ["mrk", "kis", "mris"],
    ["xpij", "xijs", "xps"],
    ["pxk", "kxqr", "pqrx"],
    ["pqrij", "ijn", "pqrn"],
    ["nij", "pqrij", "npqr"],
    ["pki", "irks", "psr"],
    ["ijpk", "kjqi", "pq"],
  ];
  await check(
    some.flatMap(([a, b, out]) =>
      (["plain", "flipped inside", "padded", "gathered"] as const).flatMap((layout, i) =>
        (i === 1 ? ["bias and relu"] : ["bare", "bias and relu"]).map((ending) => {
          const operands = i >= 2 ? [layouts[layout](of(a)), leaf(of(b))] : [leaf(of(a)), layouts[layout](of(b))];
          const name = `${a} · ${b} → ${out}, ${layout}, ${ending}`;
          return { name, a: operands[0]!, b: operands[1]!, labels: { a, b, out }, after: endings[ending]! };
        }),
      ),
    ),
  );
});

/**
 * Windows of an image lie in memory without guards: their runs are read in place, and a tile walks several axes. The
 * last sizes have sums that are cut into passes, within an axis that others enclose too.
 */
test("sums of several runs that are read in place", async () => {
  const sizes: readonly (readonly [images: number, side: number, from: number, to: number, taps: number])[] = [
    [2, 9, 1, 2, 3],
    [3, 11, 3, 6, 5],
    [2, 12, 8, 3, 3],
    [1, 20, 6, 16, 7],
    [5, 8, 40, 5, 3],
    [2, 9, 130, 20, 3],
    [3, 43, 1, 6, 3],
    [2, 62, 2, 7, 2],
  ];
  const turned = (x: Tensor, how: number): Tensor =>
    how === 0 ? x : how === 1 ? x.flip([1, 2]) : x.transpose([0, 2, 1, 3]);
  await check(
    sizes.flatMap(([images, side, from, to, taps]) =>
      [0, 1, 2].flatMap((how) => {
        const places = side - taps + 1;
        const windows = turned(leaf([images, side, side, from]), how)
          .slidingWindow(1, taps)
          .slidingWindow(2, taps);
        const [kernel, gradient] = [leaf([taps, taps, from, to]), leaf([images, places, places, to])];
        const kind = ["plain", "flipped", "transposed"][how];
        const name = `${images}×${side}×${side}×${from} to ${to} by ${taps}, ${kind}`;
        return [
          { name, a: windows, b: kernel, labels: { a: "bhwcij", b: "ijco", out: "bhwo" } },
          {
            name: `${name}, turned kernel`,
            a: windows,
            b: kernel.flip([0, 1]),
            labels: { a: "bhwcij", b: "ijco", out: "bhwo" },
          },
          { name: `${name}, by the kernel`, a: windows, b: gradient, labels: { a: "bhwcij", b: "bhwo", out: "ijco" } },
        ];
      }),
    ),
  );
});

test("convolutions and their gradients", async () => {
  const sizes: readonly (readonly [
    images: number,
    side: number,
    from: number,
    to: number,
    taps: number,
    stride: number,
  ])[] = [
    [2, 12, 3, 8, 3, 1],
    [3, 11, 1, 20, 5, 1],
    [2, 13, 16, 1, 3, 1],
    [4, 9, 8, 24, 3, 2],
    [1, 28, 1, 6, 5, 1],
    [2, 8, 64, 40, 3, 1],
  ];
  await check(
    sizes.flatMap(([images, side, from, to, taps, stride]) => {
      const places = Math.floor((side + 2 - taps) / stride) + 1;
      const windows = leaf([images, side, side, from])
        .pad([
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ])
        .slidingWindow(1, taps, { strides: stride })
        .slidingWindow(2, taps, { strides: stride });
      const [kernel, gradient] = [leaf([taps, taps, from, to]), leaf([images, places, places, to])];
      const name = `${images}×${side}×${side}×${from} to ${to} by ${taps}, stride ${stride}`;
      return [
        {
          name,
          a: windows,
          b: kernel,
          labels: { a: "bhwcij", b: "ijco", out: "bhwo" },
          after: endings["bias and relu"]!,
        },
        { name: `${name}, by the kernel`, a: windows, b: gradient, labels: { a: "bhwcij", b: "bhwo", out: "ijco" } },
        {
          name: `${name}, by the input`,
          a: gradient
            .pad([
              [0, 0],
              [taps - 1, taps - 1],
              [taps - 1, taps - 1],
              [0, 0],
            ])
            .slidingWindow(1, taps)
            .slidingWindow(2, taps),
          b: kernel.flip([0, 1]),
          labels: { a: "bhwoij", b: "ijco", out: "bhwc" },
        },
      ];
    }),
  );
});

test("floats keep to the error of a sum of so many terms", async () => {
  const normal = (shape: Shape): Tensor =>
    tensor(
      Float32Array.from({ length: sizeOf(shape) }, () => drawFloat(random, -1, 1)),
      { shape },
    );
  for (const [m, k, n] of [
    [40, 1237, 64],
    [200, 520, 13],
    [64, 64, 200],
    [17, 1000, 24],
    [12, 24, 1237],
  ] as const) {
    const [a, b] = [normal([m, k]), normal([k, n])];
    const y = a.matmul(b);
    const [got] = await backendValues([y, y.tanh()]);
    const [want] = referenceValues([y]);
    const worst = want!.reduce((most, value, i) => Math.max(most, Math.abs(got![i]! - value)), 0);
    // k roundings, as if independent, of partial sums that are about √k / 3.
    expect(worst).toBeLessThan(Math.sqrt(k) * (Math.sqrt(k) / 3) * 2 ** -24);
  }
});
