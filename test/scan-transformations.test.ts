// Transformations of loops, and loops of transformations: held to the same with the loop unrolled.
import { describe, expect, test } from "vitest";
import {
  checkGradients,
  checkpoint,
  compile,
  customGradient,
  grad,
  gradients,
  hessian,
  jacfwd,
  jacrev,
  jvp,
  ones,
  scan,
  stack,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "../src/index.ts";
import { hostRandom } from "../src/random.ts";
import { backendValues, difference, drawFloat, hostArray, referenceValues } from "./compare.ts";

/** Numbers in [−1, 1), the same at every call for one seed. */
function draw(seed: number, ...shape: number[]): Tensor {
  const random = hostRandom(seed);
  return tensor(hostArray(shape, "float32", () => drawFloat(random, -1, 1)));
}

type Loop = (f: (carry: any, x: any) => readonly [any, any], init: any, xs: any) => [any, any];

/** The definition of scan, step by step. */
const unrolled: Loop = (f, init, xs: Tensor) => {
  const ys: (Tensor | null)[] = [];
  let carry = init;
  for (let t = 0; t < xs.shape[0]!; t++) [carry, ys[t]] = f(carry, xs.at(t));
  return [carry, ys[0] ? stack(ys as Tensor[]) : null];
};

/** Compares a function written with scan with its unrolled form, on the reference and on the backend. */
async function agrees(build: (loop: Loop) => readonly Tensor[]): Promise<void> {
  await expectSame(build(scan as Loop), build(unrolled));
}

async function expectSame(looped: readonly Tensor[], plain: readonly Tensor[]): Promise<void> {
  expect(looped.map((y) => y.shape)).toEqual(plain.map((y) => y.shape));
  const [want, reference, got] = [referenceValues(plain), referenceValues(looped), await backendValues(looped)];
  looped.forEach((_, i) => {
    expect(
      difference(reference[i]!, want[i]!, "float64", { relative: 1e-10, floor: 1 }),
      `result ${i} on the reference`,
    ).toBeNull();
    expect(
      difference(got[i]!, want[i]!, "float32", { relative: 2e-5, floor: 1 }),
      `result ${i} on the backend`,
    ).toBeNull();
  });
}

/** A function of each example, one after the other. */
const each = (n: number, f: (i: number) => Tensor): Tensor => stack(Array.from({ length: n }, (_, i) => f(i)));

const [W, U, b] = [draw(1, 3, 5), draw(2, 5, 5), draw(3, 5)];
const [xs, h] = [draw(4, 6, 3), draw(5, 5)];
const cell =
  (u: Tensor) =>
  (h: Tensor, x: Tensor): readonly [Tensor, Tensor] => {
    const next = x.matmul(W).add(h.matmul(u)).add(b).tanh();
    return [next, next];
  };
/** A number that depends on all that a recurrent layer gives. */
const lossOf =
  (loop: Loop) =>
  (u: Tensor, xs: Tensor, h: Tensor): Tensor => {
    const [last, ys] = loop(cell(u), h, xs);
    return ys.square().sum().add(last.sum());
  };

describe("vmap of a loop", () => {
  const [bx, bh] = [draw(6, 4, 6, 3), draw(7, 4, 5)];

  test("of its gradient: each example's own, by weights, slices and the first carry", async () => {
    const loss = lossOf(scan as Loop);
    const plain = lossOf(unrolled);
    const shared = { inAxes: [null, 0, 0] };
    await expectSame([vmap(grad(loss), shared)(U, bx, bh)], [each(4, (i) => grad(plain)(U, bx.at(i), bh.at(i)))]);
    await expectSame(
      [vmap(grad((x: Tensor) => loss(U, x, h)))(bx)],
      [each(4, (i) => grad((x: Tensor) => plain(U, x, h))(bx.at(i)))],
    );
    await expectSame(
      [vmap(grad((h: Tensor) => loss(U, xs, h)))(bh)],
      [each(4, (i) => grad((h: Tensor) => plain(U, xs, h))(bh.at(i)))],
    );
    await expectSame(
      [vmap(loss, { inAxes: [0, null, null] })(stack([U, b.mul(U)]), xs, h)],
      [each(2, (i) => plain([U, b.mul(U)][i]!, xs, h))],
    );
  });

  test("the gradient of it: the sum over the examples", async () => {
    await agrees((loop) => {
      const all =
        loop === unrolled
          ? (u: Tensor): Tensor => each(4, (i) => lossOf(loop)(u, bx.at(i), h))
          : (u: Tensor): Tensor => vmap((x: Tensor) => lossOf(loop)(u, x, h))(bx);
      return [
        grad((u: Tensor) => all(u).sum())(U),
        grad((u: Tensor) =>
          grad((u: Tensor) => all(u).square().sum())(u)
            .square()
            .sum(),
        )(U),
      ];
    });
  });

  test("what no example changes is not repeated: weights, and carries and results of their own", async () => {
    const f = compile((bx: Tensor) =>
      vmap((x: Tensor) => {
        const [[a, c], ys] = scan(
          ([a, c]: readonly Tensor[], x: Tensor) => [[a!.matmul(U).add(x), c!.matmul(U).tanh()], c!.mul(2)],
          [zeros([3, 5]), h] as readonly Tensor[],
          x,
        );
        return [a!, c!, ys];
      })(bx),
    );
    const { graph } = await (await f.program(draw(8, 4, 6, 3, 5))).describe();
    const body = [...graph.matchAll(/^ {4}%\d+ = (contract|tanh|mul)\(.* : (.*)$/gm)].map(
      ([, name, type]) => `${name} ${type}`,
    );
    expect(body).toEqual(["contract float32[4,3,5]", "contract float32[5]", "tanh float32[5]", "mul float32[5]"]);
    expect(graph.match(/result\(.* : .*/g)!.map((line) => line.replace(/.* : /, ""))).toEqual([
      "float32[4,3,5]",
      "float32[5]",
      "float32[6,5]",
    ]);
  });

  test("value and gradient under vmap are two loops, not three", async () => {
    const f = compile((bx: Tensor) =>
      vmap((x: Tensor) => {
        const [last, ys] = scan(cell(U), h, x);
        return [last, ys, gradients(ys.square().sum(), [U])[0]!];
      })(bx),
    );
    const { kernels } = await (await f.program(bx)).describe();
    expect(kernels.filter((text) => / loop over /.test(text))).toHaveLength(2);
  });

  test("customGradient inside: by what examples share or not, in carries that they change or not", async () => {
    const scaled = customGradient((x: Tensor, s: Tensor) => ({
      value: x.mul(s),
      gradient: (dy) => [dy.mul(s).mul(x.sum()), dy.mul(x)],
    }));
    const f =
      (loop: Loop) =>
      (x: Tensor, s: Tensor): Tensor => {
        const [[a, c], ys] = loop(
          ([a, c], x) => [[scaled(a, s).add(x), scaled(c, s).add(1)], scaled(c, s).mul(a)],
          [zeros([5]), ones([5])],
          x,
        );
        return a.mul(c).sum().add(ys.square().sum());
      };
    const step = (x: Tensor, s: Tensor): Tensor => {
      let [a, c, total] = [zeros([5]), ones([5]), tensor(0)];
      for (let t = 0; t < x.shape[0]!; t++) {
        total = total.add(scaled(c, s).mul(a).square().sum());
        [a, c] = [scaled(a, s).add(x.at(t)), scaled(c, s).add(1)];
      }
      return a.mul(c).sum().add(total);
    };
    const [bx, bs, s] = [draw(31, 3, 4, 5), draw(32, 3, 5), draw(30, 5)];
    type F = (x: Tensor, s: Tensor) => Tensor;
    const twice =
      (f: F): F =>
      (x, s) =>
        grad((x: Tensor) =>
          grad((s: Tensor) => f(x, s))(s)
            .square()
            .sum(),
        )(x);
    for (const g of [(f: F): F => f, (f: F): F => grad(f) as F, twice]) {
      await expectSame(
        [vmap(g(f(scan as Loop)), { inAxes: [0, null] })(bx, s)],
        [each(3, (i) => g(step)(bx.at(i), s))],
      );
      await expectSame([vmap(g(f(scan as Loop)))(bx, bs)], [each(3, (i) => g(step)(bx.at(i), bs.at(i)))]);
      await expectSame(
        [vmap(g(f(scan as Loop)), { inAxes: [null, 0] })(bx.at(0), bs)],
        [each(3, (i) => g(step)(bx.at(0), bs.at(i)))],
      );
    }
    const ofAll =
      (f: F) =>
      (s: Tensor): Tensor =>
        each(3, (i) => f(bx.at(i), s)).sum();
    await expectSame(
      [grad((s: Tensor) => vmap(f(scan as Loop), { inAxes: [0, null] })(bx, s).sum())(s)],
      [grad(ofAll(step))(s)],
    );
  });

  test("a rule that reaches out of the loop, to what is given for each example", async () => {
    const f =
      (loop: Loop) =>
      (x: Tensor, s: Tensor): Tensor => {
        const odd = customGradient((c: Tensor) => ({ value: c.mul(2), gradient: (dy) => dy.mul(s) }));
        return loop((c, x) => [odd(c.add(x)), null], zeros([5]), x)[0]
          .square()
          .sum();
      };
    const [bx, bs] = [draw(31, 3, 4, 5), draw(32, 3, 5)];
    const want = each(3, (i) => grad(f(unrolled))(bx.at(i), bs.at(i)));
    await expectSame(
      [vmap(grad(f(scan as Loop)))(bx, bs), grad((x: Tensor) => vmap(f(scan as Loop))(x, bs).sum())(bx)],
      [want, want],
    );
  });

  test("a rule that alone knows of the examples is refused", () => {
    const w = ones([5]);
    expect(() =>
      grad((w: Tensor) =>
        vmap((s: Tensor) => {
          const odd = customGradient((c: Tensor) => ({ value: c.mul(2), gradient: (dy) => dy.mul(s) }));
          const [[a, c]] = scan(
            ([a, c]: readonly Tensor[]) => [[a!.add(s), odd(c!)], null],
            [zeros([5]), w] as readonly Tensor[],
            null,
            { length: 2 },
          );
          return a!.sum().add(c!.sum());
        })(draw(32, 3, 5)).sum(),
      )(w),
    ).toThrow(/rule of customGradient to use only its arguments.*Make it an argument/);
  });
});

describe("derivatives of a loop", () => {
  test("along a direction, of all that it gives", async () => {
    const [dx, dh, dU] = [draw(8, 6, 3), draw(9, 5), draw(10, 5, 5)];
    await agrees((loop) => jvp(lossOf(loop), [U, xs, h], [dU, dx, dh]));
    await agrees((loop) => jvp((x: Tensor) => loop(cell(U), h, x) as Tensor[], [xs], [dx]).flat());
  });

  test("Jacobians and Hessians", async () => {
    for (const jacobian of [jacrev, jacfwd])
      await agrees((loop) => [0, 1].map((which) => jacobian((h: Tensor) => loop(cell(U), h, xs)[which])(h)));
    await agrees((loop) => [
      hessian((h: Tensor) => lossOf(loop)(U, xs, h))(h),
      hessian((x: Tensor) => lossOf(loop)(U, x, h))(xs),
    ]);
  });

  test("are its differences", async () => {
    expect((await checkGradients((x: Tensor, h: Tensor) => scan(cell(U), h, x)[1], [xs, h])).error).toBeLessThan(1e-8);
  });
});

describe("in a loop", () => {
  test("vmap, and the gradient through it", async () => {
    const [bh, bx] = [draw(11, 4, 5), draw(12, 6, 4, 3)];
    await agrees((loop) => {
      const [last, ys] = loop(
        (h, x) => vmap((h: Tensor, x: Tensor) => cell(U)(h, x))(h, x) as readonly [Tensor, Tensor],
        bh,
        bx,
      );
      return [last, ys, ...gradients(last.sum().add(ys.square().sum()), [U, W, bh, bx])];
    });
  });

  test("a loop in vmap in a loop in vmap", async () => {
    const inner =
      (loop: Loop) =>
      (h: Tensor, xs: Tensor): Tensor =>
        loop(cell(U), h, xs)[0];
    const outer =
      (loop: Loop) =>
      (h: Tensor, xss: Tensor): Tensor => {
        const [, ys] = loop(
          (h, xs) => {
            const next = vmap(inner(loop), { inAxes: [0, null] })(h, xs);
            return [next, next.sum(0)];
          },
          h,
          xss,
        );
        return ys.square().sum();
      };
    const [bh, xss] = [draw(40, 2, 5), draw(41, 3, 4, 2, 3)];
    const mapped = { inAxes: [null, 0] };
    const [looped, plain] = [outer(scan as Loop), outer(unrolled)];
    await expectSame(
      [vmap(looped, mapped)(bh, xss), vmap(grad(looped), mapped)(bh, xss)],
      [each(3, (i) => plain(bh, xss.at(i))), each(3, (i) => grad(plain)(bh, xss.at(i)))],
    );
  });

  test("grad: gradient descent, the gradient through it, and many at once", async () => {
    const A = draw(13, 4, 4);
    const loss = (w: Tensor, x: Tensor): Tensor => A.matmul(w).sub(x).tanh().square().sum();
    const descend =
      (loop: Loop) =>
      (xs: Tensor): [Tensor, Tensor] =>
        loop((w, x) => [w.sub(grad(loss)(w, x).mul(0.1)), loss(w, x)], draw(14, 4), xs);
    await agrees((loop) => {
      const [w, losses] = descend(loop)(draw(15, 5, 4));
      return [w, losses, ...gradients(w.square().sum().add(losses.sum()), [A])];
    });
    const batch = draw(16, 3, 5, 4);
    const found =
      (loop: Loop) =>
      (xs: Tensor): Tensor =>
        grad((xs: Tensor) => descend(loop)(xs)[0].square().sum())(xs);
    await expectSame([vmap(found(scan as Loop))(batch)], [each(3, (i) => found(unrolled)(batch.at(i)))]);
  });

  test("checkpoint: the same gradients, of both orders, mapped and along a direction", async () => {
    const twice = (h: Tensor, x: Tensor): Tensor => cell(U)(cell(U)(h, x)[0], x)[0];
    const last =
      (loop: Loop) =>
      (h: Tensor, xs: Tensor): Tensor =>
        loop((h, x) => [(loop === unrolled ? twice : checkpoint(twice))(h, x), null], h, xs)[0]
          .square()
          .sum();
    await agrees((loop) => {
      const loss = last(loop)(h, xs);
      const first = gradients(loss, [U, W, h, xs]);
      return [
        loss,
        ...first,
        ...gradients(
          first.map((g) => g.square().sum()).reduce((a, b) => a.add(b)),
          [U, h, xs],
        ),
      ];
    });
    await agrees((loop) => [
      hessian((h: Tensor) => last(loop)(h, xs))(h),
      ...jvp(last(loop), [h, xs], [draw(9, 5), draw(8, 6, 3)]),
    ]);
    const batch = draw(17, 3, 6, 3);
    const slope =
      (loop: Loop) =>
      (x: Tensor): Tensor =>
        grad((x: Tensor) => last(loop)(h, x))(x);
    await expectSame([vmap(slope(scan as Loop))(batch)], [each(3, (i) => slope(unrolled)(batch.at(i)))]);
  });

  test("checkpoint saves memory: of each step, or of √n steps in a loop of √n", async () => {
    const [length, width] = [64, 32];
    const [w, u, xs] = [draw(20, 8, width), draw(22, width, width).mul(0.1), draw(21, length, 8)];
    const first = zeros([16, width]);
    type Layer = (u: Tensor, xs: Tensor) => Tensor;
    const step =
      (u: Tensor) =>
      (h: Tensor, x: Tensor): Tensor =>
        x.matmul(w).add(h.matmul(u)).tanh().exp().sin();
    const run = (f: (h: Tensor, x: Tensor) => Tensor, h: Tensor, xs: Tensor): Tensor =>
      scan((h: Tensor, x: Tensor) => [f(h, x), null], h, xs)[0];
    const plain: Layer = (u, xs) => run(step(u), first, xs).sum();
    const steps: Layer = (u, xs) => run(checkpoint(step(u)), first, xs).sum();
    const segments: Layer = (u, xs) =>
      run(
        checkpoint((h: Tensor, part: Tensor) => run(step(u), h, part)),
        first,
        xs.reshape([8, 8, 8]),
      ).sum();
    await expectSame([grad(steps)(u, xs), grad(segments)(u, xs)], [grad(plain)(u, xs), grad(plain)(u, xs)]);
    const bytesOf = async (f: Layer): Promise<number> =>
      (await (await compile((u: Tensor, xs: Tensor) => grad(f)(u, xs)).program(u, xs)).describe()).workingBytes;
    const all = await bytesOf(plain);
    expect(await bytesOf(steps)).toBeLessThan(0.65 * all);
    expect(await bytesOf(segments)).toBeLessThan(0.65 * all);
  });
});
