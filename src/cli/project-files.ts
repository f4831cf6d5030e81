// The files of a project that `nabla new` writes: a model, its training and a test.

/** What the files depend on. */
export interface ProjectSettings {
  /** The name of the package. */
  readonly name: string;
  /** Where npm finds Nabla: a path, an address or a version. */
  readonly nabla: string;
  /** The versions of TypeScript and of Node's types, as npm's ranges. */
  readonly typescript: string;
  readonly nodeTypes: string;
}

/** The texts of the files by their paths. */
export function projectFiles(settings: ProjectSettings): Record<string, string> {
  return {
    "package.json": packageJson(settings),
    "tsconfig.json": tsconfig,
    ".gitignore": "node_modules/\ndist/\n*.safetensors\n",
    "README.md": readme(settings.name),
    "src/model.ts": model,
    "src/train.ts": train,
    "test/model.test.ts": test,
  };
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const packageJson = ({ name, nabla, typescript, nodeTypes }: ProjectSettings): string =>
  json({
    name,
    version: "0.1.0",
    private: true,
    type: "module",
    engines: { node: ">=20.19" },
    scripts: {
      build: "tsc",
      start: "npm run --silent build && node dist/src/train.js",
      test: "npm run --silent build && node --test dist/test/model.test.js",
    },
    dependencies: { nabla },
    devDependencies: { "@types/node": nodeTypes, typescript },
  });

const tsconfig = json({
  compilerOptions: {
    target: "es2022",
    module: "nodenext",
    lib: ["es2023", "dom"],
    types: ["node"],
    strict: true,
    skipLibCheck: true,
    rootDir: ".",
    outDir: "dist",
  },
  include: ["src", "test"],
});

const readme = (name: string): string => `# ${name}

A network that learns which points of a square lie in a circle, written with Nabla.

\`\`\`sh
npm install
npm start      # trains the model, measures it on points that it has not seen, and saves it
npm test       # compiles and runs the test
\`\`\`

- \`src/model.ts\`: the data and the model. Begin your own here.
- \`src/train.ts\`: the training.
- \`test/model.test.ts\`: what must hold.

To train on data of your own, read them with \`nabla/data\`: tables (\`readTable\`), folders of images
(\`imageFolder\`) and of sounds (\`soundFolder\`), texts (\`readLabelledLines\`), NumPy's files (\`readNpy\`).
`;

const model = `// The data and the model: points in a square, and whether they lie in a circle.
import { Dataset, layers, optimizers, random, sequential } from "nabla";

/** Points of the square from -1 to 1, each with 1 if it lies within 0.8 of the middle, else 0. */
export async function points(count: number, seed: number): Promise<Dataset> {
  const uniform = await random.uniform(random.key(seed), [count, 2]).array<2>();
  const inputs = uniform.map(([x, y]) => [2 * x! - 1, 2 * y! - 1]);
  const targets = inputs.map(([x, y]) => [Math.hypot(x!, y!) < 0.8 ? 1 : 0]);
  return Dataset.from({ inputs, targets });
}

/** Two hidden layers, and the probability that a point lies in the circle. */
export function makeModel() {
  const model = sequential(
    [
      layers.dense(16, { activation: "tanh" }),
      layers.dense(16, { activation: "tanh" }),
      layers.dense(1, { activation: "sigmoid" }),
    ],
    { inputShape: [2], seed: 1 },
  );
  const optimizer = optimizers.adam({ learningRate: 0.01 });
  return model.compile({ optimizer, loss: "binaryCrossentropy", metrics: ["accuracy"] });
}
`;

const train = `// Trains the model, measures it on points that it has not seen, and saves it.
import { makeModel, points } from "./model.js";

const model = makeModel();
const { epochs, seconds } = await model.fit(await points(2000, 1), { epochs: 20, batchSize: 32, seed: 1 });
console.log(\`\${epochs.length} epochs in \${seconds.toFixed(1)} s\`);

const { loss, accuracy } = await model.evaluate(await points(1000, 2));
console.log(\`on 1,000 new points: loss \${loss.toFixed(3)}, accuracy \${(100 * accuracy!).toFixed(1)} %\`);

await model.save("circle.safetensors");
console.log("saved as circle.safetensors");
`;

const test = `// The model learns the circle, and the same seed gives the same weights.
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeModel, points } from "../src/model.js";

test("the model learns the circle", async () => {
  const model = makeModel();
  await model.fit(await points(1000, 1), { epochs: 20, batchSize: 32, seed: 1 });
  const { accuracy } = await model.evaluate(await points(500, 2));
  assert.ok(accuracy! > 0.9, \`expected an accuracy above 0.9, got \${accuracy}\`);
});

test("the same seed gives the same answers", async () => {
  const answers = async () => {
    const model = makeModel();
    await model.fit(await points(100, 1), { epochs: 2, batchSize: 32, seed: 1 });
    return (await model.predict([[0, 0], [0.9, 0.9]])).array();
  };
  assert.deepEqual(await answers(), await answers());
});
`;
