// Random orthonormal rows.
import { type Key, normal } from "../../functions/random.ts";
import { scan } from "../../functions/scan.ts";
import { iota } from "../../ops/index.ts";
import { Tensor, tensor } from "../../tensor.ts";

/**
 * `count` rows of length `size` ≥ `count`, orthogonal and of norm 1, drawn evenly from all such. Gram and Schmidt's
 * process on normal rows, each made orthogonal to those before it twice: once would leave what rounding adds.
 */
export function orthonormalRows(key: Key, count: number, size: number): Tensor {
  const indices = new Tensor(iota([count], 0, "int32"));
  const [rows] = scan(
    (rows: Tensor, [row, k]: readonly [Tensor, Tensor]) => {
      const across = (x: Tensor): Tensor => x.sub(rows.matmul(x).matmul(rows));
      const left = across(across(row));
      const unit = left.div(left.square().sum().sqrt());
      return [rows.add(indices.equal(k).cast("float32").expandDims(1).mul(unit)), null];
    },
    tensor(0).broadcastTo([count, size]),
    [normal(key, [count, size]), indices] as const,
  );
  return rows;
}
